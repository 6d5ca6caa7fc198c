from __future__ import annotations

import builtins
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

import pytest

from regoose_ci.guest.doctests import Doctests
from regoose_ci.guest.protocol import Target
from tests.unit.guest import sample

MODULE = '''
"""
>>> weigh("whole")
5
"""

seen = []

def weigh(what):
    """
    >>> _ = weigh("plums")
    >>> weigh(None)
    Traceback (most recent call last):
    TypeError: nothing
    >>> weigh("late")  # doctest: +SKIP
    >>> unknown
    >>> twice = lambda it: weigh(it * 2)
    >>> print(twice("fig"))
    """
    seen.append((what, sys._getframe(1).f_code.co_filename))
    if what is None:
        raise TypeError("nothing")
    return len(what)

import sys
'''
DOCUMENT = """
Weighing
--------

    >>> from examples_larder import weigh
    >>> it = "pear"
    >>> weigh(it)
"""
TARGET = Target("weigh", "examples_larder.py", "examples_larder", "weigh", 1, 99)


@pytest.fixture
def doctests(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Doctests]:
    root = sample.write(tmp_path, {"examples_larder.py": MODULE, "README.rst": DOCUMENT})
    monkeypatch.syspath_prepend(root)
    yield Doctests([TARGET], str(root))
    sys.modules.pop("examples_larder", None)


def run(doctests: Doctests, *documents: str) -> list[tuple[object, str]]:
    for test in doctests.find(documents):
        doctests.run(test, nullcontext)
    return list(sys.modules["examples_larder"].seen)


def test_examples_of_a_module_are_run_whatever_fails(
    doctests: Doctests, capsys: pytest.CaptureFixture[str]
) -> None:
    assert [what for what, _ in run(doctests, TARGET.path)] == ["whole", "plums", None, "figfig"]
    assert capsys.readouterr().out == ""


def test_what_is_displayed_is_left_nowhere(doctests: Doctests) -> None:
    before = sys.displayhook
    run(doctests, TARGET.path)
    assert sys.displayhook is before
    assert not hasattr(builtins, "_")


def test_examples_are_known_by_where_they_stand(doctests: Doctests) -> None:
    places = dict(run(doctests, TARGET.path))
    assert all(map(doctests.holds, places.values()))
    assert [what for what in places if doctests.expects_exception(places[what])] == [None]
    assert not doctests.holds(__file__)


def test_examples_of_a_document_share_what_they_define(doctests: Doctests) -> None:
    assert [what for what, _ in run(doctests, "README.rst", "gone.rst")] == ["pear"]


def test_each_example_has_its_turn(doctests: Doctests) -> None:
    turns = []

    @contextmanager
    def turn() -> Iterator[None]:
        turns.append(1)
        yield

    for test in doctests.find(["README.rst"]):
        doctests.run(test, turn)
    assert len(turns) == 3


@pytest.mark.parametrize("text", ["raise RuntimeError", "import missing_package", ">>> (", ""])
def test_a_module_that_does_not_import_has_none(tmp_path: Path, text: str) -> None:
    sample.write(tmp_path, {"examples_larder.py": text})
    assert list(Doctests([TARGET], str(tmp_path)).find([TARGET.path])) == []
