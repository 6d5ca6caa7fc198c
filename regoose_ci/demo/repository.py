"""Make the git repository that `regoose demo` reviews: two commits of a small package.

Its change holds one regression (``split_bill`` loses a cent), one intended change (``add_tax``,
announced in the message), one refactoring (``receipt_line``) and one new function.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from importlib.resources import as_file, files
from pathlib import Path

from regoose_ci.errors import InfrastructureError

TITLE = "Round tax half up, and give loyalty points"
DESCRIPTION = """add_tax rounds half a cent up, as the tax office asks.
loyalty_points is new.
split_bill and receipt_line are only tidied."""
FIRST_TITLE = "Release tillroll 1.3.0"

_SECONDS = 60
_AUTHOR = {"NAME": "Robin Example", "EMAIL": "robin@example.com"}


def make_sample_repository(directory: Path) -> Path:
    """Create the sample in ``directory``, which must not exist or be empty, and return it.

    ``main`` is the first commit; the second is checked out on the branch ``loyalty``. Both have
    a fixed author and date, so their ids are always the same.

    Raises:
        InfrastructureError: git is missing or fails.
    """
    directory.mkdir(parents=True, exist_ok=True)
    _git(directory, "init", "--quiet", "--template=")
    _git(directory, "symbolic-ref", "HEAD", "refs/heads/main")
    _commit(directory, "base", FIRST_TITLE, "2026-03-02T09:30:00+01:00")
    _git(directory, "checkout", "--quiet", "-b", "loyalty")
    _commit(directory, "head", f"{TITLE}\n\n{DESCRIPTION}", "2026-03-09T16:05:00+01:00")
    return directory


def _commit(directory: Path, revision: str, message: str, date: str) -> None:
    with as_file(files("regoose_ci.demo") / "sample" / revision) as sample:
        # Fresh times: two versions of equal size and time look unchanged to git.
        shutil.copytree(
            sample,
            directory,
            dirs_exist_ok=True,
            ignore=shutil.ignore_patterns("__pycache__"),
            copy_function=shutil.copyfile,
        )
    _git(directory, "add", "--all", "--force")
    _git(directory, "commit", "--quiet", "--no-verify", "--message", message, date=date)


def _git(directory: Path, *arguments: str, date: str = "") -> None:
    """Run git without the user's or the machine's configuration, hooks or repository."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("GIT_")}
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
            f"git {arguments[0]} failed for the sample in {directory}", "Check git and disk space."
        ) from error
