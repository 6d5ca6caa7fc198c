"""Boards of a session about one function, as earlier agents would leave them."""

# ruff: noqa: ARG002 - what a protocol hands over need not be of use to a fake

from __future__ import annotations

from pathlib import Path

from regoose_ci.agents.board import Board, Laboratory
from regoose_ci.analysis.material import ChangeMaterial, FunctionMaterial
from regoose_ci.domain.candidates import CandidateKind, CandidateTest
from regoose_ci.domain.changes import ChangeSet
from regoose_ci.domain.events import Event
from regoose_ci.domain.observations import Observation, Outcome
from regoose_ci.domain.report import EnvironmentInfo, SandboxInfo
from regoose_ci.domain.request import RequestKind, ReviewRequest
from regoose_ci.domain.revisions import Revision
from regoose_ci.execution.findings import FunctionFindings
from regoose_ci.execution.pairs import PairFactory
from regoose_ci.observability.bus import EventBus
from tests.unit.execution.changed import changed
from tests.unit.generation.observing import call, observation, returned

PRICE = changed("price", "n")


class TextSource:
    """A change whose texts are given."""

    def __init__(self, diff: str = "") -> None:
        self._diff = diff

    @property
    def shas(self) -> dict[Revision, str]:
        """See ``ChangeSource.shas``."""
        return {Revision.BASE: "b" * 40, Revision.HEAD: "a" * 40}

    def diff(self) -> str:
        """See ``ChangeSource.diff``."""
        return self._diff

    def read(self, revision: Revision, path: str) -> bytes | None:
        """See ``ChangeSource.read``."""
        return None

    def read_many(self, revision: Revision, paths: tuple[str, ...]) -> dict[str, bytes]:
        """See ``ChangeSource.read_many``."""
        return {}

    def files(self, revision: Revision) -> tuple[str, ...]:
        """See ``ChangeSource.files``."""
        return ()


def board(*, title: str = "", description: str = "", diff: str = "") -> tuple[Board, list[Event]]:
    """A board whose change is `PRICE`, and the events that are published on it."""
    events: list[Event] = []
    bus = EventBus()
    bus.subscribe(events.append)
    request = ReviewRequest(RequestKind.REVIEW, Path("shop"), Path("out"), budget=1.0)
    made = Board(request, TextSource(diff), bus, title, description)
    material = FunctionMaterial(PRICE, {}, (), ())
    made.material = ChangeMaterial(ChangeSet((), (PRICE,)), (material,), {}, ("shop",))
    return made, events


def laboratory(pairs: PairFactory) -> Laboratory:
    """A laboratory with these pairs."""
    return Laboratory(pairs, SandboxInfo(engine="fake", level="rootless"), EnvironmentInfo())


def shown(
    base: Outcome | None = None,
    head: Outcome | None = None,
    arguments: tuple[str, ...] = ("5",),
    function_id: str = PRICE.id,
) -> Observation:
    """A difference that ``price(5)`` shows."""
    made = call("price", *arguments, imports=("from shop.prices import price",))
    return observation(
        made, base or returned(5), head or returned(6), lines=(2,), function_id=function_id
    )


def findings(*witnesses: Observation) -> FunctionFindings:
    """Findings with these witnesses."""
    found = FunctionFindings(PRICE, inputs=7)
    found.reached = {Revision.BASE: 4, Revision.HEAD: 5}
    found.witnesses = {(str(n),): o for n, o in enumerate(witnesses)}
    return found


def candidate(
    kind: CandidateKind, observed: Observation, name: str = "test_price"
) -> CandidateTest:
    """A candidate that asserts what base (catching) or head (hardening) gave."""
    revision = Revision.BASE if kind is CandidateKind.CATCHING else Revision.HEAD
    value = observed.outcomes[revision].value
    expected = value.source if value else "None"
    return CandidateTest(
        PRICE.id,
        name,
        kind,
        f"def {name}():\n    assert price(5) == {expected}\n",
        ("from shop.prices import price",),
        "embedded",
        (observed,),
        f"def {name}():\n    assert price(5) != {expected}\n",
    )
