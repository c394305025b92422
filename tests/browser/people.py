"""Who works in the console: one user of each role, and one who sees the second warehouse only."""

PASSWORD = "browser-tests-4711"
ROLES = ("customer service", "viewer", "operator", "supervisor", "integrator", "administrator")


def login_of(role: str) -> str:
    return role.replace(" ", "-")
