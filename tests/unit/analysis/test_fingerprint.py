from __future__ import annotations

import ast

import pytest

from regoose_ci.analysis.fingerprint import fingerprint, means_the_same


def _parse(source: str) -> ast.stmt:
    return ast.parse(source).body[0]


def test_a_function_that_calls_itself_compares_equal_under_another_name():
    one, other = _parse("def f(n): return f(n - 1)"), _parse("def g(n): return g(n - 1)")
    assert fingerprint(one) == fingerprint(other)
    assert means_the_same(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("def f(): return [1, 2]", "def f(): return [1], 2"),
        ("def f(): return 1", "def f(): return 1.0"),
        ("def f(): return 'a'", "def f(): return b'a'"),
        ("def f(a, *, b): g()", "def f(a, b): g()"),
        ("def f(): x += 1", "def f(): x -= 1"),
        ("def f(): return a.b", "def f(): return a.c"),
        ("def f(): a()", "def f(): a(); b()"),
        ("def f(): return f'{a!r}'", "def f(): return f'{a!s}'"),
    ],
)
def test_different_code_differs(one, other):
    assert fingerprint(_parse(one)) != fingerprint(_parse(other))
    assert not means_the_same(_parse(one), _parse(other))
