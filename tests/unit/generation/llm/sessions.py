"""Generations with scripted models, a laboratory in this process and scripted rehearsals."""

# ruff: noqa: ARG002 - what a port hands over need not be of use to a fake

from __future__ import annotations

import json
from collections.abc import Sequence

import anyio

from regoose_ci.domain.candidates import (
    CandidateTest,
    RejectionReason,
    RunOutcome,
    RunRecord,
    Verdict,
)
from regoose_ci.domain.changes import ChangedFunction
from regoose_ci.domain.observations import Call, CallKind, Observation
from regoose_ci.domain.revisions import Revision
from regoose_ci.errors import GuestError
from regoose_ci.generation.base import FunctionContext
from regoose_ci.generation.embedded.generator import EmbeddedGenerator
from regoose_ci.generation.llm.evidence import Surroundings
from regoose_ci.generation.llm.generator import LLMGenerator, Turn
from regoose_ci.providers.base import LLMProvider, Tier
from regoose_ci.providers.errors import UnavailableError
from regoose_ci.providers.scripted import ScriptedProvider
from regoose_ci.providers.structured import StructuredAsker
from tests.unit.generation.llm.laboratory import PATH, Laboratory, changed_function, observe

BASE = """def slugify(text, limit=9):
    if limit < 0:
        raise ValueError("limit is negative")
    return "-".join(text.split())[:limit]
"""
HEAD = """def slugify(text, limit=9):
    if limit < 0:
        raise ValueError("limit must not be negative")
    if limit == 7:
        return text
    return "-".join(text.split())[:limit]
"""
FUNCTION = changed_function(BASE, HEAD, [3, 4, 5])
IMPORTS = ("from pkg.text import slugify",)
KNOWN = observe(FUNCTION, Call(CallKind.FUNCTION, "slugify", None, ("'a b'",), (), IMPORTS))


def answer(
    *scenarios: tuple[str, str], tests: Sequence[str] = (), imports: Sequence[str] = ()
) -> str:
    return json.dumps(
        {
            "scenarios": [
                {"name": n, "imports": list(imports), "setup": [], "call": c, "expects": "value"}
                for n, c in scenarios
            ],
            "tests": [{"imports": ["import pytest"], "code": code} for code in tests],
        }
    )


class Rehearsals:
    """Rehearsals in which tests with a word in them fail; others run the given lines of head."""

    def __init__(self) -> None:
        self.failing = "BROKEN"
        self.lines: frozenset[int] = frozenset()
        self.on_base = RunOutcome.FAILED
        self.error: GuestError | None = None
        self.seen: list[str] = []

    async def __call__(
        self, function: ChangedFunction, tests: Sequence[CandidateTest]
    ) -> Sequence[Verdict]:
        if self.error is not None:
            raise self.error
        self.seen += [test.name for test in tests]
        return [self._verdict(test) for test in tests]

    def _verdict(self, test: CandidateTest) -> Verdict:
        base = RunRecord(Revision.BASE, self.on_base)
        if self.failing in test.code:
            runs = (base, RunRecord(Revision.HEAD, RunOutcome.FAILED))
            return Verdict(test, runs, RejectionReason.FAILS_ON_HEAD, "AssertionError: no dash")
        ran = RunRecord(Revision.HEAD, RunOutcome.PASSED, covered_lines={PATH: self.lines})
        return Verdict(test, (base, ran))


class Session:
    """One generation with scripted models; what was asked and what became of it."""

    def __init__(self, *script: str | UnavailableError, large: Sequence[str] = ()) -> None:
        self.small = ScriptedProvider(script, model="small")
        self.large = ScriptedProvider(large, model="large")
        self.laboratory = Laboratory()
        self.rehearsals = Rehearsals()
        self.turns: list[Turn] = []
        self.models: dict[Tier, LLMProvider] = {Tier.SMALL: self.small, Tier.LARGE: self.large}

    def run(self, *observations: Observation, turns: int = 3) -> list[CandidateTest]:
        generator = LLMGenerator(
            StructuredAsker(self.models),
            self.laboratory,
            self.rehearsals,
            surroundings=lambda _: Surroundings(title="Faster slugs"),
            on_turn=self.turns.append,
            max_turns=turns,
        )
        context = FunctionContext(FUNCTION, first_party=("pkg",))
        given = observations or (KNOWN,)
        return list(anyio.run(generator.generate, context, given))

    @property
    def dropped(self) -> list[str]:
        return [reason for turn in self.turns for d in turn.dropped for reason in d.reasons]


def embedded(*observations: Observation) -> list[CandidateTest]:
    context = FunctionContext(FUNCTION, first_party=("pkg",))
    return list(anyio.run(EmbeddedGenerator().generate, context, observations))
