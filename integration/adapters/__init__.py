"""Remote systems: one folder per partner."""
