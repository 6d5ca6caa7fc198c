"""Regoose CI: tests for exactly the functions a change touches, run before and after it."""

from importlib.metadata import version

__version__ = version("regoose-ci")
