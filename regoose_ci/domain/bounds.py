"""How large what is reviewed may be. What is larger is refused or left out, and the report says so.

What a guest may use and answer is bounded where it is enforced: ``sandbox/base.py`` (processes,
memory, files), ``sandbox/frames.py`` (results) and ``sandbox/command.py`` (output of commands).
"""

from __future__ import annotations

MAX_FILE_BYTES = 2 * 1024 * 1024
"""A source file: larger ones are data or generated, and parsing takes a hundred times as much."""
MAX_FUNCTION_LINES = 2_000
"""A function, decorators included."""
MAX_FUNCTION_DEPTH = 150
"""A function's syntax tree: each ``elif`` and each ``+`` of a long sum is one level."""

MAX_TREE_BYTES = 512 * 1024 * 1024
"""All files of a revision; each session holds two such trees."""
MAX_TREE_FILES = 100_000
MAX_TREE_DEPTH = 100
"""Directories above a file."""
MAX_NAME_LENGTH = 255
"""A file's or directory's name in bytes: Linux has no longer ones, but git does."""
MAX_PATH_LENGTH = 3_000
"""A file's path in bytes, so that it also fits below a temporary directory."""

MAX_DIFF_BYTES = 32 * 1024 * 1024
"""The diff of Python files, without context."""
MAX_DIFF_LINES = 500_000

MAX_TEST_BYTES = 64 * 1024
"""The file of one generated test, with its imports."""
MAX_TEST_LINES = 1_000

MAX_DETAIL = 2_000
"""Characters of a failure's text that are kept."""
