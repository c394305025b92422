"""The home page, "Today"."""
