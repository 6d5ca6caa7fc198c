from __future__ import annotations

import difflib
import textwrap

from regoose_ci.analysis.functions import find_changed_functions
from regoose_ci.domain.changes import ChangedFile, ChangedFunction


def changed_file(base: str, head: str, base_path="m.py", head_path="m.py") -> ChangedFile:
    """The changed lines of two texts, as a diff without context gives them."""
    matcher = difflib.SequenceMatcher(None, base.split("\n"), head.split("\n"), autojunk=False)
    removed: set[int] = set()
    added: set[int] = set()
    for tag, base_from, base_to, head_from, head_to in matcher.get_opcodes():
        if tag != "equal":
            removed.update(range(base_from + 1, base_to + 1))
            added.update(range(head_from + 1, head_to + 1))
    return ChangedFile(base_path, head_path, frozenset(removed), frozenset(added))


def compare(base: str, head: str) -> tuple[ChangedFunction, ...]:
    base, head = textwrap.dedent(base).lstrip("\n"), textwrap.dedent(head).lstrip("\n")
    return find_changed_functions(
        changed_file(base, head), base, head, base_module="m", head_module="m"
    )


def summary(base: str, head: str) -> list[tuple[str, str]]:
    return [(f.change.value, f.current.qualname) for f in compare(base, head)]
