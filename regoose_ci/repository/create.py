"""Make a repository out of plain directories, one commit each."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from regoose_ci.errors import InfrastructureError
from regoose_ci.repository.process import inherited_environment

_SECONDS = 120
_AUTHOR = {"NAME": "Robin Example", "EMAIL": "robin@example.com"}
Ignore = Callable[[str, list[str]], set[str]]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One commit to make: a directory's files, its message, date, and the branch it is put on."""

    source: Path
    message: str
    date: str = "2026-01-01T00:00:00+00:00"
    branch: str = "main"


def create_repository(directory: Path, snapshots: Sequence[Snapshot], ignore: Ignore) -> None:
    """Create a repository in ``directory``, which must not exist or be empty.

    Author and dates are fixed, so the same files always give the same commit ids.

    Raises:
        InfrastructureError: git is missing or fails.
    """
    directory.mkdir(parents=True, exist_ok=True)
    _git(directory, "init", "--quiet", "--template=")
    branch = ""
    for snapshot in snapshots:
        if not branch:
            _git(directory, "symbolic-ref", "HEAD", f"refs/heads/{snapshot.branch}")
        elif snapshot.branch != branch:
            _git(directory, "checkout", "--quiet", "-b", snapshot.branch)
        branch = snapshot.branch
        _empty(directory)
        # Fresh times: two versions of equal size and time look unchanged to git.
        shutil.copytree(
            snapshot.source, directory, symlinks=True, dirs_exist_ok=True, ignore=ignore,
            copy_function=_copy,
        )  # fmt: skip
        _git(directory, "add", "--all", "--force")
        command = ("commit", "--quiet", "--no-verify", "--allow-empty", "--message")
        _git(directory, *command, snapshot.message, date=snapshot.date)


def _copy(source: str, target: str) -> object:
    return shutil.copyfile(source, target, follow_symlinks=False)


def _empty(directory: Path) -> None:
    for entry in directory.iterdir():
        if entry.name == ".git":
            continue
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry)
        else:
            entry.unlink()


def _git(directory: Path, *arguments: str, date: str = "") -> None:
    """Run git without the user's or the machine's configuration, hooks or repository."""
    environment = inherited_environment()
    environment |= {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    for role in ("AUTHOR", "COMMITTER"):
        environment |= {f"GIT_{role}_{key}": value for key, value in _AUTHOR.items()}
        environment[f"GIT_{role}_DATE"] = date
    command = ["git", "-c", "core.autocrlf=false", "-c", "core.fileMode=false", *arguments]
    try:
        subprocess.run(
            command, cwd=directory, env=environment, check=True, capture_output=True,
            text=True, timeout=_SECONDS,
        )  # fmt: skip
    except FileNotFoundError:
        raise InfrastructureError("git was not found", "Install git.") from None
    except subprocess.SubprocessError as error:
        raise InfrastructureError(
            f"git {arguments[0]} failed in a repository made for this session",
            "Check git and the free disk space.",
        ) from error
