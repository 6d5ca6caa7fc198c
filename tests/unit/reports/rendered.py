"""What a reader's browser gets of our Markdown: GitHub's own parser, then a look at the HTML."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

import cmarkgfm
from cmarkgfm.cmark import Options

TAGS = {
    *("p", "strong", "code", "pre", "blockquote", "hr", "br", "details", "summary"),
    *("table", "thead", "tbody", "tr", "th", "td"),
}
LIVE = re.compile(
    r"(?<!\w)@\w|(?<!\w)#\d|\bGH-\d|\b\w+/\w+#\d|https?:|www\.|\b[0-9a-f]{7,40}\b|\$[^$\n]+\$",
    re.IGNORECASE,
)
"""What GitHub turns into a mention, a link or mathematics after it has read the Markdown."""


@dataclass
class Rendered(HTMLParser):
    """The parts of a rendered text that could do something."""

    tags: set[str] = field(default_factory=set)
    attributes: set[tuple[str, str, str]] = field(default_factory=set)
    comments: list[str] = field(default_factory=list)
    prose: list[str] = field(default_factory=list)
    """Text outside of code."""
    depth: list[str] = field(default_factory=list)
    misplaced: list[str] = field(default_factory=list)
    """Tags that close what is not open."""

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {(tag, name, value or "") for name, value in attrs}
        if tag not in ("hr", "br"):
            self.depth.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if self.depth and self.depth[-1] == tag:
            self.depth.pop()
        elif tag not in ("hr", "br"):
            self.misplaced.append(tag)

    def handle_data(self, data: str) -> None:
        if "code" not in self.depth:
            self.prose.append(data)

    def handle_comment(self, data: str) -> None:
        self.comments.append(data)


def render(markdown: str) -> Rendered:
    """Render as GitHub does before it cleans up; what it would remove is still there."""
    # Half a surrogate pair has no UTF-8: the client sends an escape sequence in its place.
    text = markdown.encode("utf-8", "backslashreplace").decode()
    html = cmarkgfm.github_flavored_markdown_to_html(text, options=Options.CMARK_OPT_UNSAFE)
    rendered = Rendered()
    rendered.feed(html)
    rendered.close()
    return rendered


def assert_inert(markdown: str) -> None:
    """Nothing of it mentions, links, loads, hides or runs anything, and every block is closed."""
    rendered = render(markdown)
    assert rendered.tags <= TAGS
    assert {
        (tag, name)
        for tag, name, value in rendered.attributes
        if not (name == "align" and value in ("left", "right"))
        and not (tag == "pre" and name == "lang" and value in ("python", "diff"))
    } == set()
    assert rendered.comments == []
    assert (rendered.depth, rendered.misplaced) == ([], [])
    assert [live for text in rendered.prose for live in LIVE.findall(text)] == []
