"""`manage.py connect`: one module for each kind of thing that is connected."""
