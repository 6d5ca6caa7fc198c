"""The look of generated source: black's, with long text broken at its own line ends."""

from __future__ import annotations

import ast
import io
import tokenize
from collections.abc import Callable, Iterator

from regoose_ci.generation.embedded.bodies import Body

_ROUNDS = 4
_SHORTEST_SPLIT = 24
_NARROWEST = 30
_LONGEST_UNIT = 20
_LONGEST_REPETITION = 40


class UnwritableTestError(Exception):
    """What was put together is not Python, or cannot be laid out."""


def format_source(source: str, line_length: int, quote: str = '"') -> str:
    """Format a module as black does; strings that are too long become several.

    Where ``quote`` is single, so are the quotes of all strings that need no escape for it.

    Raises:
        UnwritableTestError: ``source`` is not valid Python.
    """
    formatted = _black(_repetitions_shortened(source), line_length)
    for round_number in range(_ROUNDS):
        split = _split_long_strings(formatted, line_length, 8 * (round_number + 1))
        if split == formatted:
            break
        formatted = _black(split, line_length)
    return formatted if quote == '"' else _single_quoted(formatted)


def render_test(name: str, body: Body, line_length: int) -> tuple[str, str]:
    """A test function, formatted, and its negated twin, which nobody reads, as it is.

    Raises:
        UnwritableTestError: the body is not valid Python.
    """
    head = f"{body.decorator}\ndef {name}({', '.join(body.arguments)}):\n"
    code, negated = (
        head.lstrip() + "\n".join("    " + line for line in lines) + "\n"
        for lines in (body.lines, body.flipped)
    )
    _parsed(negated)
    return format_source(code, line_length), negated


def _black(source: str, line_length: int) -> str:
    # Late, because it takes 0.2 s, which `regoose --help` need not wait for.
    import black  # noqa: PLC0415
    from black.mode import TargetVersion  # noqa: PLC0415
    from black.parsing import InvalidInput  # noqa: PLC0415

    mode = black.Mode(line_length=line_length, target_versions={TargetVersion.PY310})
    try:
        return black.format_str(source, mode=mode)
    except (InvalidInput, SyntaxError, ValueError, RecursionError) as error:
        raise UnwritableTestError(f"the test is not valid Python: {error}") from error


def _single_quoted(source: str) -> str:
    lines = source.split("\n")
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        prefix, mark, rest = token.string.partition('"')
        text = rest[:-1]
        is_plain = token.type == tokenize.STRING and mark and not {'"', "'"} & {*prefix, *text}
        if is_plain:
            (row, begin), (_, end) = token.start, token.end
            line = lines[row - 1]
            lines[row - 1] = f"{line[:begin]}{prefix}'{text}'{line[end:]}"
    return "\n".join(lines)


def _repetitions_shortened(source: str) -> str:
    """Write ``"ab" * 50`` for long strings that repeat a short piece."""

    def rewrite(node: ast.Constant, line: str, token: str) -> str | None:
        text = node.value
        if not isinstance(text, str | bytes) or len(token) <= _LONGEST_REPETITION:
            return None
        length = _length_of_unit(text)
        is_open = f"{token}." in line or f"{token}[" in line
        return f"{text[:length]!r} * {len(text) // length}" if length and not is_open else None

    return _rewritten(source, rewrite)


def _split_long_strings(source: str, line_length: int, margin: int) -> str:
    alone = {(n.lineno, n.col_offset) for n in _sole_arguments(_parsed(source))}

    def rewrite(node: ast.Constant, line: str, token: str) -> str | None:
        text = node.value
        if len(line) <= line_length or len(token) < _SHORTEST_SPLIT:
            return None
        if not isinstance(text, str | bytes):
            return None
        width = line_length - (len(line) - len(line.lstrip())) - margin - 4
        pieces = _pieces(text, max(_NARROWEST, width))
        joined = "\n".join(pieces)
        if len(pieces) < 2:
            return None
        return joined if (node.lineno, node.col_offset) in alone else f"({joined})"

    return _rewritten(source, rewrite)


def _rewritten(source: str, rewrite: Callable[[ast.Constant, str, str], str | None]) -> str:
    """Replace literals of text; ``rewrite`` gets each with its line and how it is written there."""
    lines = source.split("\n")
    nodes = [n for n in _strings(_parsed(source)) if n.lineno == n.end_lineno]
    for node in sorted(nodes, key=lambda n: (n.lineno, n.col_offset), reverse=True):
        line = lines[node.lineno - 1]
        raw = line.encode()
        token = raw[node.col_offset : node.end_col_offset].decode()
        text = rewrite(node, line, token)
        if text is not None:
            before, after = raw[: node.col_offset], raw[node.end_col_offset :]
            lines[node.lineno - 1] = before.decode() + text + after.decode()
    return "\n".join(lines)


def _parsed(source: str) -> ast.Module:
    try:
        return ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise UnwritableTestError(f"the test is not valid Python: {error}") from error


def _strings(tree: ast.Module) -> Iterator[ast.Constant]:
    in_fstrings = {
        id(part) for n in ast.walk(tree) if isinstance(n, ast.JoinedStr) for part in n.values
    }
    for node in ast.walk(tree):
        is_text = isinstance(node, ast.Constant) and isinstance(node.value, str | bytes)
        if isinstance(node, ast.Constant) and is_text and id(node) not in in_fstrings:
            yield node


def _sole_arguments(tree: ast.Module) -> Iterator[ast.expr]:
    """Arguments that stand alone between the parentheses of a call."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and len(node.args) == 1 and not node.keywords:
            yield node.args[0]


def _length_of_unit(text: str | bytes) -> int:
    """The length of the short piece that ``text`` repeats; 0 when there is none."""
    escaped = text if isinstance(text, str) else text.decode("latin-1")
    lengths = range(1, min(_LONGEST_UNIT, len(escaped) // 2) + 1)
    return next((n for n in lengths if escaped[n:] + escaped[:n] == escaped), 0)


def _pieces(value: str | bytes, width: int) -> list[str]:
    """Literals that together give ``value``.

    Broken after line ends, and where those are too far apart after spaces, else anywhere.
    """
    if isinstance(value, bytes):
        lines: list[str] = [line.decode("latin-1") for line in value.splitlines(keepends=True)]
        return [_literal(p, "latin-1") for line in lines for p in _split(line, width, "latin-1")]
    return [
        _literal(p, "") for line in value.splitlines(keepends=True) for p in _split(line, width, "")
    ]


def _split(line: str, width: int, encoding: str) -> Iterator[str]:
    while len(_literal(line, encoding)) > width:
        room = min(len(line) - 1, width - 3)
        while room > 1 and len(_literal(line[:room], encoding)) > width:
            room -= 1
        cut = line.rfind(" ", 1, room) + 1 or max(room, 1)
        yield line[:cut]
        line = line[cut:]
    yield line


def _literal(text: str, encoding: str) -> str:
    return repr(text.encode(encoding)) if encoding else repr(text)
