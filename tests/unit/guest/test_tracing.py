from __future__ import annotations

import importlib
import sys
from pathlib import Path

from regoose_ci.guest.protocol import Reach, Target
from regoose_ci.guest.tracing import Tracer
from tests.unit.guest import sample

SOURCE = """def decide(n):
    if n > 1:
        return "many"
    return other(n)


def other(n):
    return [m for m in range(n)]


def items(n):
    for m in range(n):
        yield m
"""


def reach(larder: Path, first: int, last: int, call: str) -> Reach:
    sample.write(larder, {"larder/flow.py": SOURCE})
    flow = importlib.import_module("larder.flow")
    tracer = Tracer((Target("t", "larder/flow.py", "larder.flow", "f", first, last),), str(larder))
    with tracer.tracing():
        eval(call, vars(flow))  # noqa: S307
    return tracer.take()


def test_lines_and_arcs_of_the_watched_function(larder: Path) -> None:
    assert reach(larder, 1, 4, "decide(5)") == Reach(
        {"larder/flow.py": (2, 3)}, {"larder/flow.py": ((-1, 2), (2, 3), (3, -1))}
    )


def test_functions_that_are_not_watched_are_not_told(larder: Path) -> None:
    assert reach(larder, 1, 4, "decide(0)").lines == {"larder/flow.py": (2, 4)}


def test_nested_code_counts_as_the_function(larder: Path) -> None:
    assert reach(larder, 7, 8, "decide(1)").lines == {"larder/flow.py": (8,)}


def test_generators_are_followed(larder: Path) -> None:
    assert reach(larder, 11, 13, "list(items(2))").lines == {"larder/flow.py": (12, 13)}


def test_calls_that_never_come_there_reach_nothing(larder: Path) -> None:
    assert reach(larder, 11, 13, "decide(1)") == Reach()


def test_taking_starts_anew(larder: Path) -> None:
    sample.write(larder, {"larder/flow.py": SOURCE})
    flow = importlib.import_module("larder.flow")
    tracer = Tracer((Target("t", "larder/flow.py", "larder.flow", "f", 1, 4),), str(larder))
    with tracer.tracing():
        flow.decide(5)
    tracer.take()
    assert tracer.take() == Reach()


def test_the_tracer_of_before_is_put_back(larder: Path) -> None:
    before = sys.gettrace()
    reach(larder, 1, 4, "decide(5)")
    assert sys.gettrace() is before


def test_without_targets_nothing_is_traced() -> None:
    tracer = Tracer(())
    before = sys.gettrace()
    with tracer.tracing():
        assert sys.gettrace() is before
    assert tracer.take() == Reach()
