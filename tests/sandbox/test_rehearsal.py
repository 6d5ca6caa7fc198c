"""Rehearsals in real guests: a test that never ends takes its own time and no other's."""

from __future__ import annotations

import dataclasses
import time

import anyio
import pytest

from regoose_ci.agents.rehearsal import rehearsing
from regoose_ci.domain.candidates import CandidateKind, CandidateTest, RejectionReason, Verdict
from regoose_ci.execution.pairs import PairFactory
from regoose_ci.execution.patience import HANG_TIMEOUT
from tests.unit.agents.boards import PRICE, board, candidate, findings, laboratory, shown
from tests.unit.generation.observing import returned

from .lab import Lab
from .verdicts import HONEST, specs_of

GOOD = candidate(CandidateKind.HARDENING, shown(head=returned(5)), "test_price")
ENDLESS = dataclasses.replace(
    GOOD,
    name="test_endless",
    code="def test_endless():\n    while price(5):\n        pass\n    assert price(5) == 0\n",
)
START = 5.0
"""Seconds for everything around a test, on a busy machine."""


@pytest.mark.parametrize("tests", [[ENDLESS], [GOOD, ENDLESS]], ids=["alone", "in company"])
def test_a_test_that_never_ends_is_given_up_in_time(lab: Lab, tests: list[CandidateTest]) -> None:
    made, _ = board()
    made.laboratory = laboratory(
        PairFactory(lab.sandbox, specs_of(lab, {"shop/prices.py": HONEST}))
    )
    made.findings[PRICE.id] = findings(shown())

    async def run() -> tuple[list[Verdict], float]:
        async with rehearsing(made, 1) as rehearse:
            began = time.monotonic()
            return list(await rehearse(PRICE, tests)), time.monotonic() - began

    verdicts, seconds = anyio.run(run)

    told = {v.candidate.name: v.rejection for v in verdicts}
    assert told.pop(ENDLESS.name) is RejectionReason.TIMEOUT
    assert set(told.values()) <= {None}
    assert seconds < HANG_TIMEOUT + START
