from __future__ import annotations

import pytest

from regoose_ci.comparison.calls import render_call
from regoose_ci.domain.observations import Call, CallKind
from regoose_ci.generation.llm.calls import UnusableError, call_of
from tests.unit.generation.observing import call as function

IMPORTS = ("from pkg.text import slugify",)


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("slugify('a', sep='-')", function("slugify", "'a'", sep="'-'")),
        ("URL.build(host='x')", function("URL.build", host="'x'")),
        ("URL('/a').join(URL('b'))", Call(CallKind.METHOD, "join", "URL('/a')", ("URL('b')",))),
        ("URL('/a').path", Call(CallKind.PROPERTY, "path", "URL('/a')")),
        ("V('1') == V('2')", Call(CallKind.METHOD, "__eq__", "V('1')", ("V('2')",))),
        ("'a' in Store(['a'])", Call(CallKind.METHOD, "__contains__", "Store(['a'])", ("'a'",))),
        ("-Money(1)", Call(CallKind.METHOD, "__neg__", "Money(1)")),
        ("Money(1) + 2", Call(CallKind.METHOD, "__add__", "Money(1)", ("2",))),
        ("Store([1])[0]", Call(CallKind.METHOD, "__getitem__", "Store([1])", ("0",))),
        ("asyncio.run(fetch('a'))", function("fetch", "'a'")),
        ("await fetch('a')", function("fetch", "'a'")),
    ],
)  # fmt: skip
def test_expression_becomes_a_call(expression: str, expected: Call) -> None:
    assert call_of(expression, (), ()) == expected


@pytest.mark.parametrize(
    "expression", ["slugify('a b')", "URL('/a') / 'b'", "URL('/a').path", "1 in Store([1])"]
)
def test_call_reads_as_it_was_written(expression: str) -> None:
    assert render_call(call_of(expression, (), ())) == expression


def test_variables_of_the_setup_are_written_out() -> None:
    call = call_of("slugify(text, options)", ("text = 'a b'", "options = [text]"), IMPORTS)

    assert call == Call(CallKind.FUNCTION, "slugify", None, ("'a b'", "['a b']"), (), IMPORTS)


@pytest.mark.parametrize(
    ("expression", "setup", "reason"),
    [
        ("slugify(", (), "not one Python expression"),
        ("x = slugify('a')", (), "not one Python expression"),
        ("text.NAME", (), "is not one call"),
        ("'a'", (), "is not one call"),
        ("slugify(*['a'])", (), "stars"),
        ("(lambda: 1)()", (), "has no name"),
        ("slugify(items, items)", ("items = [1]",), "used more than once"),
        ("slugify(x)", ("for x in 'ab': pass",), "no plain assignment"),
        ("slugify(x)", ("x, y = 1, 2",), "no plain assignment"),
        ("slugify(x)", ("x =",), "not valid Python"),
        ("slugify([x for y in x])", ("x = 'a'",), "comprehension"),
        ("slugify('" + "a" * 3000 + "')", (), "too long"),
    ],
)
def test_what_is_no_single_call_is_refused_with_a_reason(
    expression: str, setup: tuple[str, ...], reason: str
) -> None:
    with pytest.raises(UnusableError, match=reason):
        call_of(expression, setup, ())


@pytest.mark.parametrize("statement", ["import os; os.getpid()", "print(1)", "from"])
def test_import_that_is_no_import_is_refused(statement: str) -> None:
    with pytest.raises(UnusableError, match="not one import statement"):
        call_of("slugify('a')", (), (statement,))


@pytest.mark.parametrize(
    ("expression", "imports"),
    [("near(1)", ()), ("near(pytest.approx(1))", ("import pytest",))],
)
def test_pytest_is_imported_where_a_call_uses_it(expression: str, imports: tuple[str, ...]) -> None:
    assert call_of(expression, (), ["import pytest"]).imports == imports
