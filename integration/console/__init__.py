"""The admin site that operations staff work in: one module per module of `integration.models`, and a few pages."""
