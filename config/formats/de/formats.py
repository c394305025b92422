"""As on a delivery note; numbers are as Django has them for German: 1.234,50."""

DATE_FORMAT = "d.m.Y"
TIME_FORMAT = "H:i"
DATETIME_FORMAT = "d.m.Y H:i"
SHORT_DATE_FORMAT = "d.m.Y"
SHORT_DATETIME_FORMAT = "d.m.Y H:i"

# Ours: what the console's pages name besides.
DAY_FORMAT = "l, j. F Y"
MINUTE_FORMAT = "d.m. H:i"
SECOND_FORMAT = "d.m. H:i:s"
EXACT_FORMAT = "d.m.Y H:i:s"
LATER_FORMAT = "d.m.Y H:i"
ISO_FORMAT = "d.m.Y"
