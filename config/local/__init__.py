"""PostgreSQL, Valkey and our own processes on one machine, for development, the demo and the tests.

Nothing here imports Django. `stack.running()` gives a database and a broker; `supervisor.Supervisor` runs processes.
"""
