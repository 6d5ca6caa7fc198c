"""Opening an artifact. It was made next to a stranger's code, so it is read as hostile input.

Nothing is written to disk: names are keys of a mapping, and only the ones expected are kept.
"""

from __future__ import annotations

import io
import stat
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass

from regoose_ci.domain.report_files import ReportLimits, is_report_file
from regoose_ci.github.errors import BadAnswerError

_ENCRYPTED = 0x1


@dataclass(frozen=True)
class ArchiveLimits(ReportLimits):
    """How much of an artifact is read."""

    zipped_bytes: int = 64 * 1024 * 1024


def read_archive(data: bytes, limits: ArchiveLimits | None = None) -> Mapping[str, bytes]:
    """Return ``report.json`` and ``tests/test_*.py`` of a zipped report directory by name.

    Raises:
        BadAnswerError: It is no zip file, larger than the limits, or has links, encrypted files,
            or two files of one name.
    """
    limits = limits or ArchiveLimits()
    if len(data) > limits.zipped_bytes:
        raise BadAnswerError("The artifact is too large.")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return _read(archive, limits)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError, OSError):
        raise BadAnswerError("The artifact is not a sound zip file.") from None


def _read(archive: zipfile.ZipFile, limits: ArchiveLimits) -> Mapping[str, bytes]:
    entries = archive.infolist()
    if len(entries) > limits.entries:
        raise BadAnswerError(f"The artifact has more than {limits.entries} files.")
    files: dict[str, bytes] = {}
    room = limits.total_bytes
    for entry in entries:
        if not is_report_file(entry.filename):
            continue
        if entry.filename in files:
            raise BadAnswerError("The artifact has two files of one name.")
        if stat.S_ISLNK(entry.external_attr >> 16) or entry.flag_bits & _ENCRYPTED:
            raise BadAnswerError("The artifact has a link or an encrypted file.")
        most = min(limits.file_bytes, room)
        if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise BadAnswerError("The artifact is compressed in a way that GitHub does not use.")
        # The size that the archive states is the archive's own word; what is read is counted.
        with archive.open(entry) as file:
            content = file.read(most + 1)
        if len(content) > most:
            raise BadAnswerError("The artifact's files are too large.")
        room -= len(content)
        files[entry.filename] = content
    return files
