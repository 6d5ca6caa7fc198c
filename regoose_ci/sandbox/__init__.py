"""Containers that reviewed code runs in: engines, flags, probing. Moves frames, knows no jobs."""
