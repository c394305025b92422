"""Who is told what, when, how urgently, and that it is over: decided from figures, a clock and settings alone."""
