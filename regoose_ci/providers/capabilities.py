"""What a server was found to take, remembered per endpoint and model in a small file."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from regoose_ci.providers.base import Form, Quirk

_FORGOTTEN_AFTER_S = 30 * 24 * 3600.0  # servers are updated; then they are asked anew


@dataclass(frozen=True, slots=True)
class Capability:
    """The firmest form that works, the options that do not, the longest answer allowed."""

    form: Form
    quirks: frozenset[Quirk] = frozenset()
    max_tokens: int | None = None


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True)

    form: Form
    quirks: tuple[Quirk, ...] = ()
    max_tokens: int | None = None
    learned_at: float


class _File(BaseModel):
    version: int = 1
    endpoints: dict[str, _Entry] = {}


class CapabilityStore:
    """Capabilities by `Endpoint.identity`; without a path, for this session only.

    A file that cannot be read or written costs a question or two, so it is no error.
    """

    def __init__(self, path: Path | None = None, now: Callable[[], float] = time.time) -> None:
        self._path = path
        self._now = now
        self._entries = self._read()

    def get(self, identity: str) -> Capability | None:
        """What is known, None if nothing is or it is too old."""
        entry = self._entries.get(identity)
        if entry is None or self._now() - entry.learned_at > _FORGOTTEN_AFTER_S:
            return None
        return Capability(entry.form, frozenset(entry.quirks), entry.max_tokens)

    def learn(self, identity: str, capability: Capability) -> None:
        """Remember ``capability``, in the file too."""
        if self.get(identity) == capability:
            return
        self._entries[identity] = _Entry(
            form=capability.form,
            quirks=tuple(sorted(capability.quirks)),
            max_tokens=capability.max_tokens,
            learned_at=self._now(),
        )
        if self._path is not None:
            self._write(self._path)

    def _read(self) -> dict[str, _Entry]:
        if self._path is None:
            return {}
        try:
            return dict(_File.model_validate_json(self._path.read_bytes()).endpoints)
        except (OSError, ValidationError):
            return {}

    def _write(self, path: Path) -> None:
        merged = {**self._read(), **self._entries}  # another process may have learned as well
        partial = path.with_name(f"{path.name}.{os.getpid()}.part")
        with contextlib.suppress(OSError):
            path.parent.mkdir(parents=True, exist_ok=True)
            partial.write_text(_File(endpoints=merged).model_dump_json(), encoding="utf-8")
            partial.replace(path)
