from __future__ import annotations

import ast

from regoose_ci.analysis.literals import find_literals


def test_what_is_only_said_to_people_is_no_input() -> None:
    source = """
def check(text):
    if "@" not in text:
        raise ValueError("an address has an @")
    warnings.warn("the old way")
    log.debug("checked %s", text)
    return text.split("@")
"""
    assert [s for s, _, _ in find_literals(ast.parse(source))] == ["'@'", "'@'"]
