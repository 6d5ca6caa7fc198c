"""Make text from code, models and output inert before it is shown.

The reviewed code chooses names, values and messages, so each is treated as an attempt to mention
people, close a fence, load an image, hide text or give the runner a command.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from html import escape

_BLANKS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
"""Letters and marks that show as nothing although Unicode calls them neither space nor format."""
_HIDDEN_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_PERHAPS_HIDDEN = re.compile(r"[^\n\t -~]")
_VARIATION_SELECTORS = (range(0x180B, 0x1810), range(0xFE00, 0xFE10), range(0xE0100, 0xE01F0))

_SPAN = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")
_BACKTICKS = re.compile(r"`+")
_COMMAND_AT_LINE_START = re.compile(r"^([^\S\n]*):(?=:)", re.MULTILINE)
_WORD = re.compile(r"([\"'(]*)(.*?)([)\"'.,;:?!\u2026]*)")
"""A word between opening and closing punctuation that means nothing to Markdown."""
_LIST_NUMBER = re.compile(r"^[0-9]+[.)](?=\s|$)")
_PLAIN = re.compile(r"[^\W_]+(?:['\u2019.,/-][^\W_]+)*%?|[\u2013\u2014\u2192\u00b7]|")
_LINKED_BY_GITHUB = re.compile(r"\b[0-9a-f]{7,40}\b|[a-z]\w*-\d|www\.", re.IGNORECASE)


class Safe(str):
    """Markdown that may be shown as it is."""

    __slots__ = ()


def reveal(text: str) -> str:
    r"""Show what cannot be seen: control, zero-width and bidi characters become ``\u200b``.

    Line ends become ``\n``; tabs and line ends are kept.
    """
    text = text.replace("\r\n", "\n")
    return _PERHAPS_HIDDEN.sub(lambda match: _visible(match[0]), text)


def clip(text: str, limit: int) -> str:
    """Shorten a text to ``limit`` characters, with an ellipsis where something is missing."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "\u2026"


def fence(text: str, language: str = "") -> Safe:
    """Return a fenced block that nothing inside can close."""
    body = _disarm_commands(reveal(text)).strip("\n")
    ticks = "`" * max(3, _longest_backticks(body) + 1)
    return Safe(f"{ticks}{language}\n{body}\n{ticks}")


def code(text: str) -> Safe:
    """Return a code span on one line that nothing inside can close."""
    body = _one_line(text)
    if not body:
        return Safe("")
    ticks = "`" * (_longest_backticks(body) + 1)
    pad = " " if body[0] == "`" or body[-1] == "`" else ""
    return Safe(f"{ticks}{pad}{body}{pad}{ticks}")


def cell_code(text: str) -> Safe:
    r"""Return a code span for a table cell.

    A pipe becomes a broken bar: ``\|`` after a backslash is read differently by each parser.
    """
    return code(text.replace("|", "\u00a6"))


def html_code(text: str) -> Safe:
    """Return a ``<code>`` element, for places such as ``<summary>`` where Markdown is not read."""
    return Safe(f"<code>{escape(_one_line(text))}</code>")


def prose(text: str) -> Safe:
    """Return a sentence on one line: plain words stay words, every other one becomes code.

    GitHub mentions and links after it has read the Markdown, so a backslash stops neither. What
    the sentence itself puts between single backticks becomes code as a whole.
    """
    pieces = [
        code(part) if is_code else " ".join(_word(word) for word in part.split(" "))
        for part, is_code in spans(_one_line(text))
    ]
    sentence = ""
    for piece in filter(None, pieces):
        gap = " " if sentence.endswith("`") and piece.startswith("`") else ""
        sentence += gap + piece
    return Safe(_LIST_NUMBER.sub(lambda match: code(match[0]), sentence))


def spans(text: str) -> list[tuple[str, bool]]:
    """Split a sentence at single backticks into texts and whether each is code."""
    return [(part, bool(number % 2)) for number, part in enumerate(_SPAN.split(text))]


def _word(word: str) -> str:
    match = _WORD.fullmatch(word)
    if not match:
        return code(word)
    before, middle, after = match.groups()
    if _PLAIN.fullmatch(middle) and not _LINKED_BY_GITHUB.search(middle):
        return word
    return f"{before}{code(middle)}{after}"


def _one_line(text: str) -> str:
    return _disarm_commands(reveal(" ".join(text.split())))


def _disarm_commands(text: str) -> str:
    """Break ``::command::`` at a line's start and ``##[command]`` anywhere in it."""
    return _COMMAND_AT_LINE_START.sub(r"\1: ", text).replace("##[", "## [")


def _longest_backticks(text: str) -> int:
    return max((len(run) for run in _BACKTICKS.findall(text)), default=0)


@lru_cache(maxsize=4096)
def _visible(char: str) -> str:
    hidden = (
        unicodedata.category(char) in _HIDDEN_CATEGORIES
        or char in _BLANKS
        or any(ord(char) in selectors for selectors in _VARIATION_SELECTORS)
    )
    if not hidden:
        return char
    number = ord(char)
    if number <= 0xFF:
        return f"\\x{number:02x}"
    return f"\\u{number:04x}" if number <= 0xFFFF else f"\\U{number:08x}"
