"""Take from a wheel that the sandbox built what the tree lacks. The wheel is hostile."""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from regoose_ci.environments.tree_files import write_new_file

MAX_FILES = 20_000
MAX_BYTES = 512 * 1024 * 1024
_CHUNK = 1024 * 1024
_LARGEST_READ = MAX_FILES * 256
_BOUNDED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""Of others, zipfile unpacks at once whatever a chunk becomes: 1 MB may become 20 GB."""
_UNREADABLE = (
    *(zipfile.BadZipFile, zlib.error, struct.error),
    *(EOFError, IndexError, OSError, RuntimeError, ValueError),
)


class WheelError(Exception):
    """What the build left is not a wheel that can be used; the message says why."""


@dataclass(frozen=True)
class WheelContent:
    """What was taken: files new to the tree, and whether metadata went to the overlay."""

    added: tuple[str, ...]
    has_metadata: bool


def unpack_missing(wheel: Path, tree: Path, root: str, overlay: Path) -> WheelContent:
    """Copy what ``tree/root`` lacks from ``wheel``, and its ``.dist-info`` into ``overlay``.

    Files that the tree has stay as they were committed, since those are reviewed.

    Raises:
        WheelError: the file is no wheel, or holds more than the limits allow.
    """
    added: list[str] = []
    has_metadata = False
    try:
        for name, data in archive_members(wheel):
            top, _, _ = name.partition("/")
            if top.endswith(".data"):
                continue
            if top.endswith(".dist-info"):
                has_metadata |= write_new_file(overlay, name, data)
            elif write_new_file(tree / root, name, data):
                added.append(name)
    except OSError as error:
        raise WheelError(f"the wheel cannot be unpacked ({error})") from error
    return WheelContent(tuple(added), has_metadata)


def archive_members(wheel: Path) -> Iterator[tuple[str, bytes]]:
    """Yield names and contents of files, as far as the limits allow; both are hostile.

    Raises:
        WheelError: the archive cannot be read, or holds more than they allow.
    """
    try:
        with _Guarded(wheel) as file, zipfile.ZipFile(file) as archive:
            yield from _members(archive)
    except _UNREADABLE as error:
        raise WheelError(f"the archive cannot be read ({error})") from error


class _Guarded(io.FileIO):
    """An archive's file; its directory, which is read at once, grows thirtyfold in memory."""

    def read(self, size: int | None = -1) -> bytes:
        """Read as any file, but not more than the directory of an archive of ours has."""
        if size is not None and size > _LARGEST_READ:
            raise WheelError("the archive's directory is too large")
        return super().read(size) or b""


def _members(archive: zipfile.ZipFile) -> Iterator[tuple[str, bytes]]:
    left = MAX_BYTES
    entries = archive.infolist()
    if len(entries) > MAX_FILES:
        raise WheelError(f"the archive holds more than {MAX_FILES} files")
    for entry in entries:
        if entry.is_dir() or not re.fullmatch(r"[^\0\\]{1,512}", entry.filename):
            continue
        if entry.compress_type not in _BOUNDED:
            raise WheelError("the archive is compressed in a way that wheels are not")
        data = _read(archive, entry, left)
        left -= len(data)
        yield entry.filename, data


def _read(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, left: int) -> bytes:
    """Read one member, whatever size its header claims, up to ``left`` bytes."""
    chunks: list[bytes] = []
    with archive.open(entry) as member:
        while chunk := member.read(_CHUNK):
            chunks.append(chunk)
            left -= len(chunk)
            if left < 0:
                raise WheelError(f"the archive holds more than {MAX_BYTES // 1024 // 1024} MB")
    return b"".join(chunks)
