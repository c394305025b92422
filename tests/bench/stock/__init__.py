"""Stock of 100,000 and of 1,000,000 rows a side, compared from pages that were rendered beforehand."""
