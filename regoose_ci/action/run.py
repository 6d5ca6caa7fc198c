"""The workflow run that we are part of, as GitHub's variables tell it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import SecretStr

from regoose_ci.errors import UsageError
from regoose_ci.github import RunId

_NUMBERS = ("GITHUB_RUN_ID", "GITHUB_RUN_ATTEMPT")


@dataclass(frozen=True)
class WorkflowRun:
    """One attempt of one run of a workflow."""

    event: str
    repository: str
    id: RunId
    api_url: str
    server_url: str

    @property
    def page(self) -> str:
        """This run's page."""
        return self.page_of(self.id)

    def page_of(self, run: RunId) -> str:
        """A run's page, where its artifact and its log are."""
        return f"{self.repository_url}/actions/runs/{run.id}/attempts/{run.attempt}"

    @property
    def repository_url(self) -> str:
        """The repository's page, which git also fetches from."""
        return f"{self.server_url.rstrip('/')}/{self.repository}"


def read_run(environ: Mapping[str, str]) -> WorkflowRun:
    """Read ``GITHUB_*``.

    Raises:
        UsageError: A variable is missing or not what GitHub sets.
    """
    for name in _NUMBERS:
        if not _read(environ, name).isdecimal():
            raise UsageError(f"{name} is not a number.", _REMEDY)
    return WorkflowRun(
        event=_read(environ, "GITHUB_EVENT_NAME"),
        repository=_read(environ, "GITHUB_REPOSITORY"),
        id=RunId(*(int(environ[name]) for name in _NUMBERS)),
        api_url=_read(environ, "GITHUB_API_URL"),
        server_url=_read(environ, "GITHUB_SERVER_URL"),
    )


def read_token(environ: Mapping[str, str]) -> SecretStr:
    """Read ``GITHUB_TOKEN``, which action.yml gives to the phases that talk to GitHub.

    Raises:
        UsageError: There is none.
    """
    return SecretStr(_read(environ, "GITHUB_TOKEN"))


def check_without_tokens(environ: Mapping[str, str]) -> None:
    """Refuse to go on where GitHub's tokens are at hand.

    Raises:
        UsageError: There is one.
    """
    found = [name for name in environ if name == "GITHUB_TOKEN" or name.startswith("ACTIONS_")]
    if found:
        raise UsageError(
            f"{found[0]} is set, and a review takes none of GitHub's tokens.",
            "Start it as action.yml does.",
        )


_REMEDY = "Run this in a GitHub Actions workflow, through action.yml."


def _read(environ: Mapping[str, str], name: str) -> str:
    value = environ.get(name, "")
    if not value:
        raise UsageError(f"{name} is not set.", _REMEDY)
    return value
