"""Reads a candidate test before anything of it runs: what it may not do, what it does not check."""

from regoose_ci.generation.screening.findings import Finding, Screened
from regoose_ci.generation.screening.screen import screen

__all__ = ["Finding", "Screened", "screen"]
