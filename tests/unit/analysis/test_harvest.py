from __future__ import annotations

import ast

import pytest

from regoose_ci.analysis.harvest import harvest_literals

TESTS = '''
"""Docstring of the module."""
import pytest

CASES = {"key": 2.5}

@pytest.mark.parametrize("text,expected", [("A b", "a-b"), ("ü", "u")], ids=["one", "two"])
def test_slugify(text, expected):
    """Docstring."""
    assert slugify(text) == expected
    assert size() == 17

def test_fails():
    with pytest.raises(ValueError, match="pattern"):
        slugify("never")
'''


def test_arguments_come_before_what_is_compared_and_the_rest():
    found = harvest_literals(TESTS)
    assert found[0] == "[('A b', 'a-b'), ('ü', 'u')]"
    assert found.index("'A b'") < found.index("17") < found.index("2.5")
    assert len(found) == len(set(found))


def test_words_that_are_no_values_are_left_out():
    found = " ".join(harvest_literals(TESTS))
    for word in ("Docstring", "text,expected", "one", "never", "pattern"):
        assert word not in found


def test_a_file_that_does_not_parse_has_none():
    assert harvest_literals("def (") == ()


@pytest.mark.parametrize("source", ["'a'", "b'a'", "u'a'", "1e999", "2.50", "3j", "-1", "10"])
def test_values_are_written_as_python_writes_them(source):
    assert harvest_literals(f"f({source})")[0] == ast.unparse(ast.parse(source, mode="eval"))


def test_there_is_a_limit():
    assert len(harvest_literals("\n".join(f"f({n})" for n in range(1000)))) == 400


def test_literals_that_cannot_be_written_or_are_nested_too_deeply_are_left_out() -> None:
    huge, deep = "0x" + "f" * 6000, "+".join(["1"] * 900)
    found = harvest_literals(f"def test_f():\n    assert f({huge}, {deep}) == 'fine'\n")
    assert "'fine'" in found
    assert all(len(source) < 500 for source in found)
