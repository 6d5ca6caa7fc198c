from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regoose_ci.github import parse_command
from regoose_ci.github.command import Command, Commit, Explain, Help, Ignore, Run, Unknown

SHA = "0123456789abcdef0123456789abcdef01234567"


@pytest.mark.parametrize(
    ("body", "command"),
    [
        ("/regoose", Run()),
        ("/regoose run", Run()),
        ("/regoose\r\nplease", Run()),
        ("  /regoose".strip() + "   ", Run()),
        ("/Regoose RUN", Run()),
        ("/regoose run slugify", Run(function="slugify")),
        ("/regoose run src/text.py::Slug.make", Run(function="src/text.py::Slug.make")),
        (f"/regoose run {SHA}", Run(sha=SHA)),
        (f"/regoose run {SHA.upper()}", Run(sha=SHA)),
        ("/regoose run 0123abc", Run(sha="0123abc")),
        ("/regoose run deadbeef", Run(function="deadbeef")),
        (f"/regoose run slugify {SHA}", Run(function="slugify", sha=SHA)),
        (f"/regoose run {SHA} slugify", Run(function="slugify", sha=SHA)),
        ("/regoose explain 3f9a0c1b2d", Explain("3f9a0c1b2d")),
        ("/regoose commit", Commit()),
        ("/regoose commit a1 b2 a1", Commit(("a1", "b2"))),
        ("/regoose commit here", Commit(here=True)),
        ("/regoose commit Here a1", Commit(("a1",), here=True)),
        ("/regoose commit a1 here", Commit(("a1", "here"))),
        ("/regoose ignore 3f9a0c1b2d", Ignore("3f9a0c1b2d")),
        ("/regoose help", Help()),
    ],
)
def test_commands_are_read(body: str, command: Command):
    assert parse_command(body) == command


@pytest.mark.parametrize(
    "body",
    ["", "hello", "/regooser", "/regoose-run", " /regoose", "> /regoose", "`/regoose`",
     "thanks\n/regoose", "\n/regoose", "/ regoose", "\u200b/regoose", "/regoose\u2060"],
)  # fmt: skip
def test_only_the_first_line_addresses_us(body: str):
    assert parse_command(body) is None


@pytest.mark.parametrize(
    "body",
    [
        "/regoose dance",
        "/regoose please run",
        "/regoose run a b",
        f"/regoose run {SHA} {SHA}",
        "/regoose run $(id)",
        "/regoose run --help;",
        "/regoose explain",
        "/regoose explain a b",
        "/regoose explain -->",
        "/regoose ignore " + "a" * 65,
        "/regoose commit ../x",
        "/regoose commit " + "a " * 60,
        "/regoose help me",
        "/regoose run " + "a" * 500,
    ],
)
def test_what_is_no_command_is_unknown(body: str):
    assert isinstance(parse_command(body), Unknown)


@given(st.text())
def test_an_unknown_command_is_not_repeated(words: str):
    command = parse_command(f"/regoose {words}")
    if isinstance(command, Unknown):
        assert command.reason.isascii()
        assert "<" not in command.reason
        assert "@" not in command.reason
