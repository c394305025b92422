"""Warehouse systems: one folder per kind."""
