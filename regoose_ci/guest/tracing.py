"""Which lines of watched functions a call reaches, by ``sys.settrace`` on those functions only."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import CodeType, FrameType
from typing import Any  # the signature of trace functions

from .protocol import REPOSITORY, Reach, Target


class Tracer:
    """Collects lines and line pairs of the watched functions, nested code included.

    ``root`` is where the reviewed tree stands.
    """

    def __init__(self, watch: tuple[Target, ...], root: str = REPOSITORY) -> None:
        self._root = root
        self._ranges: dict[str, list[tuple[int, int]]] = {}
        for target in watch:
            path = f"{root}/{target.path}"
            self._ranges.setdefault(path, []).append((target.first_line, target.last_line))
        self._known: dict[CodeType, bool] = {}
        self._lines: dict[str, set[int]] = {}
        self._arcs: dict[str, set[tuple[int, int]]] = {}

    @contextmanager
    def tracing(self) -> Iterator[None]:
        """Trace the body of a ``with`` statement."""
        if not self._ranges:
            yield
            return
        previous = sys.gettrace()
        sys.settrace(self._on_call)
        try:
            yield
        finally:
            sys.settrace(previous)

    def take(self) -> Reach:
        """Return what was reached since the last call of this method."""
        lines = {self._relative(p): tuple(sorted(n)) for p, n in self._lines.items()}
        arcs = {self._relative(p): tuple(sorted(n)) for p, n in self._arcs.items()}
        self._lines, self._arcs = {}, {}
        return Reach(lines, arcs)

    def _on_call(self, frame: FrameType, event: str, argument: object) -> Any:  # noqa: ARG002
        code = frame.f_code
        watched = self._known.get(code)
        if watched is None:
            watched = self._known[code] = self._is_watched(code)
        return self._follow(frame) if watched else None

    def _is_watched(self, code: CodeType) -> bool:
        ranges = self._ranges.get(code.co_filename, ())
        return any(first <= code.co_firstlineno <= last for first, last in ranges)

    def _follow(self, frame: FrameType) -> Any:
        path = frame.f_code.co_filename
        lines = self._lines.setdefault(path, set())
        arcs = self._arcs.setdefault(path, set())
        previous = -frame.f_code.co_firstlineno

        def on_event(frame: FrameType, event: str, argument: object) -> Any:  # noqa: ARG001
            nonlocal previous
            if event == "line":
                lines.add(frame.f_lineno)
                arcs.add((previous, frame.f_lineno))
                previous = frame.f_lineno
            elif event == "return":
                arcs.add((previous, -frame.f_code.co_firstlineno))
            return on_event

        return on_event

    def _relative(self, path: str) -> str:
        return path[len(self._root) + 1 :]
