"""What `manage.py config` reads and shows beside the tree itself."""
