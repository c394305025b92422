"""What a monitor reads: every figure comes from the tables at each scrape, so that all web processes say the same."""
