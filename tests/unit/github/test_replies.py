from __future__ import annotations

import pytest

from regoose_ci.github import HELP_KEY, key_of_comment, reply_once
from tests.unit.github.memory import MemoryGitHub


def test_an_answer_is_posted_once():
    github = MemoryGitHub()
    first = reply_once(github, 7, key_of_comment(5), "answer")
    assert reply_once(github, 7, key_of_comment(5), "answer") == first
    reply_once(github, 7, key_of_comment(6), "another")
    reply_once(github, 7, HELP_KEY, "help")
    reply_once(github, 7, HELP_KEY, "help")
    assert len(github.conversation) == 3


def test_another_cannot_keep_us_from_answering():
    github = MemoryGitHub()
    github.say("<!-- regoose-reply help -->\n", "mallory")
    assert reply_once(github, 7, HELP_KEY, "help").body.endswith("help")


def test_a_key_cannot_end_the_marker():
    with pytest.raises(ValueError, match="key"):
        reply_once(MemoryGitHub(), 7, "x --> <b>", "answer")
