from __future__ import annotations

import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest

from regoose_ci.guest.jobs.mutate import mutate
from regoose_ci.guest.protocol import Call, CallKind, Fault, Mutated, MutateJob, Target

SOURCE = '''
import functools


def double(value, by=2):
    """Multiply."""
    return value * by


@functools.lru_cache(maxsize=None)
def cached(value):
    return value + 1


class Box:
    def __init__(self, size):
        self.size = size

    def grown(self, by):
        return self.size + by

    @staticmethod
    def unit():
        return Box(1).size

    @property
    def area(self):
        return self.size ** 2
'''


@pytest.fixture
def tree(tmp_path: Path) -> Iterator[Path]:
    (tmp_path / "boxes.py").write_text(SOURCE)
    sys.path.insert(0, str(tmp_path))
    yield tmp_path
    sys.path.remove(str(tmp_path))
    del sys.modules["boxes"]


def run(tree: Path, qualname: str, fault: str, *calls: Call, root: str = "") -> Mutated:
    target = Target("t", "boxes.py", "boxes", qualname, 1, 40)
    job = MutateJob(target, (Fault("m", textwrap.dedent(fault)),), calls)
    (result,) = mutate(job, root or str(tree))
    return result


def call(name: str, *args: str, receiver: str | None = None) -> Call:
    kind = CallKind.FUNCTION if receiver is None else CallKind.METHOD
    return Call(kind, name, receiver, args, (), ("from boxes import Box, double, cached",))


def test_calls_that_come_out_differently_kill(tree: Path) -> None:
    fault = "def double(value, by=2):\n    return value + by"
    assert run(tree, "double", fault, call("double", "2"), call("double", "3")).killed_by == (1,)


def test_a_fault_in_a_default_counts(tree: Path) -> None:
    fault = "def double(value, by=3):\n    return value * by"
    found = run(tree, "double", fault, call("double", "2"), call("double", "2", "2"))
    assert found.killed_by == (0,)


def test_the_function_is_whole_again_afterwards(tree: Path) -> None:
    run(tree, "double", "def double(value, by=2):\n    return None", call("double", "2"))
    assert sys.modules["boxes"].double(4) == 8


def test_the_same_code_is_equivalent(tree: Path) -> None:
    fault = "def double(value, by=2):\n    'Multiply.'\n\n    return (value * by)"
    assert run(tree, "double", fault, call("double", "2")).equivalent


def test_what_does_not_compile_or_fit_is_equivalent(tree: Path) -> None:
    assert run(tree, "double", "def double(:", call("double", "2")).equivalent
    assert run(tree, "double", "double = 3", call("double", "2")).equivalent


@pytest.mark.parametrize(
    ("qualname", "fault", "made"),
    [
        ("Box.grown", "def grown(self, by):\n    return self.size - by", ("grown", "Box(2)")),
        ("Box.unit", "@staticmethod\ndef unit():\n    return None", ("unit", "Box(2)")),
    ],
)
def test_methods_are_found_in_their_class(
    tree: Path, qualname: str, fault: str, made: tuple[str, str]
) -> None:
    name, receiver = made
    arguments = ("1",) if name == "grown" else ()
    assert run(tree, qualname, fault, call(name, *arguments, receiver=receiver)).killed_by == (0,)


def test_properties_are_found(tree: Path) -> None:
    read = Call(CallKind.PROPERTY, "area", "Box(3)", (), (), ("from boxes import Box",))
    fault = "@property\ndef area(self):\n    return self.size * 2"
    assert run(tree, "Box.area", fault, read).killed_by == (0,)


def test_endless_faults_end(tree: Path) -> None:
    fault = "def double(value, by=2):\n    while True:\n        pass"
    target = Target("t", "boxes.py", "boxes", "double", 1, 40)
    calls = tuple(call("double", str(n)) for n in range(50))
    job = MutateJob(target, (Fault("m", fault),), calls, call_timeout=0.05)
    (result,) = mutate(job, str(tree))
    assert result.killed_by == (0, 1)


def test_a_fault_is_not_tried_on_more_calls_than_asked(tree: Path) -> None:
    fault = Fault("m", "def double(value, by=2):\n    return None")
    target = Target("t", "boxes.py", "boxes", "double", 1, 40)
    calls = tuple(call("double", str(n)) for n in range(5))
    (found,) = mutate(MutateJob(target, (fault,), calls, max_killers=2), str(tree))
    assert found.killed_by == (0, 1)
