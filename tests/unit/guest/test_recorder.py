from __future__ import annotations

import ast
import contextlib
import importlib.util
import sys
import textwrap
from pathlib import Path

import pytest

from regoose_ci.guest.protocol import Call, CallKind, Recorded, Target
from regoose_ci.guest.recorder import MAX_TRIES, Recorder
from tests.unit.guest import sample

SHELF = ("from larder import Shelf",)
JAR = ("from larder import Jar",)
TOTAL = ("from larder.shelf import total",)


def target(larder: Path, name: str) -> Target:
    """The function ``name`` of the sample package, decorators included."""
    for file in sorted((larder / "larder").glob("*.py")):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name == name:
                first = min([node.lineno, *(d.lineno for d in node.decorator_list)])
                path = f"larder/{file.name}"
                return Target(name, path, f"larder.{file.stem}", name, first, node.end_lineno or 0)
    raise LookupError(name)


def record(
    larder: Path,
    qualname: str,
    test: str,
    *,
    max_calls: int = 50,
    raising: frozenset[int] = frozenset(),
) -> list[Recorded]:
    """What is recorded of one target while ``test`` runs as a test file."""
    path = f"{larder}/tests/test_it.py"
    recorder = Recorder(
        (target(larder, qualname),),
        max_calls,
        lambda name: "/tests/" in name,
        lambda name, line: name == path and line in raising,
        str(larder),
    )
    recorder.test = "tests/test_it.py::test"
    code = compile(textwrap.dedent(test).lstrip("\n"), path, "exec")
    with recorder.recording(), contextlib.suppress(ValueError):
        exec(code, {})  # noqa: S102
    return recorder.take()


def calls(larder: Path, qualname: str, test: str) -> list[Call]:
    return [r.call for r in record(larder, qualname, test)]


def test_a_direct_call_of_a_function(larder: Path) -> None:
    found = record(larder, "total", "from larder.shelf import total\ntotal([[1], [2]], 3)")
    assert found == [
        Recorded(
            "total",
            Call(CallKind.FUNCTION, "total", None, ("[[1], [2]]",), (("lid", "3"),), TOTAL),
            direct=True,
            in_contract=True,
            test="tests/test_it.py::test",
        )
    ]


def test_the_public_call_of_the_test_is_recorded_beside_the_inner_one(larder: Path) -> None:
    found = record(larder, "total", "from larder import Shelf\nShelf(['ab']).weight()")
    by_name = {r.call.name: r for r in found}
    assert by_name["total"].direct
    assert by_name["total"].call.args == ("['ab']",)
    assert not by_name["weight"].direct
    assert by_name["weight"].call == Call(
        CallKind.METHOD, "weight", "Shelf(jars=['ab'])", imports=SHELF
    )


@pytest.mark.parametrize(
    ("make", "receiver"),
    [
        ("Jar('jam')", "Jar('jam')"),
        ("Jar('jam', 5)", "Jar('jam', grams=5)"),
        ("Jar('jam', grams=100)", "Jar('jam')"),
        ("Jar('jam', size=Size.LARGE)", "Jar('jam', size=Size.LARGE)"),
        ("Jar.of('jam:5')", "Jar.of('jam:5')"),
        ("Jar('jam') + Jar('tea')", "(Jar('jam') + Jar('tea'))"),
        ("Jar('jam').emptied()", "Jar('jam').emptied()"),
        ("Jar('jam').same()", "Jar('jam')"),
        ("(Jar('a') + Jar('b')).emptied()", "(Jar('a') + Jar('b')).emptied()"),
    ],
)
def test_objects_are_written_as_they_were_made(larder: Path, make: str, receiver: str) -> None:
    (call,) = calls(larder, "label", f"from larder import Jar, Size\n({make}).label")
    assert (call.kind, call.name) == (CallKind.PROPERTY, "label")
    assert call.receiver == receiver
    assert "from larder import Jar" in call.imports
    assert ("from larder import Size" in call.imports) is ("Size" in receiver)


def test_constructors_are_calls_of_the_class(larder: Path) -> None:
    assert calls(larder, "__init__", "from larder import Jar\nJar('jam', 5)") == [
        Call(CallKind.FUNCTION, "Jar", None, ("'jam'",), (("grams", "5"),), JAR)
    ]


def test_class_methods_are_named_with_their_class(larder: Path) -> None:
    found = calls(larder, "of", "from larder import Jar\nJar.of('tea:2')")
    assert found == [Call(CallKind.FUNCTION, "Jar.of", None, ("'tea:2'",), (), JAR)]


def test_star_arguments_are_spread(larder: Path) -> None:
    found = calls(larder, "fill", "from larder import fill\nfill('a', 'b', total=10, size=3)")
    assert [(c.args, c.kwargs) for c in found if c.name == "fill"] == [
        (("'a'", "'b'"), (("total", "10"), ("size", "3")))
    ]


def test_defaults_are_left_out(larder: Path) -> None:
    (call,) = calls(larder, "total", "from larder.shelf import total\ntotal(['a'], 0, dry=False)")
    assert (call.args, call.kwargs) == (("['a']",), ())


def test_a_keyword_only_argument_is_kept_when_it_differs(larder: Path) -> None:
    (call,) = calls(larder, "total", "from larder.shelf import total\ntotal(['a'], dry=True)")
    assert call.kwargs == (("dry", "True"),)


