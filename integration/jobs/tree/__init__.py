"""Everything that a site configures as one tree of plain values: read, compared and written, without secrets."""
