"""The REST API: reading every table that an integrator needs, and the acts that the console has too."""
