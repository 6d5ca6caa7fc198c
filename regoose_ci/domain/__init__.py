"""Frozen types that flow from room to room: request, changes, observations, tests, verdicts."""
