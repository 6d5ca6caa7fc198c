"""Calls and outcomes: compared across revisions, and worded. Pure."""
