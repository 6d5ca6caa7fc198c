"""Answers to commands: each is posted once, however often the workflow is run again."""

from __future__ import annotations

import re

from regoose_ci.github.base import Comment, GitHub

_KEY = re.compile(r"[a-z0-9-]{1,64}")


def key_of_comment(comment_id: int) -> str:
    """Return the key of the answer to one comment."""
    return f"comment-{comment_id}"


HELP_KEY = "help"
"""The key of the answer to unknown commands: one help per pull request."""


def reply_once(github: GitHub, number: int, key: str, body: str) -> Comment:
    """Post an answer, or return the one that we posted before under the same key.

    Raises:
        ValueError: The key has characters that could end the hidden marker.
        GitHubError: GitHub did not take it.
    """
    if not _KEY.fullmatch(key):
        raise ValueError("a key is made of small letters, digits and hyphens")
    marker = f"<!-- regoose-reply {key} -->"
    login = github.login()
    for comment in github.comments(number):
        if comment.author == login and comment.body.split("\n", 1)[0].rstrip("\r") == marker:
            return comment
    return github.create_comment(number, f"{marker}\n{body}")
