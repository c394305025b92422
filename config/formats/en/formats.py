"""Days before months and a clock of 24 hours, which nobody can misread."""

DATE_FORMAT = "j M Y"
TIME_FORMAT = "H:i"
DATETIME_FORMAT = "j M Y H:i"
SHORT_DATE_FORMAT = "j M Y"
SHORT_DATETIME_FORMAT = "j M Y H:i"

# Ours: what the console's pages name besides.
DAY_FORMAT = "l j F Y"
MINUTE_FORMAT = "j M H:i"
SECOND_FORMAT = "j M H:i:s"
EXACT_FORMAT = "j M Y H:i:s"
LATER_FORMAT = "Y-m-d H:i"
ISO_FORMAT = "Y-m-d"
