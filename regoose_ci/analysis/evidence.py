"""What a change itself shows of new behaviour: lines it adds to tests, documents and examples."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

_DOCUMENTS = (".md", ".rst", ".txt")
_STRING = re.compile(
    r"""\b[rbRB]{0,2}(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|"""
    r""""(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'"""
)
_PROMPT = ">>>"
_LONG_ENOUGH = 4
_TELLING = 6
_SILENT = frozenset({"True", "False", "None"})


@dataclass(frozen=True, slots=True)
class Examples:
    """Text in which a change says what is to come out, and the string literals in it."""

    text: str
    strings: frozenset[str]

    def show(self, value: str | None, inputs: Iterable[str]) -> bool:
        """Whether they show a result (as source) for these inputs, or one nobody writes by chance.

        An example with the same inputs passes on head, so a plain yes or no need not be seen.
        """
        constants = [c for source in inputs for c in _constants(source) if _is_telling(c)]
        same_inputs = bool(constants) and all(map(self._holds, constants))
        if value is None or value in _SILENT:
            return same_inputs
        is_shown = self._holds(value)
        return is_shown and (same_inputs or len(value) >= _TELLING)

    def expect(self, exception: str, name: str) -> bool:
        """Whether they name an exception and the function that raises it."""
        return all(re.search(rf"\b{re.escape(word)}\b", self.text) for word in (exception, name))

    def _holds(self, source: str) -> bool:
        try:
            value = ast.literal_eval(source)
        except (SyntaxError, ValueError, TypeError, MemoryError, RecursionError):
            value = None
        if isinstance(value, str):
            return value in self.strings or ("\n" in value and value.strip() in self.text)
        pattern = rf"(?<![\w.]){re.escape(_packed(source))}(?![\w.])"
        return re.search(pattern, _packed(self.text)) is not None


def added_examples(diff: str) -> Examples:
    """Collect the lines that a unified diff adds to tests, to documents, and after prompts."""
    lines = list(_example_lines(diff))
    text = "\n".join(lines)
    return Examples(text, frozenset(_strings(lines)))


def _example_lines(diff: str) -> Iterator[str]:
    path, is_answer = "", False
    for line in diff.splitlines():
        if line.startswith("+++ "):
            path = line[4:].removeprefix("b/")
        elif line.startswith("+"):
            is_prompt = line[1:].lstrip().startswith(_PROMPT)
            if "test" in path or path.endswith(_DOCUMENTS) or is_prompt or is_answer:
                yield line[1:]
            is_answer = is_prompt


def _strings(lines: Iterable[str]) -> Iterator[str]:
    for line in lines:
        for literal in _STRING.findall(line):
            try:
                value = ast.literal_eval(literal)
            except (SyntaxError, ValueError):
                continue
            if isinstance(value, str):
                yield value


def _constants(source: str) -> Iterator[str]:
    """The literals in an expression, as source."""
    try:
        tree = ast.parse(source, mode="eval")
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return
    yield from (repr(node.value) for node in ast.walk(tree) if isinstance(node, ast.Constant))


def _is_telling(constant: str) -> bool:
    return len(constant.strip("'\"")) >= _LONG_ENOUGH and constant not in _SILENT


def _packed(text: str) -> str:
    return re.sub(r"\s+", "", text).replace('"', "'")
