"""Decisions, pure: a document and facts in, a decision or the reasons against it out."""
