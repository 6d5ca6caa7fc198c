"""GitHub: events, commands, permissions, the one comment, and the client for all of it."""

from __future__ import annotations

from regoose_ci.github.archive import ArchiveLimits, read_archive
from regoose_ci.github.base import (
    Artifact,
    ChangedFile,
    Comment,
    CommittedTests,
    GitHub,
    Permission,
    Pull,
    Reaction,
    TestFile,
)
from regoose_ci.github.client import GitHubClient
from regoose_ci.github.command import HELP, Command, parse_command
from regoose_ci.github.comment import (
    COMMENT_LIMIT,
    Absent,
    StickyComment,
    Superseded,
    Written,
    body_limit,
)
from regoose_ci.github.errors import EventError, ForbiddenError, GitHubError
from regoose_ci.github.event import (
    CommandRequest,
    Ignored,
    ManualRequest,
    PublishRequest,
    Request,
    ReviewRequest,
    parse_event,
    read_event,
)
from regoose_ci.github.marker import CommentState, RunId
from regoose_ci.github.permissions import Allowed, Refused, authorise, may_command
from regoose_ci.github.replies import HELP_KEY, key_of_comment, reply_once
from regoose_ci.github.retry import Clock, RetryPolicy, SystemClock

__all__ = [
    "COMMENT_LIMIT",
    "HELP",
    "HELP_KEY",
    "Absent",
    "Allowed",
    "ArchiveLimits",
    "Artifact",
    "ChangedFile",
    "Clock",
    "Command",
    "CommandRequest",
    "Comment",
    "CommentState",
    "CommittedTests",
    "EventError",
    "ForbiddenError",
    "GitHub",
    "GitHubClient",
    "GitHubError",
    "Ignored",
    "ManualRequest",
    "Permission",
    "PublishRequest",
    "Pull",
    "Reaction",
    "Refused",
    "Request",
    "RetryPolicy",
    "ReviewRequest",
    "RunId",
    "StickyComment",
    "Superseded",
    "SystemClock",
    "TestFile",
    "Written",
    "authorise",
    "body_limit",
    "key_of_comment",
    "may_command",
    "parse_command",
    "parse_event",
    "read_archive",
    "read_event",
    "reply_once",
]
