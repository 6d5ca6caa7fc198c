"""A change that is in memory alone, as a source of what is analysed."""

from __future__ import annotations

from dataclasses import dataclass

from regoose_ci.domain.revisions import Revision


@dataclass(frozen=True)
class Change:
    """Files of each revision by path, and their unified diff."""

    sources: dict[Revision, dict[str, str]]
    patch: str

    @property
    def shas(self) -> dict[Revision, str]:
        """Names of the revisions."""
        return {revision: revision.value for revision in self.sources}

    def diff(self) -> str:
        """Return the unified diff."""
        return self.patch

    def read(self, revision: Revision, path: str) -> bytes | None:
        """Return a file's bytes."""
        return self.read_many(revision, (path,)).get(path)

    def read_many(self, revision: Revision, paths: tuple[str, ...]) -> dict[str, bytes]:
        """Return the bytes of the files that exist."""
        sources = self.sources[revision]
        return {path: sources[path].encode() for path in paths if path in sources}

    def files(self, revision: Revision) -> tuple[str, ...]:
        """Return all paths."""
        return tuple(self.sources[revision])
