"""The failures, one module per kind."""
