"""A review's own judgement of tests, on real guests, and what plain pytest makes of the same."""

from __future__ import annotations

import itertools
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import anyio

from regoose_ci.agents.validator import Validator
from regoose_ci.domain.candidates import CandidateKind, RejectionReason
from regoose_ci.domain.report import SandboxInfo
from regoose_ci.domain.revisions import Revision
from regoose_ci.execution.pairs import PairFactory
from regoose_ci.sandbox.base import Guest, GuestSpec, Mount, Sandbox
from tests.unit.agents.boards import PRICE, board, candidate, findings, laboratory, shown
from tests.unit.generation.observing import returned

from .lab import Lab

HONEST = "def price(n):\n    return n\n"
CATCHING = candidate(CandidateKind.CATCHING, shown(), "test_old_price")
"""True on base, where ``price(5)`` is 5, and false on head, where it is 6."""
UNTRUE = candidate(CandidateKind.HARDENING, shown(head=returned(5)), "test_price")
"""Says of head what holds on base alone."""
UNTRUE_TOO = UNTRUE.renamed("test_price_again")
"""The same: from two hardening tests on, they are first run together in one process."""


@dataclass
class NumberedSandbox:
    """Tells each guest the number of its start: more than hostile code could ever find out."""

    sandbox: Sandbox
    numbers: itertools.count[int] = field(default_factory=itertools.count)

    @property
    def info(self) -> SandboxInfo:
        """See ``Sandbox.info``."""
        return self.sandbox.info

    @asynccontextmanager
    async def start(self, spec: GuestSpec) -> AsyncIterator[Guest]:
        """See ``Sandbox.start``."""
        number = ("START", str(next(self.numbers)))
        told = replace(spec, setup=replace(spec.setup, env=(*spec.setup.env, number)))
        async with self.sandbox.start(told) as guest:
            yield guest

    async def run(
        self, argv: Sequence[str], mounts: Sequence[Mount], env: dict[str, str], seconds: float
    ) -> tuple[int, str]:
        """See ``Sandbox.run``."""
        return await self.sandbox.run(argv, mounts, env, seconds)


def specs_of(lab: Lab, head: Mapping[str, str]) -> dict[Revision, GuestSpec]:
    """Describe guests on the honest base and on a head with these files."""
    trees = {Revision.BASE: {"shop/prices.py": HONEST}, Revision.HEAD: head}
    return {revision: lab.spec(lab.tree(files)) for revision, files in trees.items()}


def judged(
    lab: Lab, head: Mapping[str, str], sandbox: Sandbox | None = None
) -> dict[str, RejectionReason | None]:
    """Have `CATCHING` and both untrue tests judged as in a review; ``None``: accepted."""
    made, _ = board()
    made.laboratory = laboratory(PairFactory(sandbox or lab.sandbox, specs_of(lab, head)))
    made.findings[PRICE.id] = findings(shown())
    made.candidates[PRICE.id] = (CATCHING, UNTRUE, UNTRUE_TOO)
    anyio.run(Validator().run, made)
    return {v.candidate.name: v.rejection for v in made.verdicts[PRICE.id]}


def plain_pytest(directory: Path, files: Mapping[str, str]) -> tuple[int, str]:
    """Run `UNTRUE` by ``python -m pytest``, here and now; its exit code and JUnit report.

    Harmless: what these files attack is pytest alone.
    """
    test = "\n".join([*UNTRUE.imports, UNTRUE.code])
    for name, text in {**files, "test_shop.py": test}.items():
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    report = directory / "report.xml"
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    ended = subprocess.run(
        [*command, f"--junitxml={report}", "test_shop.py"],
        cwd=directory,
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(directory), "REPORT": str(report)},
        capture_output=True,
        check=False,
    )
    return ended.returncode, report.read_text() if report.exists() else ""
