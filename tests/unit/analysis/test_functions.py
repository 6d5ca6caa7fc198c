from __future__ import annotations

import pytest

from regoose_ci.analysis.functions import find_changed_functions
from regoose_ci.domain.changes import ChangedFile, FunctionKind
from tests.unit.analysis.helpers import compare, summary


@pytest.mark.parametrize(
    ("base", "head"),
    [
        pytest.param('def f():\n    """Old."""\n    return 1', "def f():\n    return 1", id="doc"),
        pytest.param("def f():\n    return 1", "def f():  # now\n    return (1)", id="comment"),
        pytest.param("def f(a): return a", "def f(a: int) -> int: return a", id="annotation"),
        pytest.param(
            "def f():\n    x = 1\n    return x",
            "def f():\n    x: int = 1\n    return x",
            id="local",
        ),
        pytest.param(
            "def f(a,b):\n  g(a,b)", "def f(\n    a,\n    b,\n):\n    g(a, b)", id="format"
        ),
        pytest.param("__all__ = ['f']\ndef f(): g()", "__all__ = ['g']\ndef f(): g()", id="all"),
        pytest.param("def f(): return u'a'", 'def f(): return "a"', id="quotes"),
        pytest.param("def f(): pass", 'def f():\n    """Nothing."""', id="idle"),
        pytest.param(
            "from x import a\ndef f(): return a",
            "from x import a, b\ndef f(): return a",
            id="import",
        ),
        pytest.param("A = 1\ndef f(A): return A", "A = 2\ndef f(A): return A", id="shadowed"),
        pytest.param(
            "def f(): return 1\ndef g(): return 2",
            "def g(): return 2\ndef f(): return 1",
            id="order",
        ),
    ],
)
def test_no_change_of_behaviour(base, head):
    assert summary(base, head) == []


@pytest.mark.parametrize(
    ("base", "head", "expected"),
    [
        pytest.param("def f(): return 1", "def f(): return 2", ("modified", "f"), id="body"),
        pytest.param(
            "def f(a=1): return a", "def f(a=2): return a", ("modified", "f"), id="default"
        ),
        pytest.param("def f(): g()", "@cache\ndef f(): g()", ("modified", "f"), id="decorator"),
        pytest.param("def f(): g()", "async def f(): g()", ("modified", "f"), id="async"),
        pytest.param("", "def f(): g()", ("added", "f"), id="added"),
        pytest.param("def f(): g()", "", ("removed", "f"), id="removed"),
        pytest.param("def f(): return 1", "def f(): return True", ("modified", "f"), id="type"),
        pytest.param(
            "class A:\n    def m(self): return 1",
            "class A:\n    def m(self): return 2",
            ("modified", "A.m"),
            id="method",
        ),
        pytest.param(
            "def f():\n    def g(): return 1\n    return g",
            "def f():\n    def g(): return 2\n    return g",
            ("modified", "f"),
            id="nested",
        ),
        pytest.param(
            "if X:\n    def f(): return 1\nelse:\n    def f(): return 2",
            "if X:\n    def f(): return 1\nelse:\n    def f(): return 3",
            ("modified", "f"),
            id="conditional",
        ),
        pytest.param(
            "@overload\ndef f(a: int): ...\ndef f(a): return 1",
            "@overload\ndef f(a: str): ...\ndef f(a): return 2",
            ("modified", "f"),
            id="overload",
        ),
        pytest.param(
            "@f.register\ndef _(a: int): return 1",
            "@f.register\ndef _(a: int): return 2",
            ("modified", "f"),
            id="singledispatch",
        ),
    ],
)
def test_a_direct_change(base, head, expected):
    assert summary(base, head) == [expected]


def test_overload_stubs_alone_change_nothing():
    base = "@overload\ndef f(a: int, b=1): ...\ndef f(a): return 1"
    assert summary(base, base.replace("b=1", "b=2")) == []


def test_a_property_is_one_function():
    base = """
    class A:
        @property
        def size(self):
            return self._size

        @size.setter
        def size(self, value):
            self._size = value
    """
    (found,) = compare(base, base.replace("= value", "= value + 1"))
    assert found.kind is FunctionKind.PROPERTY
    assert (found.head.first_line, found.head.last_line) == (2, 8)
    assert found.head.changed_lines == {8}
    assert found.head.source.startswith("@property\ndef size(self):\n    return")


@pytest.mark.parametrize(
    ("decorator", "kind"),
    [
        ("@staticmethod", FunctionKind.STATIC_METHOD),
        ("@classmethod", FunctionKind.CLASS_METHOD),
        ("@functools.cached_property", FunctionKind.PROPERTY),
        ("@log(level=1)", FunctionKind.METHOD),
    ],
)
def test_kinds_of_methods(decorator, kind):
    base = f"class A:\n    {decorator}\n    def m(a, b): return 1"
    (found,) = compare(base, base.replace("return 1", "return 2"))
    assert found.kind is kind
    assert found.parameters == (("a", "b") if kind is FunctionKind.STATIC_METHOD else ("b",))


def test_a_renamed_function_is_paired_by_its_body():
    body = (
        "(n):\n    total = 0\n    for i in range(n):\n        total += i * n - 1\n    return total"
    )
    (found,) = compare(f"def old{body}", f"def new{body}")
    assert found.change.value == "renamed"
    assert (found.base.qualname, found.head.qualname) == ("old", "new")


def test_short_bodies_are_not_taken_for_renames():
    assert summary("def a(): pass", "def b(): pass") == [("removed", "a"), ("added", "b")]


def test_a_moved_file_changes_nothing_by_itself():
    file = ChangedFile("a.py", "b.py")
    source = "def f(): return 1\n"
    assert find_changed_functions(file, source, source, base_module="a", head_module="b") == ()


