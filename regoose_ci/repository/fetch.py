"""Fetch single commits over HTTP into a repository of their own."""

from __future__ import annotations

import base64
import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from regoose_ci.errors import InfrastructureError
from regoose_ci.repository.process import inherited_environment

_SETTINGS = {
    "core.hooksPath": "/dev/null",
    "credential.helper": "",
    "fetch.fsckObjects": "true",
    "gc.auto": "0",
    "http.followRedirects": "false",
    "maintenance.auto": "false",
    "protocol.allow": "never",
    "protocol.http.allow": "always",
    "protocol.https.allow": "always",
}
_NETWORK = ("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "SSL_CERT_FILE", "GIT_SSL_CAINFO")
_SECONDS = 600.0


@dataclass(frozen=True)
class Remote:
    """A repository on a server, and the token that reads it."""

    url: str
    token: str


def fetch_commits(remote: Remote, shas: Sequence[str], directory: Path) -> None:
    """Make a bare repository that holds these commits with their files, and no history.

    The token goes to git in its environment: neither its arguments nor the repository have it.

    Raises:
        InfrastructureError: git is missing, or the server did not give the commits.
    """
    directory.mkdir(parents=True)
    environment = _environment(remote)
    _git(("init", "--quiet", "--bare"), directory, environment)
    arguments = ("fetch", "--quiet", "--no-tags", "--depth=1", "--no-write-fetch-head")
    # Each gets a name, for what has none is not kept.
    wanted = tuple(f"{sha}:refs/regoose/{sha}" for sha in dict.fromkeys(shas))
    _git((*arguments, "--end-of-options", remote.url, *wanted), directory, environment)


def _git(arguments: Sequence[str], directory: Path, environment: Mapping[str, str]) -> None:
    try:
        done = subprocess.run(
            ["git", *arguments], cwd=directory, env=environment, stdin=subprocess.DEVNULL,
            capture_output=True, check=False, timeout=_SECONDS,
        )  # fmt: skip
    except FileNotFoundError:
        raise InfrastructureError("git is not installed, or not on PATH.") from None
    except subprocess.TimeoutExpired:
        raise InfrastructureError(
            f"Fetching the commits took longer than {_SECONDS:g} s.", "Run again later."
        ) from None
    if done.returncode != 0:
        # What git says has the address in it, and that of a proxy may have a password.
        raise InfrastructureError(
            f"The commits could not be fetched (git {arguments[0]} ended with {done.returncode}).",
            "The workflow needs the permission `contents: read`.",
        )


def _environment(remote: Remote) -> dict[str, str]:
    basic = base64.b64encode(f"x-access-token:{remote.token}".encode()).decode()
    parts = urlsplit(remote.url)
    header = f"http.{parts.scheme}://{parts.netloc}/.extraHeader"
    settings = {**_SETTINGS, header: f"Authorization: Basic {basic}"}
    names = (*_NETWORK, *(name.lower() for name in _NETWORK))
    environment = inherited_environment()
    environment.update({name: os.environ[name] for name in names if name in os.environ})
    environment.update(
        GIT_CONFIG_GLOBAL="/dev/null",
        GIT_CONFIG_NOSYSTEM="1",
        GIT_TERMINAL_PROMPT="0",
        LC_ALL="C",
        GIT_CONFIG_COUNT=str(len(settings)),
    )
    for index, (key, value) in enumerate(settings.items()):
        environment[f"GIT_CONFIG_KEY_{index}"] = key
        environment[f"GIT_CONFIG_VALUE_{index}"] = value
    return environment
