"""Run git so that nothing the repository configures is executed."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, cast

from regoose_ci.errors import RepositoryError

MAX_OUTPUT = 128 * 1024 * 1024
"""Most that is taken of what a git command prints, in bytes."""

_SETTINGS = {
    "core.hooksPath": "/dev/null",
    "core.fsmonitor": "false",
    "core.untrackedCache": "false",
    "core.quotePath": "false",
    "core.attributesFile": "/dev/null",
    "core.precomposeUnicode": "false",
    "diff.ignoreSubmodules": "all",
    "gc.auto": "0",
    "log.showSignature": "false",
    "maintenance.auto": "false",
    "protocol.allow": "never",
    "submodule.recurse": "false",
}

_ENVIRONMENT = {
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_ATTR_NOSYSTEM": "1",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "LC_ALL": "C",
}


_INHERITED = ("HOME", "LANG", "LOGNAME", "PATH", "SYSTEMROOT", "TEMP", "TMP", "TMPDIR", "USER")


def inherited_environment() -> dict[str, str]:
    """What git gets of our environment: no key, no token, no configuration of git."""
    return {name: os.environ[name] for name in _INHERITED if name in os.environ}


class GitCommandError(RepositoryError):
    """A git command ended with an error; ``stderr`` is what it said."""

    def __init__(self, arguments: Sequence[str], stderr: str) -> None:
        super().__init__(f"git {arguments[0]} failed: {stderr.strip() or 'no message'}")
        self.stderr = stderr


class OutputTooLargeError(RepositoryError):
    """A git command printed more than was asked for."""

    def __init__(self, arguments: Sequence[str], max_bytes: int) -> None:
        super().__init__(
            f"git {arguments[0]} printed more than {max_bytes:,} bytes.",
            "Review a smaller repository or change.",
        )


@dataclass(frozen=True, slots=True)
class GitProcess:
    """Runs git commands in ``directory``, with every program a repository can name turned off."""

    directory: Path
    settings: Mapping[str, str] = field(default_factory=lambda: dict(_SETTINGS))

    def with_settings(self, settings: Mapping[str, str]) -> GitProcess:
        """The same directory, with more configuration that overrides the repository's."""
        return GitProcess(self.directory, {**self.settings, **settings})

    def run(self, *arguments: str, max_bytes: int = MAX_OUTPUT) -> bytes:
        """Run one command to its end and return its output.

        Raises:
            GitCommandError: git ended with an error.
            OutputTooLargeError: git printed more than ``max_bytes``.
            RepositoryError: git is not installed.
        """
        with tempfile.TemporaryFile() as errors:
            try:
                process = subprocess.Popen(
                    ["git", *arguments],
                    cwd=self.directory,
                    env=self._environment(),
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.PIPE,
                    stderr=errors,
                )
            except FileNotFoundError as error:
                raise _git_missing() from error
            with process:
                output = cast("IO[bytes]", process.stdout).read(max_bytes + 1)
                if len(output) > max_bytes:
                    process.kill()
                    raise OutputTooLargeError(arguments, max_bytes)
            if process.returncode != 0:
                errors.seek(0)
                raise GitCommandError(arguments, errors.read().decode("utf-8", "replace"))
        return output

    def text(self, *arguments: str, max_bytes: int = MAX_OUTPUT) -> str:
        """Like ``run``; bytes that are not UTF-8 survive as surrogates."""
        return self.run(*arguments, max_bytes=max_bytes).decode("utf-8", "surrogateescape")

    def names(self, *arguments: str) -> tuple[str, ...]:
        """Like ``text``, for commands that end each name with a NUL."""
        return tuple(name for name in self.text(*arguments).split("\0") if name)

    @contextmanager
    def open_blobs(self) -> Iterator[BlobReader]:
        """One long-lived ``git cat-file --batch``, for reading many objects quickly."""
        try:
            process = subprocess.Popen(
                ["git", "cat-file", "--batch"],
                cwd=self.directory,
                env=self._environment(),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
        except FileNotFoundError as error:
            raise _git_missing() from error
        with process:
            try:
                yield BlobReader(
                    cast("IO[bytes]", process.stdin), cast("IO[bytes]", process.stdout)
                )
            except BaseException:
                process.kill()
                raise

    def _environment(self) -> dict[str, str]:
        settings = {**self.settings, "safe.directory": str(self.directory)}
        environment = inherited_environment()
        environment.update(_ENVIRONMENT)
        environment["GIT_CONFIG_COUNT"] = str(len(settings))
        for index, (key, value) in enumerate(settings.items()):
            environment[f"GIT_CONFIG_KEY_{index}"] = key
            environment[f"GIT_CONFIG_VALUE_{index}"] = value
        return environment


class BlobReader:
    """Reads objects from a running ``git cat-file --batch``."""

    def __init__(self, requests: IO[bytes], replies: IO[bytes]) -> None:
        self._requests = requests
        self._replies = replies

    def read(self, object_id: str) -> bytes:
        """The object's content.

        Raises:
            RepositoryError: the object is not there, as in a partial clone.
        """
        self._requests.write(object_id.encode("ascii") + b"\n")
        self._requests.flush()
        header = self._replies.readline().split()
        if len(header) != 3:
            raise RepositoryError(
                f"Object {object_id} is missing from the repository.",
                "Fetch it in full: git fetch --refetch --no-filter.",
            )
        content = self._replies.read(int(header[2]))
        self._replies.read(1)
        return content


def _git_missing() -> RepositoryError:
    return RepositoryError(
        "git is not installed, or not on PATH.", "Install git 2.31 or newer (apt install git)."
    )


def find_root(path: Path) -> Path:
    """The directory git must be told to trust: the work tree's top or the bare repository."""
    for directory in (path, *path.parents):
        if (directory / ".git").exists():
            return directory
        if (directory / "HEAD").is_file() and (directory / "objects").is_dir():
            return directory
    return path


def disabled_filters(git: GitProcess) -> dict[str, str]:
    """Settings that empty every content filter the repository configures, as git would run it."""
    try:
        keys = git.names("config", "--name-only", "-z", "--get-regexp", r"^filter\..*\.")
    except GitCommandError:
        return {}
    names = {key.partition(".")[2].rpartition(".")[0] for key in keys}
    off = {"clean": "", "smudge": "", "process": "", "required": "false"}
    return {f"filter.{name}.{key}": value for name in names for key, value in off.items()}
