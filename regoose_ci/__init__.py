"""Regoose CI: tests for exactly the functions a change touches, run before and after it."""

from __future__ import annotations


def __getattr__(name: str) -> str:
    """Read ``__version__`` from the installed distribution, only when somebody asks for it."""
    if name != "__version__":
        raise AttributeError(name)
    from importlib.metadata import version  # noqa: PLC0415 - slow, and `--help` does not need it

    return version("regoose-ci")
