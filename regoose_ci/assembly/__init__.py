"""Puts concrete parts together for ``app``: where changes come from, and what they run in."""
