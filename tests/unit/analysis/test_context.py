from __future__ import annotations

import pytest

from regoose_ci.analysis.context import (
    MAX_DOCUMENTS,
    find_call_sites,
    find_documents,
    find_related_tests,
)
from regoose_ci.analysis.examples import MAX_FILES, Corpus
from regoose_ci.domain.changes import ChangedFunction, ChangeKind, FunctionKind, FunctionSource
from regoose_ci.guest.protocol import Call, CallKind

SLUG = ("from pkg.text import slugify",)


def _function(qualname="slugify", kind=FunctionKind.FUNCTION) -> ChangedFunction:
    source = FunctionSource("pkg/text.py", "pkg.text", qualname, 1, 2, "")
    return ChangedFunction(ChangeKind.MODIFIED, kind, source, source)


def test_ranks_tests_by_how_much_they_say():
    sources = {
        "tests/test_other.py": "import os\n",
        "tests/test_text.py": "from pkg.text import slugify\nslugify('a')\n",
        "tests/test_api.py": "from pkg.text import slugify\nslugify('a')\n",
        "tests/test_pkg.py": "import pkg\n",
    }
    assert find_related_tests(_function(), sources) == (
        "tests/test_text.py",
        "tests/test_api.py",
        "tests/test_pkg.py",
    )


@pytest.mark.parametrize(
    ("path", "text", "args"),
    [
        ("a.py", "x = text.slugify('A b', ['c'])", ("'A b'", "['c']")),
        ("README.md", "Use it:\n```python\nslugify('A b')\n```\n", ("'A b'",)),
        ("README.md", "```\n>>> slugify('A b')\n'a-b'\n```\n", ("'A b'",)),
        ("docs.rst", "Text\n\n.. code-block:: python\n\n    slugify('A b')\n\n", ("'A b'",)),
        ("docs.rst", "Text\n\n    >>> slugify('A b')\n    'a-b'\n\nMore prose.\n", ("'A b'",)),
        ("a.py", 'def f():\n    """Do.\n\n    >>> slugify("A b")\n    """\n', ("'A b'",)),
    ],
)
def test_finds_calls_with_literals(path, text, args):
    expected = Call(CallKind.FUNCTION, "slugify", None, args, (), SLUG)
    assert find_call_sites(_function(), Corpus({path: text})) == (expected,)


@pytest.mark.parametrize(
    "text",
    [
        "slugify(name)",
        "slugify(*['a'])",
        "with pytest.raises(ValueError):\n    slugify('a')",
        "with self.assertRaises(ValueError) as e:\n    slugify('a')",
        "self.assertRaises(ValueError, lambda: slugify('a'))",
        "'''\n>>> slugify('a')\nTraceback (most recent call last):\nValueError\n'''",
        "slugify('a",
    ],
)
def test_leaves_out_what_cannot_be_repeated_or_fails(text):
    assert find_call_sites(_function(), Corpus({"a.py": text})) == ()


def test_keywords_are_kept():
    (call,) = find_call_sites(_function(), Corpus({"a.py": "slugify('a', sep=-1)"}))
    assert call.kwargs == (("sep", "-1"),)


@pytest.mark.parametrize(
    ("qualname", "kind", "text", "expected"),
    [
        (
            "URL.join",
            FunctionKind.METHOD,
            "URL('http://a', encoded=True).join('b')",
            (CallKind.METHOD, "join", "URL('http://a', encoded=True)", ("'b'",)),
        ),
        (
            "URL.host",
            FunctionKind.PROPERTY,
            "assert yarl.URL('http://a').host == 'a'",
            (CallKind.PROPERTY, "host", "URL('http://a')", ()),
        ),
        (
            "URL.build",
            FunctionKind.CLASS_METHOD,
            "URL.build('a')",
            (CallKind.FUNCTION, "URL.build", None, ("'a'",)),
        ),
        (
            "URL.__init__",
            FunctionKind.METHOD,
            "URL('a')",
            (CallKind.FUNCTION, "URL", None, ("'a'",)),
        ),
    ],
)
def test_finds_calls_of_methods(qualname, kind, text, expected):
    (call,) = find_call_sites(_function(qualname, kind), Corpus({"a.py": text}))
    assert (call.kind, call.name, call.receiver, call.args) == expected
    assert call.imports == ("from pkg.text import URL",)


@pytest.mark.parametrize(("others", "found"), [(MAX_FILES - 1, 1), (MAX_FILES, 0)])
def test_files_that_name_it_are_parsed_up_to_a_number(others, found):
    sources = {f"m{n}.py": "slugify(text)\n" for n in range(others)}
    sources |= {f"n{n}.py": "def slugify(text): ...\n" for n in range(9)}
    sources["last.py"] = "slugify('a')\n"
    assert len(find_call_sites(_function(), Corpus(sources))) == found


def test_documents_with_examples_of_it_come_after_its_own_module():
    modules = {
        "pkg/text.py": "def slugify(): ...\n# >>> slugify('a')",
        "pkg/other.py": ">>> slugify()",
    }
    documents = {
        "README.rst": ">>> slugify('a b')",
        "prose.rst": "Call slugify.",
        "other.rst": ">>> shorten('a b')",
        **{f"more{n}.rst": ">>> slugify('a b')" for n in range(MAX_DOCUMENTS)},
    }
    found = find_documents(_function(), modules, documents)
    assert found[:2] == ("pkg/text.py", "README.rst")
    assert len(found) == 1 + MAX_DOCUMENTS
    assert not {"prose.rst", "other.rst"} & {*found}
    assert find_documents(_function(), {"pkg/text.py": ""}, {}) == ()


def test_a_module_counts_where_its_whole_name_stands():
    sources = {
        "tests/a.py": "import pkg.text\nimport pkg.text_more\n",
        "tests/b.py": "import pkg.text_more\n" * 3,
        "tests/c.py": "slugify_all()\n",
    }
    assert find_related_tests(_function(), sources) == ("tests/a.py", "tests/b.py")
