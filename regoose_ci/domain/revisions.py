"""The two revisions of a review."""

from __future__ import annotations

from enum import Enum


class Revision(str, Enum):
    """``base`` is the merge-base commit, ``head`` the pinned head commit of the change."""

    BASE = "base"
    HEAD = "head"
