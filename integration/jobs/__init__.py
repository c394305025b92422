"""The engine: what is received, what is due, who runs it, and what came of it."""
