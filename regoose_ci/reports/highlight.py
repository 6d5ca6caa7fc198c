"""Python source as HTML with a handful of classes, one well-formed piece per line."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup, escape
from pygments.lexers.python import PythonLexer
from pygments.token import Comment, Keyword, Name, Number, Operator, String

from regoose_ci.reports.neutralise import reveal

_CLASSES: tuple[tuple[tuple[str, ...], str], ...] = (
    (Comment, "co"),
    (String, "st"),
    (Number, "nu"),
    (Keyword, "kw"),
    (Operator.Word, "kw"),
    (Name.Function, "fn"),
    (Name.Class, "fn"),
    (Name.Decorator, "de"),
    (Name.Builtin, "bi"),
    (Name.Exception, "bi"),
)


@dataclass
class Highlighter:
    """Colours source until ``budget`` characters are used up, then only escapes it.

    Colouring is the slow part of a report, and the bulky one: a review of a thousand functions
    must still open at once.
    """

    budget: int = 250_000

    def lines(self, source: str) -> list[Markup]:
        """Return one piece of HTML per line of the source."""
        text = reveal(source).rstrip("\n")
        if len(text) > self.budget:
            return [escape(line) for line in text.split("\n")]
        self.budget -= len(text)
        return _coloured(text)

    def block(self, source: str) -> Markup:
        """Return the whole source as one piece of HTML."""
        return Markup("\n").join(self.lines(source))


def _coloured(text: str) -> list[Markup]:
    lines: list[list[Markup]] = [[]]
    for token, value in PythonLexer(stripnl=False, ensurenl=False).get_tokens(text):
        name = next((name for kind, name in _CLASSES if token[: len(kind)] == kind), "")
        for number, part in enumerate(value.split("\n")):
            if number:
                lines.append([])
            if part:
                lines[-1].append(_piece(name, part))
    return [Markup("").join(line) for line in lines]


def _piece(name: str, text: str) -> Markup:
    return Markup('<span class="{}">{}</span>').format(name, text) if name else escape(text)
