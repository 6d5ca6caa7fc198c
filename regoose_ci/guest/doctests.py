"""Interactive examples of docstrings and documents, run like tests."""

from __future__ import annotations

import contextlib
import doctest
import linecache
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, redirect_stdout
from pathlib import Path

from .protocol import Target
from .resolve import ResolveError, import_module

_MARK = "<doctest "
_NAME = "__examples__"
"""The module that examples take themselves for: what they define is theirs, not the project's."""


class Doctests:
    """Runs examples; what they should print is not looked at."""

    def __init__(self, targets: Sequence[Target], root: str) -> None:
        self._modules = {target.path: target.module for target in targets}
        self._root = root
        self._raising: set[str] = set()

    @staticmethod
    def holds(path: str) -> bool:
        """Tell whether the code of a file, as its frames name it, is an example."""
        return path.startswith(_MARK)

    def expects_exception(self, path: str) -> bool:
        """Tell the same of an example that is to raise something."""
        return path in self._raising

    def find(self, documents: Sequence[str]) -> Iterator[doctest.DocTest]:
        """Find the examples of modules, which must hold a target, and of other documents."""
        for path in documents:
            if path in self._modules:
                yield from self._in_module(self._modules[path])
            else:
                yield from _in_document(path, Path(self._root, path))

    def _in_module(self, name: str) -> Iterator[doctest.DocTest]:
        try:
            module = import_module(name, self._root)
            yield from doctest.DocTestFinder(exclude_empty=True).find(module)
        except (ResolveError, Exception):  # noqa: BLE001 - finding looks at all of the module
            return

    def run(self, test: doctest.DocTest, turn: Callable[[], AbstractContextManager[None]]) -> None:
        """Run the examples of one docstring or document; ``turn`` is around each."""
        test.globs["__name__"] = _NAME
        with Path(os.devnull).open("w") as nowhere, redirect_stdout(nowhere), _displayed():
            for number, example in enumerate(test.examples):
                if example.options.get(doctest.SKIP):
                    continue
                path = f"{_MARK}{test.name}[{number}]>"
                if example.exc_msg is not None:
                    self._raising.add(path)
                source = example.source
                linecache.cache[path] = (len(source), None, source.splitlines(True), path)
                with contextlib.suppress(Exception, SystemExit), turn():
                    exec(compile(source, path, "single"), test.globs)  # noqa: S102 - in the sandbox


@contextlib.contextmanager
def _displayed() -> Iterator[None]:
    """Let values be displayed without leaving the last one as the builtin ``_``."""
    before, sys.displayhook = sys.displayhook, repr
    try:
        yield
    finally:
        sys.displayhook = before


def _in_document(path: str, file: Path) -> Iterator[doctest.DocTest]:
    try:
        text = file.read_text(encoding="utf-8", errors="replace")
        yield doctest.DocTestParser().get_doctest(text, {}, path, path, 0)
    except (OSError, ValueError):
        return
