"""Every form of assertion that is rendered: it holds, and its negation fails as a test does."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Callable, Mapping

import pytest

from regoose_ci.comparison.differences import difference
from regoose_ci.domain.observations import Outcome, OutcomeKind, Raised, Value
from regoose_ci.generation.embedded.assertions import (
    Check,
    Relation,
    checks_of,
    checks_of_difference,
)
from regoose_ci.generation.embedded.bodies import (
    Body,
    argument_body,
    raising_body,
    stdout_body,
    value_body,
)
from regoose_ci.generation.embedded.formatting import render_test
from regoose_ci.generation.embedded.messages import match_of
from regoose_ci.generation.embedded.tables import Row, table_body
from tests.unit.generation.observing import call, method, opaque, raised, returned, value

LONG = "the first line\n" + "and another one\n" * 30
REFUSED = Raised("builtins.ValueError", "bad (very bad) input.", "ValueError")


class Box:
    """A value without source, as guests see it by its parts."""

    size = 3


def echo(thing: object, other: object = None) -> object:
    """What every call below calls."""
    return thing


def refuse(thing: object) -> None:
    raise ValueError(REFUSED.message)


def empty(things: list[int]) -> str:
    things.clear()
    return "emptied"


def discard(things: list[int]) -> None:
    things.clear()


def shout(text: str) -> None:
    print(text.upper())  # noqa: T201 - what is asserted


async def later(thing: object) -> object:
    return thing


class _Output:
    """What a body asks of ``capsys``."""

    def __init__(self, stream: io.StringIO) -> None:
        self.out = stream.getvalue()

    def readouterr(self) -> _Output:
        return self


class _Captured:
    """``capsys`` for code that is run outside of pytest."""

    def __init__(self, stream: io.StringIO) -> None:
        self._stream = stream

    def readouterr(self) -> _Output:
        return _Output(self._stream)


def of_value(source: str, outcome: Outcome | None = None, name: str = "echo") -> Body:
    """Assert the value of a call that gives ``source`` back."""
    made = outcome or returned(eval(source))  # noqa: S307 - sources of this file
    assert made.value is not None
    return value_body(call(name, source), made, checks_of(made.value), ["thing"], 88)


def of_operator(other: str, gives: object) -> Body:
    """Assert what ``==`` gives: the one call that is an open comparison itself."""
    checks = checks_of(value(gives))
    return value_body(method("echo(7)", "__eq__", other), returned(gives), checks, ["other"], 88)


def of_difference(base: Outcome, head: Outcome, source: str) -> Body:
    """Assert what base gives where head gives something else."""
    found = difference(base, head)
    assert found is not None
    return value_body(call("echo", source), base, checks_of_difference(found), ["thing"], 88)


def of_check(check: Check, source: str) -> Body:
    return value_body(call("echo", source), returned(None), [check], ["thing"], 88)


def of_exception(pattern: str) -> Body:
    outcome = raised("ValueError", REFUSED.message)
    return raising_body(call("refuse", "1"), outcome, REFUSED, pattern)


def of_table(rows: Mapping[str, object], outcome: Callable[[object], Outcome] = returned) -> Body:
    made = []
    for source, expected in rows.items():
        gave = outcome(expected)
        assert gave.value is not None
        made.append(Row(call("echo", source), gave, checks_of(gave.value)[0]))
    body = table_body(made, ["thing"], 88)
    assert body is not None
    return body


def of_raising_table(*sources: str) -> Body:
    outcome = raised("ValueError", REFUSED.message)
    rows = [Row(call("refuse", s), outcome, match_of(REFUSED)) for s in sources]
    body = table_body(rows, ["thing"], 88)
    assert body is not None
    return body


def of_argument(name: str, gives: object) -> Body:
    check = Check("{}", Relation.EQUAL, "[]")
    body = argument_body(call(name, "[1, 2]"), returned(gives, _0=[]), {"0": check}, ["things"])
    assert body is not None
    return body


AWAITED = Outcome(OutcomeKind.RETURNED, value(7), awaited=True)
NAN = Value("float", parts={"str({})": value("nan")})
BOX = opaque("tests.Box", **{"{}.size": value(3)})
FORMS = {
    "equal": of_value("7"),
    "text": of_value("'it\\'s'"),
    "collection": of_value("{'a': [1, 2], 'b': (None,)}"),
    "true": of_value("True"),
    "false": of_value("False"),
    "none": of_value("None"),
    "operator": of_operator("7", True),
    "operator that denies": of_operator("8", False),
    "approx number": of_value("0.1 + 0.2"),
    "approx list": of_value("[0.1 + 0.2, -1]"),
    "approx dict": of_value("{'a': 2 / 3}"),
    "not a number": of_value("float('nan')", Outcome(OutcomeKind.RETURNED, NAN)),
    "long text": of_value(repr(LONG)),
    "long list": of_value(repr(list(range(100)))),
    "part": of_value("Box()", Outcome(OutcomeKind.RETURNED, BOX)),
    "type name": of_value("Box()", Outcome(OutcomeKind.RETURNED, opaque("tests.Box"))),
    "type": of_difference(returned(1), returned(True), "1"),
    "printed form": of_difference(returned(0.0), returned(-0.0), "0.0"),
    "line that head lacks": of_difference(returned(LONG), returned(LONG[16:]), repr(LONG)),
    "line that head adds": of_check(Check("{}", Relation.LACKS, "'new line'"), repr(LONG)),
    "awaited": of_value("7", AWAITED, "later"),
    "exception": of_exception(match_of(REFUSED)),
    "exception, whole message": of_exception(match_of(REFUSED, whole=True)),
    "argument": of_argument("discard", None),
    "argument and value": of_argument("empty", "emptied"),
    "output": stdout_body(
        call("shout", "'hi'"), returned(None), Check("{}", Relation.EQUAL, repr("HI\n"))
    ),
    "output, in part": stdout_body(
        call("shout", "'hi'"), returned(None), Check("{}", Relation.CONTAINS, repr("HI"))
    ),
    "table": of_table({"1": 1, "'a'": "a", "[]": []}),
    "table of singletons": of_table({"None": None, "0 or None": None}),
    "table of floats": of_table({"0.1 + 0.2": 0.1 + 0.2, "2 / 3": 2 / 3}),
    "table of exceptions": of_raising_table("1", "None"),
}


@pytest.mark.parametrize("form", FORMS)
def test_an_assertion_holds_and_its_negation_fails(form: str) -> None:
    code, negated = render_test("test_it", FORMS[form], 88)

    assert set(endings(code)) == {"passed"}
    assert set(endings(negated)) == {"failed"}  # each row of a table, and not by another error


def test_every_relation_has_a_form() -> None:
    rendered = "\n".join(line for body in FORMS.values() for line in body.lines)

    for relation in Relation:
        assert f" {relation.value} " in rendered if relation.value else "isnan(" in rendered


def endings(code: str) -> list[str]:
    """Run a test function as pytest would, each of its rows; how each ended."""
    names = (Box, echo, refuse, empty, discard, shout, later)
    space: dict[str, object] = {thing.__name__: thing for thing in names}
    exec(f"import asyncio, math, pytest\n{code}", space)  # noqa: S102 - rendered by the code under test
    test = space["test_it"]
    assert callable(test)
    marks = [mark for mark in getattr(test, "pytestmark", []) if mark.name == "parametrize"]
    if not marks:
        return [ending(test, ())]
    (names_of_row, rows) = marks[0].args
    return [ending(test, (row,) if isinstance(names_of_row, str) else row) for row in rows]


def ending(test: Callable[..., object], arguments: tuple[object, ...]) -> str:
    stream = io.StringIO()
    asked = getattr(test, "__code__").co_varnames[: getattr(test, "__code__").co_argcount]  # noqa: B009
    given = (*arguments, _Captured(stream)) if "capsys" in asked else arguments
    with contextlib.redirect_stdout(stream):
        try:
            test(*given)
        except (AssertionError, pytest.fail.Exception):
            return "failed"
    return "passed"
