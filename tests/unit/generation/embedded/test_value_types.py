from __future__ import annotations

import ast

import pytest

from regoose_ci.generation.embedded.value_types import annotation_of


@pytest.mark.parametrize(
    ("sources", "annotation"),
    [
        (["1", "-2"], "int"),
        (["None", "'a'"], "str | None"),
        (["'a' * 9"], "str"),
        (["[1, 'a']", "[]"], "list[int | str] | list[object]"),
        (["{'a': (1, 2.5)}"], "dict[str, tuple[int, float]]"),
        (["1", "2.5"], "float"),
        (["()"], "tuple[()]"),
        (["{1}"], "set[int]"),
        (["Version('1')"], "Version"),
        (["..."], "object"),
        (["len"], "object"),
        (["make()"], "object"),
        (["None", "'a'", "b'a'", "1.5", "True"], "object"),
    ],
)
def test_annotations_are_the_narrowest_that_hold(sources: list[str], annotation: str) -> None:
    values = [ast.parse(source, mode="eval").body for source in sources]
    assert annotation_of(values) == annotation
