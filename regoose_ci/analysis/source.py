"""Decode and parse Python source of any encoding, and say why a file cannot be parsed."""

from __future__ import annotations

import ast
import codecs
import gc
import io
import re
import sys
import tokenize
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from regoose_ci.domain.changes import SkippedFile


@dataclass(frozen=True, slots=True)
class ParsedModule:
    """One Python file of one revision: ``module`` is its dotted import name."""

    path: str
    module: str
    lines: tuple[str, ...]
    tree: ast.Module


@dataclass(frozen=True, slots=True)
class _Feature:
    """Syntax that came with a Python version, and how a line that uses it looks."""

    version: tuple[int, int]
    name: str
    pattern: re.Pattern[str]


_FEATURES = (
    _Feature((3, 11), "except*", re.compile(r"^\s*except\s*\*")),
    _Feature((3, 12), "a type statement", re.compile(r"^\s*type\s+\w+\s*(\[.*\])?\s*=")),
    _Feature((3, 12), "type parameters", re.compile(r"^\s*(async\s+def|def|class)\s+\w+\s*\[")),
    _Feature((3, 13), "type parameter defaults", re.compile(r"^\s*(def|class|type)\s+\w+\s*\[.*=")),
    _Feature((3, 14), "a template string", re.compile(r"""(?<![\w'"])([tT][rR]?|[rR][tT])['"]""")),
    _Feature((3, 14), "except without parentheses", re.compile(r"^\s*except\*?\s+[\w.]+\s*,")),
    _Feature((3, 15), "a lazy import", re.compile(r"^\s*lazy\s+(import|from)\b")),
)


_LFS_POINTER = b"version https://git-lfs.github.com/spec/"


def decode_source(content: bytes) -> str:
    """Decode by byte order mark or coding comment (PEP 263), with Unix line ends.

    Raises:
        SyntaxError: the encoding is unknown or the bytes are not in it.
    """
    encoding, _ = tokenize.detect_encoding(io.BytesIO(content).readline)
    content = content.removeprefix(codecs.BOM_UTF8)
    try:
        text = content.decode("utf-8" if encoding == "utf-8-sig" else encoding)
    except UnicodeDecodeError as error:
        raise SyntaxError(f"not valid {encoding}: {error.reason}") from error
    return text.replace("\r\n", "\n")


def parse_source(path: str, module: str, text: str) -> ParsedModule:
    """Parse a module's text.

    Raises:
        SyntaxError: the text is not Python of this host's version.
    """
    with warnings.catch_warnings(), collector_paused():
        warnings.simplefilter("ignore")
        try:
            tree = ast.parse(text)
        except ValueError as error:
            raise SyntaxError(str(error)) from error
        except (RecursionError, MemoryError) as error:
            raise SyntaxError("nested too deeply") from error
    return ParsedModule(path, module, tuple(text.split("\n")), tree)


@contextmanager
def collector_paused() -> Iterator[None]:
    """Pause garbage collection, which walks growing trees so often that it doubles the time."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def read_module(path: str, module: str, content: bytes) -> ParsedModule | SkippedFile:
    """Decode and parse a file, or say why it cannot be reviewed."""
    if content.startswith(_LFS_POINTER):
        return SkippedFile(path, "syntax_error", "it is kept in Git LFS, and this is its pointer")
    text = ""
    try:
        text = decode_source(content)
        return parse_source(path, module, text)
    except SyntaxError as error:
        return explain_syntax_error(path, text, error)


def explain_syntax_error(path: str, text: str, error: SyntaxError) -> SkippedFile:
    """Tell a mistake from syntax that is newer than this host's Python."""
    where = f"line {error.lineno}: {error.msg}" if error.lineno else str(error.msg)
    lines = text.split("\n")
    number = error.lineno or 0
    line = lines[number - 1] if 0 < number <= len(lines) else ""
    feature = _newer_feature(line, error)
    if feature:
        return SkippedFile(path, "host_python_too_old", f"line {number} uses {feature}")
    return SkippedFile(path, "syntax_error", where)


def _newer_feature(line: str, error: SyntaxError) -> str | None:
    host = sys.version_info[:2]
    if host < (3, 12) and str(error.msg).startswith("f-string"):
        return "an f-string of Python 3.12"
    for feature in _FEATURES:
        if feature.version > host and feature.pattern.search(line):
            return f"{feature.name} of Python {feature.version[0]}.{feature.version[1]}"
    return None
