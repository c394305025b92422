"""Whether the numbers agree: what is compared with what, and what becomes of a difference."""
