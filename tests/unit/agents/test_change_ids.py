"""Ids of behaviour changes, and what ignoring one leaves out."""

from __future__ import annotations

import dataclasses

import pytest

from regoose_ci.agents.change_ids import behaviour_changes, change_id, is_left_out
from regoose_ci.domain.candidates import CandidateKind, RejectionReason, Verdict
from regoose_ci.domain.observations import Observation
from tests.unit.agents.boards import candidate, shown
from tests.unit.generation.observing import TIMEOUT, raised, returned

SHOWN = shown()


def caught(observed: Observation = SHOWN) -> Verdict:
    return Verdict(candidate(CandidateKind.CATCHING, observed), ())


def test_an_id_is_the_same_in_every_run_and_tells_calls_apart() -> None:
    slower = dataclasses.replace(caught(), detail="took long")

    assert change_id(slower) == change_id(caught())
    assert len(change_id(caught())) == 12
    assert change_id(caught(shown(arguments=("17",)))) != change_id(caught())


@pytest.mark.parametrize(
    "later",
    [
        shown(arguments=("17",)),
        shown(returned(17), returned(18), arguments=("1017",)),
        shown(head=returned(7)),
    ],
)
def test_what_was_ignored_stays_so_whatever_call_shows_it(later: Observation) -> None:
    assert is_left_out(caught(later), ["0" * 12, change_id(caught())])


@pytest.mark.parametrize(
    "other",
    [
        shown(head=raised("KeyError")),
        shown(head=TIMEOUT),
        shown(head=returned(None)),
        shown(returned("a"), returned("a-b")),
        shown(arguments=("'a/b'",)),
        shown(function_id="shop/other.py::price"),
    ],
)
def test_other_behaviour_changes_are_still_shown(other: Observation) -> None:
    assert not is_left_out(caught(other), [change_id(caught())])


def test_texts_that_change_otherwise_are_another_behaviour_change() -> None:
    dashes, others = (
        shown(returned(f"a{n}b"), returned(f"a-{n}b"), arguments=(f"{n}",)) for n in (1, 2)
    )
    ends = shown(returned("a1b"), returned("a1b/"))

    assert is_left_out(caught(others), [change_id(caught(dashes))])
    assert not is_left_out(caught(ends), [change_id(caught(dashes))])


def test_wordings_of_an_exception_are_told_from_other_changes_of_it() -> None:
    worded = shown(raised("ValueError", "no"), raised("ValueError", "never"))
    typed = shown(raised("ValueError", "no"), raised("KeyError", "no"))

    assert not is_left_out(caught(typed), [change_id(caught(worded))])
    assert not is_left_out(caught(worded), [change_id(caught(typed))])


def test_only_catching_tests_are_left_out() -> None:
    hardening = Verdict(candidate(CandidateKind.HARDENING, SHOWN), ())

    assert not is_left_out(hardening, [change_id(hardening)])


def test_behaviour_changes_are_accepted_and_have_the_first_test_of_their_call() -> None:
    again = dataclasses.replace(caught(), detail="the second")
    rejected = dataclasses.replace(
        caught(shown(arguments=("17",))), rejection=RejectionReason.FLAKY
    )
    hardening = Verdict(candidate(CandidateKind.HARDENING, SHOWN), ())

    assert behaviour_changes([hardening, caught(), again, rejected]) == {
        change_id(caught()): caught()
    }
