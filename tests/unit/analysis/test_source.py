from __future__ import annotations

import sys

import pytest

from regoose_ci.analysis.source import ParsedModule, decode_source, read_module


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"x = 1\r\ny = 2\r\n", "x = 1\ny = 2\n"),
        (b"\xef\xbb\xbfx = 1\n", "x = 1\n"),
        (b"# -*- coding: latin-1 -*-\nx = '\xe9'\n", "# -*- coding: latin-1 -*-\nx = 'é'\n"),
        ("x = 'é'\n".encode(), "x = 'é'\n"),
    ],
)
def test_decodes_as_python_does(content, text):
    assert decode_source(content) == text


@pytest.mark.parametrize(
    ("content", "detail"),
    [
        (b"def f(:\n", "line 1"),
        (b"x = '\xe9'\n", "invalid or missing encoding|not valid utf-8"),
        (b"# coding: nonsense\n", "nonsense"),
        (b"x = 1\0\n", "null byte"),
        (b"x = " + b"(" * 5000, "nested|line 1"),
    ],
)
def test_says_what_is_wrong(content, detail):
    found = read_module("a.py", "a", content)
    assert not isinstance(found, ParsedModule)
    assert found.reason == "syntax_error"
    assert any(part in found.detail for part in detail.split("|"))


@pytest.mark.parametrize(
    ("version", "line"),
    [
        ((3, 12), "type Pair[T] = tuple[T, T]"),
        ((3, 12), "def f[T](a: T) -> T: ..."),
        ((3, 12), "class A[T]: ..."),
        ((3, 14), "x = t'{a}'"),
        ((3, 15), "lazy import json"),
    ],
)
def test_newer_syntax_is_not_called_a_mistake(version, line):
    if sys.version_info >= version:
        pytest.skip("this Python knows the syntax")
    found = read_module("a.py", "a", f"x = 1\n{line}\n".encode())
    assert not isinstance(found, ParsedModule)
    assert found.reason == "host_python_too_old"
    assert "line 2" in found.detail


def test_invalid_escapes_do_not_warn():
    assert isinstance(read_module("a.py", "a", b"x = '\\d'\n"), ParsedModule)