def test_private_functions_are_recorded_through_what_the_test_called(larder: Path) -> None:
    sample.write(
        larder,
        {
            "larder/extra.py": """
            def _inner(n):
                return n


            def outer(n, m=1):
                return _inner(n + m)
            """
        },
    )
    found = record(larder, "_inner", "from larder.extra import outer\nouter(2)")
    assert {(r.call.name, r.call.args, r.direct) for r in found} == {
        ("_inner", ("3",), True),
        ("outer", ("2",), False),
    }


def test_the_same_call_is_recorded_once(larder: Path) -> None:
    assert (
        len(calls(larder, "total", "from larder.shelf import total\nfor n in range(9): total([])"))
        == 1
    )


def test_no_more_calls_than_asked_for(larder: Path) -> None:
    test = "from larder.shelf import total\nfor n in range(9): total([[n]])"
    assert len(record(larder, "total", test, max_calls=3)) == 3


def test_writing_arguments_stops_after_many_tries(larder: Path) -> None:
    test = f"""
        from larder.shelf import total
        for n in range({MAX_TRIES + 50}):
            total([[n]])
        """
    assert len(record(larder, "total", test, max_calls=1000)) == MAX_TRIES


@pytest.mark.parametrize(
    ("lines", "in_contract"), [(frozenset({2}), False), (frozenset({9}), True)]
)
def test_calls_where_a_test_expects_an_exception_are_out_of_contract(
    larder: Path, lines: frozenset[int], in_contract: bool
) -> None:
    (found,) = record(larder, "weight", "from larder import Shelf\nShelf().weight()", raising=lines)
    assert found.in_contract is in_contract


def test_what_cannot_be_written_is_not_recorded(larder: Path) -> None:
    assert calls(larder, "total", "from larder.shelf import total\ntotal(iter(['a']))") == []


def test_objects_from_nowhere_are_not_recorded(larder: Path) -> None:
    test = """
        from larder import Jar
        jar = Jar.__new__(Jar)
        jar.content, jar.grams = "jam", 1
        jar.label
        """
    assert calls(larder, "label", test) == []


def test_async_functions_and_generators_are_recorded(larder: Path) -> None:
    sample.write(
        larder,
        {
            "larder/extra.py": """
            async def fetch(n): return n
            def numbers(n):
                yield n
            """
        },
    )
    fetch = "import asyncio\nfrom larder.extra import fetch\nasyncio.run(fetch(1))"
    assert [c.args for c in calls(larder, "fetch", fetch)] == [("1",)]
    numbers = "from larder.extra import numbers\nlist(numbers(2))"
    assert [c.args for c in calls(larder, "numbers", numbers)] == [("2",)]


def test_decorated_functions_are_recorded_by_the_name_that_leads_to_them(larder: Path) -> None:
    sample.write(
        larder,
        {
            "larder/extra.py": """
            import functools


            def loud(function):
                @functools.wraps(function)
                def inner(*args):
                    return function(*args)

                return inner


            @loud
            def shout(text):
                return text.upper()
            """
        },
    )
    found = calls(larder, "shout", "from larder.extra import shout\nshout('a')")
    assert (
        Call(CallKind.FUNCTION, "shout", None, ("'a'",), (), ("from larder.extra import shout",))
        in found
    )


def test_a_recorder_knows_when_it_has_enough(larder: Path) -> None:
    recorder = Recorder(
        (target(larder, "total"),), 1, lambda _: False, lambda *_: False, str(larder)
    )
    assert not recorder.satisfied
    with recorder.recording():
        exec("from larder.shelf import total\ntotal([])", {})  # noqa: S102
    assert recorder.satisfied
    assert len(recorder.take()) == 1
    assert recorder.take() == []


def test_what_a_test_did_to_an_object_before_is_done_again(larder: Path) -> None:
    (larder / "larder" / "shelf.py").write_text(
        (larder / "larder" / "shelf.py").read_text()
        + "\n\n    \nclass Rack:\n"
        + "    def __init__(self):\n        self.rows = []\n"
        + "    def add(self, row, *, first=False):\n        self.rows.insert(0, row)\n"
        + "    def count(self):\n        return len(self.rows)\n"
        + "    def largest(self):\n        return max(self.rows)\n"
    )
    test = """
        from larder.shelf import Rack
        rack = Rack()
        rack.add(3)
        rack.count()
        rack.add(5, first=True)
        rack.largest()
        """
    (call,) = calls(larder, "largest", test)
    assert call.receiver == "((it := Rack()), it.add(3), it.add(5, first=True))[0]"
    assert call.imports == ("from larder.shelf import Rack",)


def test_classes_that_only_the_test_has_are_defined_with_the_call(larder: Path) -> None:
    tests = larder / "tests" / "test_it.py"
    tests.write_text(
        "from larder.shelf import total\n\n\nclass Parcel:\n    def __init__(self, size):\n"
        "        self.size = size\n\n    def __len__(self):\n        return self.size\n\n\n"
        "def test_it():\n    total([Parcel(2)])\n"
    )
    path = str(tests)
    recorder = Recorder(
        (target(larder, "total"),), 9, lambda name: name == path, lambda *_: False, str(larder)
    )
    namespace = load("test_it", tests)
    with recorder.recording():
        namespace["test_it"]()  # type: ignore[operator]
    (found,) = recorder.take()
    assert found.call.args == ("[Parcel(size=2)]",)
    assert found.call.imports[-1].startswith("class Parcel:")


def load(name: str, path: Path) -> dict[str, object]:
    """A test file as a module that knows its file."""
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return vars(module)
