"""Whole tests of a model that are rehearsed, and mended where they fail."""

from __future__ import annotations

from regoose_ci.domain.candidates import RunOutcome
from regoose_ci.errors import GuestError
from regoose_ci.providers.base import Tier
from tests.unit.generation.llm.sessions import KNOWN, Session, answer, embedded


def test_whole_test_that_fails_is_mended_in_the_next_turn() -> None:
    broken = "def test_joins():\n    for x in ['BROKEN']:\n        assert slugify(x) == 'y'\n"
    mended = "def test_joins():\n    for x in ['c']:\n        assert slugify(x) == 'c'\n"
    session = Session(answer(tests=[broken]), answer(tests=[mended]))
    session.models[Tier.LARGE] = session.small
    tests = session.run()

    told = session.small.asked[1].messages[-1].text
    assert "test_joins\n  base: failed; head: failed; AssertionError: no dash" in told
    assert [t.name for t in tests if t.origin == "model"] == ["test_joins"]
    assert [v.candidate.name for v in session.turns[0].refused] == ["test_joins"]
    assert session.turns[1].refused == ()


def test_whole_test_that_fails_again_is_given_up() -> None:
    broken = "def test_{}():\n    for x in ['BROKEN']:\n        assert slugify(x) == 'y'\n"
    session = Session(*(answer(tests=[broken.format(name)]) for name in "abc"))
    session.models[Tier.LARGE] = session.small
    tests = session.run()

    assert tests == embedded(KNOWN)
    assert [t.ending for t in session.turns] == ["", "nothing more was gained"]


def test_whole_test_that_only_base_passes_is_asked_for_as_a_scenario() -> None:
    broken = "def test_joins():\n    for x in ['BROKEN']:\n        assert slugify(x) == 'y'\n"
    session = Session(answer(tests=[broken]), answer(), large=[answer()])
    session.rehearsals.on_base = RunOutcome.PASSED
    session.run()

    assert "propose its call as a scenario" in session.large.asked[0].messages[-1].text


def test_lines_that_a_whole_test_runs_are_not_missing_any_more() -> None:
    code = "def test_limits():\n    for n in (-1, 7):\n        assert slugify('a', n) == 'a'\n"
    session = Session(answer(tests=[code]), answer(), large=[answer()])
    session.rehearsals.lines = frozenset({3, 5})
    session.run()

    assert session.turns[0].gained == 2
    assert "Lines that nothing has reached" in session.small.asked[0].messages[-1].text
    assert "Lines that nothing has reached" not in session.small.asked[1].messages[-1].text


def test_same_whole_test_is_rehearsed_once() -> None:
    code = "def test_x():\n    for n in (3, 4):\n        assert slugify('a', n) == 'a'\n"
    proposal = answer(("test_limit_of_seven", "slugify('a b', 7)"), tests=[code])
    session = Session(proposal, proposal)
    session.run(turns=2)

    assert session.rehearsals.seen == ["test_x"]


def test_whole_tests_are_not_rehearsed_where_no_turn_follows() -> None:
    code = "def test_x():\n    for n in (3, 4):\n        assert slugify('a', n) == 'a'\n"
    session = Session(answer(tests=[code]))
    tests = session.run(turns=1)

    assert session.rehearsals.seen == []
    assert [t.name for t in tests if t.origin == "model"] == ["test_x"]


def test_whole_tests_are_kept_where_they_could_not_be_rehearsed() -> None:
    code = "def test_x():\n    for n in (3, 4):\n        assert slugify('a', n) == 'a'\n"
    session = Session(answer(tests=[code]), large=[answer()])
    session.rehearsals.error = GuestError("the guest died")
    tests = session.run()

    assert [t.name for t in tests if t.origin == "model"] == ["test_x"]
    assert [t.failure for t in session.turns] == ["", ""]