IMPACTED = [
    pytest.param(
        "import re\nR = re.compile('a+')\ndef f(s): return R.match(s)",
        "import re\nR = re.compile('b+')\ndef f(s): return R.match(s)",
        ("f", "R"),
        id="constant",
    ),
    pytest.param(
        "P = 'a'\nR = compile_it(P)\ndef f(s): return R.match(s)",
        "P = 'b'\nR = compile_it(P)\ndef f(s): return R.match(s)",
        ("f", "R"),
        id="through another name",
    ),
    pytest.param(
        "from x import a\ndef f(): return a()",
        "from y import a\ndef f(): return a()",
        ("f", "a"),
        id="import",
    ),
    pytest.param(
        "class A:\n    size = 1\n    def m(self): return self.size",
        "class A:\n    size = 2\n    def m(self): return self.size",
        ("A.m", "A.size"),
        id="class attribute",
    ),
    pytest.param(
        "class A:\n    size = 1\nclass B(A):\n    def m(self): return self.size",
        "class A:\n    size = 2\nclass B(A):\n    def m(self): return self.size",
        ("B.m", "A.size"),
        id="inherited attribute",
    ),
    pytest.param(
        "class A:\n    size = 1\ndef f(): return A.size",
        "class A:\n    size = 2\ndef f(): return A.size",
        ("f", "A.size"),
        id="attribute of a class",
    ),
    pytest.param(
        "@dataclass\nclass A:\n    x: int = 1\ndef f(): return A()",
        "@dataclass\nclass A:\n    x: int = 2\ndef f(): return A()",
        ("f", "A"),
        id="dataclass field",
    ),
    pytest.param(
        "class A(B):\n    def m(self): return super().m()",
        "class A(C):\n    def m(self): return super().m()",
        ("A.m", "A"),
        id="base class",
    ),
    pytest.param(
        "T = {}\nT['a'] = 1\ndef f(k): return T[k]",
        "T = {}\nT['a'] = 2\ndef f(k): return T[k]",
        ("f", "T"),
        id="item",
    ),
    pytest.param(
        "T = []\nT.append(1)\ndef f(): return T",
        "T = []\nT.append(2)\ndef f(): return T",
        ("f", "T"),
        id="mutation",
    ),
]


@pytest.mark.parametrize(("base", "head", "expected"), IMPACTED)
def test_an_impacted_function(base, head, expected):
    (found,) = compare(base, head)
    assert found.change.value == "impacted"
    assert (found.current.qualname, found.because_of) == expected
    assert found.head.changed_lines == {len(head.split("\n"))}
    assert found.base.changed_lines == {len(base.split("\n"))}


def test_a_value_computed_by_a_changed_function_is_changed():
    base = "def make(): return 1\nT = make()\ndef f(): return T"
    assert summary(base, base.replace("return 1", "return 2")) == [
        ("modified", "make"),
        ("impacted", "f"),
    ]


def test_a_caller_of_a_changed_function_is_not_impacted():
    base = "def g(): return 1\ndef f(): return g()"
    assert summary(base, base.replace("return 1", "return 2")) == [("modified", "g")]


def test_changed_lines_carry_code():
    base = """
    def f(a):
        x = a
        return x
    """
    head = """
    def f(a):
        # explained
        x = call(
            a,
        )

        return x
    """
    (found,) = compare(base, head)
    assert found.base.changed_lines == {2}
    assert found.head.changed_lines == {3, 4}


def test_a_deletion_stands_between_its_neighbours():
    base = "def f(a):\n    b = a\n    b += 1\n    c = b\n    return c"
    head = "def f(a):\n    b = a\n    c = b\n    return c"
    (found,) = compare(base, head)
    assert found.base.changed_lines == {3}
    assert found.head.changed_lines == {2, 3}
    (inverse,) = compare(head, base)
    assert inverse.base.changed_lines == {2, 3}
    assert inverse.head.changed_lines == {3}


def test_neighbours_are_found_behind_other_changes():
    base = "X = 1\ndef f(a):\n    b = a\n    b += 1\n    return b"
    head = "# one\n# two\n# three\nX = 1\ndef f(a):\n    b = a\n    return b"
    (found,) = compare(base, head)
    assert found.head.changed_lines == {6, 7}


def test_a_changed_default_is_reached_with_the_first_statement():
    base = 'def f(\n    a=1,\n):\n    """Doc."""\n    return a'
    (found,) = compare(base, base.replace("a=1", "a=2"))
    assert found.head.changed_lines == {5}


def test_literals_of_the_diff_come_first():
    base = (
        "LIMIT = 40\ndef g(): return 'callee'\n"
        "def f(a):\n    if a == 7: return g()\n    return LIMIT"
    )
    (found,) = compare(base, base.replace("return LIMIT", "return LIMIT + -3"))
    assert found.literals == ("-3", "7", "40", "'callee'")


def test_a_joined_string_is_one_literal():
    base = "def f(s):\n    return match('a'\n      + 'b', s)"
    (found,) = compare(base, base.replace("'b'", "'c'"))
    assert found.literals == ("'ab'", "'ac'")


def test_huge_and_infinite_constants_are_left_out():
    base = f"def f():\n    return 1e999, {'9' * 3000}, True, None, 5"
    (found,) = compare(base, base.replace("5", "6"))
    assert found.literals == ("5", "6")


def test_strings_over_lines_survive_the_dedent():
    base = 'class A:\n    def m(self):\n        return """a\n  b\n"""'
    (found,) = compare(base, base.replace("b", "c"))
    assert found.head.source == 'def m(self):\n    return """a\n  c\n"""'


def test_deeply_nested_code_is_compared():
    base = "def f():\n    return " + " + ".join(["x"] * 2000)
    assert summary(base, base + " + y") == [("modified", "f")]
