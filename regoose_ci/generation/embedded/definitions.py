"""Classes and functions that tests bring along: carved from existing tests, one copy a file."""

from __future__ import annotations

import ast
import itertools
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from regoose_ci.comparison.wellformed import is_definition
from regoose_ci.domain.candidates import CandidateTest


def definitions_of(statements: Sequence[str]) -> tuple[str, ...]:
    """Leave imports out of what a call or a test needs."""
    return tuple(statement for statement in statements if is_definition(statement))


def with_definitions(candidate: CandidateTest, code: str) -> str:
    """A test's code below the definitions that it needs."""
    return "\n\n\n".join([*definitions_of(candidate.imports), code])


@dataclass(slots=True)
class SharedDefinitions:
    """The definitions of a file, each under a name of its own."""

    _by_name: dict[str, str] = field(default_factory=dict)

    def take_from(self, code: str, taken: Collection[str]) -> str:
        """Take the definitions in front of a test; return the test as it names them now."""
        *definitions, test = _statements(code)
        while definitions:
            name = _defined_name(definitions[0])
            free = self._free_name(name, definitions[0], taken)
            if free != name:
                definitions = [_renamed(definition, name, free) for definition in definitions]
                test = _renamed(test, name, free)
            self._by_name[free] = definitions.pop(0)
        return test

    def _free_name(self, name: str, definition: str, taken: Collection[str]) -> str:
        """A name that nothing else has in the file, but perhaps the very same definition."""
        names = itertools.chain([name], (f"{name}{count}" for count in itertools.count(2)))
        return next(free for free in names if self._is_free(free, definition, name, taken))

    def _is_free(self, free: str, definition: str, name: str, taken: Collection[str]) -> bool:
        text = _renamed(definition, name, free)
        return free not in taken and self._by_name.get(free, text) == text

    def used_by(self, codes: Sequence[str]) -> list[str]:
        """The definitions that tests use, and those that these use, in order."""
        wanted: set[str] = set()
        texts = list(codes)
        while texts:
            text = texts.pop()
            for name, definition in self._by_name.items():
                if name not in wanted and re.search(rf"\b{name}\b", text):
                    wanted.add(name)
                    texts.append(definition)
        return [definition for name, definition in self._by_name.items() if name in wanted]


def _statements(code: str) -> list[str]:
    lines = code.split("\n")  # not what else `str.splitlines` takes for the end of a line
    parts = []
    for node in ast.parse(code).body:
        decorators = getattr(node, "decorator_list", [])
        first = min([node.lineno, *(d.lineno for d in decorators)])
        parts.append("\n".join(lines[first - 1 : node.end_lineno]))
    return parts


def _defined_name(definition: str) -> str:
    node = ast.parse(definition).body[0]
    if isinstance(node, ast.Assign):
        return ast.unparse(node.targets[0])
    assert isinstance(node, ast.ClassDef | ast.FunctionDef)
    return node.name


def _renamed(code: str, name: str, free: str) -> str:
    return re.sub(rf"(?<![\w.'\"]){name}\b", free, code)
