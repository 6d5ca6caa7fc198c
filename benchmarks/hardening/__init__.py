"""Test suites for public modules side by side, judged by one scorer."""
