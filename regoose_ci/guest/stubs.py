"""Stands in for packages that tests import and nobody declared, so that other tests still run.

Only for recording calls of existing tests, and only for imports that a test file itself makes:
the project's own ``try: import x`` must see that ``x`` is missing.
"""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import sys
import types
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager


class Stub:
    """Whatever is asked of it, it is there and does nothing."""

    __test__ = False

    def __call__(self, *_: object, **__: object) -> Stub:
        """Return itself."""
        return self

    def __getattr__(self, name: str) -> Stub:
        """Return itself, but have no special methods that it does not define."""
        if name.startswith("__"):
            raise AttributeError(name)
        return self

    def __iter__(self) -> Iterator[object]:
        """Be empty."""
        return iter(())


class _StubModule(types.ModuleType):
    def __getattr__(self, name: str) -> Stub:
        if name.startswith("__"):
            raise AttributeError(name)
        return Stub()


class StubFinder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds what nobody else finds, for imports written in test files."""

    def __init__(self, is_test: Callable[[str], bool]) -> None:
        self._is_test = is_test
        self.made: set[str] = set()

    def find_spec(
        self,
        name: str,
        path: Sequence[str] | None,  # noqa: ARG002 - the protocol's signature
        target: types.ModuleType | None = None,  # noqa: ARG002
    ) -> importlib.machinery.ModuleSpec | None:
        """Give a specification of a stub, or ``None``; see ``MetaPathFinder``."""
        parent = name.rpartition(".")[0]
        if parent and parent not in self.made:
            return None
        if not parent and not self._is_test(_importer()):
            return None
        return importlib.machinery.ModuleSpec(name, self, is_package=True)

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> types.ModuleType:
        """Make the stub; see ``Loader``."""
        self.made.add(spec.name)
        return _StubModule(spec.name)

    def exec_module(self, module: types.ModuleType) -> None:
        """Do nothing; see ``Loader``."""


def _importer() -> str:
    """Return the file whose import statement is being carried out."""
    frame = sys._getframe(2)
    while frame.f_back is not None and "importlib" in frame.f_code.co_filename:
        frame = frame.f_back
    return frame.f_code.co_filename


@contextmanager
def missing_packages_stubbed(is_test: Callable[[str], bool]) -> Iterator[StubFinder]:
    """Let test files import what is missing, during the body of a ``with`` statement."""
    finder = StubFinder(is_test)
    sys.meta_path.append(finder)
    try:
        yield finder
    finally:
        sys.meta_path.remove(finder)
