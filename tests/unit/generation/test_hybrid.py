from __future__ import annotations

import dataclasses

from regoose_ci.domain.candidates import CandidateKind, CandidateTest
from regoose_ci.generation.hybrid import combine


def candidate(name: str, body: str, kind: CandidateKind, origin: str = "model") -> CandidateTest:
    code = f"def {name}():\n    {body}\n"
    return CandidateTest("f", name, kind, code, (), origin, negated=code.replace("==", "!="))


HARDENING = candidate("test_a", "assert f(1) == 1", CandidateKind.HARDENING, "embedded")


def test_same_body_under_another_name_is_left_out() -> None:
    again = candidate("test_again", "assert f( 1 ) == 1  # once more", CandidateKind.HARDENING)

    assert combine([HARDENING], [again]) == [HARDENING]


def test_same_body_of_another_kind_stays() -> None:
    catching = dataclasses.replace(HARDENING, kind=CandidateKind.CATCHING)

    assert combine([HARDENING], [catching]) == [catching, HARDENING]


def test_second_test_of_a_name_gets_another() -> None:
    other = candidate("test_a", "assert f(2) == 2", CandidateKind.HARDENING)
    _, renamed = combine([HARDENING], [other])

    assert renamed.name == "test_a_2"
    assert renamed.code == "def test_a_2():\n    assert f(2) == 2\n"
    assert renamed.negated == "def test_a_2():\n    assert f(2) != 2\n"
