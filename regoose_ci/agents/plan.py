"""The execution plan as data: agents and what each of them needs done before it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Step:
    """One agent of a plan, by name, and the steps whose results it reads."""

    agent: str
    needs: tuple[str, ...] = ()


REVIEW_PLAN = (
    Step("analyzer"),
    Step("preparer", needs=("analyzer",)),
    Step("explorer", needs=("preparer",)),
    Step("generator", needs=("explorer",)),
    Step("validator", needs=("generator",)),
    Step("judge", needs=("validator",)),
)
"""A review. Its report is made by the reporter whatever happened to these."""
