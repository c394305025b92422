"""A database as large as that of a busy site after two months, made by PostgreSQL itself in minutes."""
