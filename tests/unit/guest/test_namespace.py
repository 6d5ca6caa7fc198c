from __future__ import annotations

import sys

from regoose_ci.guest.namespace import Namespace
from regoose_ci.guest.protocol import INPUTS_MODULE


def test_statements_are_executed_once() -> None:
    namespace = Namespace()
    namespace.provide("box = []")
    first = namespace.names["box"]
    assert namespace.has("box = []")
    assert namespace.names["box"] is first


def test_a_name_that_was_taken_is_given_back() -> None:
    namespace = Namespace()
    one, other = "class A:\n    n = 1", "class A:\n    n = 2"
    namespace.provide(one)
    namespace.provide(other)
    assert not namespace.has(one)
    namespace.provide(one)
    assert namespace.names["A"].n == 1  # type: ignore[attr-defined]
    assert not namespace.has(other)


def test_dataclasses_find_their_module() -> None:
    namespace = Namespace()
    namespace.provide("from __future__ import annotations")
    namespace.provide("from dataclasses import dataclass")
    namespace.provide("@dataclass\nclass A:\n    n: 'int'")
    assert sys.modules[INPUTS_MODULE] is namespace.module
    assert namespace.names["A"](3).n == 3  # type: ignore[operator]
