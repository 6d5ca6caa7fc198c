"""Sends jobs to guests and turns what comes back into domain observations."""
