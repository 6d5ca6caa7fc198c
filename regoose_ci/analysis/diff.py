"""Read a unified diff into changed files."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass

from unidiff.errors import UnidiffParseError
from unidiff.patch import PatchedFile, PatchSet

from regoose_ci.domain.bounds import MAX_DIFF_LINES
from regoose_ci.domain.changes import ChangedFile
from regoose_ci.errors import InfrastructureError, UsageError

_NOWHERE = "/dev/null"
_SECTION = re.compile(r"^(?=diff --git )", re.MULTILINE)
_HUNKS = re.compile(r"^--- ", re.MULTILINE)
_EXTENDED = re.compile(r"^(rename|copy) (from|to) ([^\n]+)$", re.MULTILINE)
_WHOLE_FILE = re.compile(r"^(new|deleted) file mode \d+$", re.MULTILINE)
_SAME_PATHS = re.compile(r'^diff --git (?P<old>"?a/(?P<path>.+)) "?b/(?P=path)$')
_ESCAPE = re.compile(r'\\([abfnrtv"\\]|[0-7]{3})')
_CONTROL = {"a": 7, "b": 8, "t": 9, "n": 10, "v": 11, "f": 12, "r": 13, '"': 34, "\\": 92}


@dataclass(frozen=True, slots=True)
class _Header:
    """What git's extended header says: the paths, where it says them."""

    base_path: str | None = None
    head_path: str | None = None


def parse_diff(text: str) -> tuple[ChangedFile, ...]:
    """Read the files of a unified diff, git's or plain; binary and mode-only changes are left out.

    Raises:
        InfrastructureError: the text is not a unified diff.
        UsageError: it has too many lines.
    """
    lines = text.count("\n")
    if lines > MAX_DIFF_LINES:
        raise UsageError(
            f"The diff has {lines:,} lines of Python, more than the limit of {MAX_DIFF_LINES:,}.",
            "Review the change in parts: give a --base and a --head that are nearer.",
        )
    sections = [part for part in _SECTION.split(text) if part.strip()]
    return tuple(file for section in sections for file in _read_section(section))


def _read_section(section: str) -> list[ChangedFile]:
    """One file of a git diff, or all files of a plain one.

    unidiff gets the hunks only, because ``diff --git a/x b/x`` is ambiguous for names with
    spaces and it does not undo git's quoting.
    """
    start = _HUNKS.search(section)
    if start is None:
        return _without_hunks(section)
    header = _extended_header(section[: start.start()])
    try:
        patch = PatchSet(io.StringIO(section[start.start() :]))
    except UnidiffParseError as error:
        name = section.partition("\n")[0][:200]
        raise InfrastructureError(f"The diff of {name!r} cannot be read: {error}.") from error
    return [_changed_file(file, header) for file in patch]


def _changed_file(file: PatchedFile, header: _Header) -> ChangedFile:
    base_lines: set[int] = set()
    head_lines: set[int] = set()
    for hunk in file:
        for line in hunk:
            if line.is_removed and line.source_line_no is not None:
                base_lines.add(line.source_line_no)
            elif line.is_added and line.target_line_no is not None:
                head_lines.add(line.target_line_no)
    return ChangedFile(
        base_path=header.base_path or _plain_path(file.source_file, "a/"),
        head_path=header.head_path or _plain_path(file.target_file, "b/"),
        base_lines=frozenset(base_lines),
        head_lines=frozenset(head_lines),
    )


def _without_hunks(section: str) -> list[ChangedFile]:
    """A rename without edits, or an empty file that came or went."""
    header = _extended_header(section)
    if header.base_path and header.head_path:
        return [ChangedFile(header.base_path, header.head_path)]
    whole = _WHOLE_FILE.search(section)
    same = _SAME_PATHS.match(section.partition("\n")[0].replace('" "b/', ' "b/').rstrip('"'))
    if whole is None or same is None or "\nBinary files " in section:
        return []
    path = _unquote(f'"{same["path"]}"' if same["old"].startswith('"') else same["path"])
    return [ChangedFile(None, path) if whole[1] == "new" else ChangedFile(path, None)]


def _extended_header(text: str) -> _Header:
    paths = {side: _unquote(name) for _, side, name in _EXTENDED.findall(text)}
    return _Header(paths.get("from"), paths.get("to"))


def _plain_path(name: str, prefix: str) -> str | None:
    path = _unquote(name)
    return None if path == _NOWHERE else path.removeprefix(prefix)


def _unquote(name: str) -> str:
    """Undo git's C-style quoting, octal bytes included."""
    if len(name) < 2 or not (name.startswith('"') and name.endswith('"')):
        return name
    raw = name[1:-1].encode("utf-8", "surrogateescape").decode("latin-1")
    unescaped = _ESCAPE.sub(lambda match: chr(_byte(match[1])), raw)
    return unescaped.encode("latin-1").decode("utf-8", "surrogateescape")


def _byte(escape: str) -> int:
    return _CONTROL[escape] if escape in _CONTROL else int(escape, 8) & 0xFF
