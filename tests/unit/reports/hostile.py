"""Texts that try to get out of the place where they are shown."""

from __future__ import annotations

from hypothesis import strategies as st

from regoose_ci.domain.report import ReportError, ReviewReport
from tests.unit.reports.sample import review, slugify_function

_MARKDOWN = [
    "`",
    "```",
    "~~~~",
    "|",
    "\\",
    "\\|",
    "# ",
    "- ",
    "> ",
    "1. ",
    "---",
    "===",
    "*b*",
    "_i_",
]
_LINKS = ["@octocat", "#123", "GH-12", "deadbeef1", "org/repo#4", "www.evil.example", "$x$"]
_IMAGES = ["![x](https://evil.example/p.png)", "[a](javascript:alert(1))", "https://evil.example"]
_HTML = [
    "<!-- hi",
    "-->",
    "</code>",
    "</details>",
    "<img src=x onerror=alert(1)>",
    "<script>",
    "&lt;",
]
_COMMANDS = ["::error::x", "##[add", "::"]
_SPACE = [" ", "\n", "\r\n", "\t", "\u2028", "word"]
_UNSEEN = ["\u200b", "\u202e", "\u2066", "\x00", "\x1b[31m", "\ufeff", "\ud800", "\U000e0041"]
_PARTS = [*_MARKDOWN, *_LINKS, *_IMAGES, *_HTML, *_COMMANDS, *_SPACE, *_UNSEEN]

hostile = st.lists(st.one_of(st.sampled_from(_PARTS), st.text(max_size=8)), max_size=12).map(
    "".join
)


def hostile_review(text: str) -> ReviewReport:
    function = slugify_function()
    change = function.behaviour_changes[0].model_copy(
        update=dict.fromkeys(("id", "call", "base", "head", "test", "rationale"), text)
    )
    tests = tuple(test.model_copy(update={"name": text}) for test in function.tests)
    function = function.model_copy(
        update={"path": text, "qualname": text, "behaviour_changes": (change,), "tests": tests}
    )
    error = ReportError(kind="guest", message=text, remedy=text)
    update = {"error": error, "partial": True, "partial_reason": text, "head_sha": text}
    return review(function).model_copy(update=update)
