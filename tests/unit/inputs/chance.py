from __future__ import annotations

import random


def rng(seed: int = 1) -> random.Random:
    """A generator that gives the same in every run."""
    return random.Random(seed)  # noqa: S311
