"""Reports: their pages, and their schedules."""
