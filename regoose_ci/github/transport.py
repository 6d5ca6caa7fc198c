"""Requests to GitHub's REST API through PyGithub, with bounds and our own errors.

PyGithub's own retries are switched off: they follow any ``retry-after`` and send a POST again
without looking whether the first one was done.
"""

from __future__ import annotations

import json
import queue
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal, TypeVar
from urllib.parse import urlsplit

import requests
from github import Auth, Github
from github.GithubException import GithubException
from pydantic import BaseModel, SecretStr, TypeAdapter, ValidationError

from regoose_ci.errors import UsageError
from regoose_ci.github.errors import BadAnswerError, GitHubError, UnavailableError
from regoose_ci.github.refusals import refused
from regoose_ci.github.retry import Clock, RetryPolicy

Verb = Literal["GET", "POST", "PATCH", "DELETE"]
T = TypeVar("T")
A = TypeVar("A")


@dataclass(frozen=True)
class Answer:
    """What came: headers with small names, and parsed JSON."""

    headers: Mapping[str, str]
    data: object

    def as_(self, adapter: TypeAdapter[A]) -> A:
        """Validate the JSON.

        Raises:
            BadAnswerError: It is not of that form.
        """
        try:
            return adapter.validate_python(self.data)
        except ValidationError as error:
            first = error.errors(include_input=False, include_url=False, include_context=False)[0]
            place = ".".join(str(part) for part in first["loc"]) or "the whole"
            raise BadAnswerError(
                f"GitHub's answer is not as its API promises: {place} ({first['type']})."
            ) from None

    @property
    def has_next_page(self) -> bool:
        """Whether the ``Link`` header names a next page."""
        return 'rel="next"' in self.headers.get("link", "")


class Transport:
    """Sends single requests. Only one thread at a time may use it."""

    def __init__(self, token: SecretStr, api_url: str, policy: RetryPolicy, clock: Clock) -> None:
        """Connect at the first request.

        Args:
            token: What GitHub gave the run.
            api_url: ``GITHUB_API_URL``.
            policy: How long an answer may take.
            clock: To tell how far off a limit's end is.

        Raises:
            UsageError: The token is empty, or the address is not one of HTTP.
        """
        parts = urlsplit(api_url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise UsageError("GITHUB_API_URL is not a web address.", "Give one with https://.")
        if not token.get_secret_value():
            raise UsageError("There is no GitHub token.", "Pass `github.token` to this step.")
        self._token = token
        self._api_url = api_url.rstrip("/")
        self._policy = policy
        self._clock = clock
        self._github = self._connect()

    def __repr__(self) -> str:
        """Show where it sends to, never the token."""
        return f"Transport({self._api_url!r})"

    def request(
        self,
        verb: Verb,
        path: str,
        parameters: Mapping[str, str | int] | None = None,
        body: BaseModel | None = None,
    ) -> Answer:
        """Send one request once.

        Raises:
            GitHubError: There was no good answer; its type says why.
        """

        def send() -> Answer:
            headers, data = self._github.requester.requestJsonAndCheck(
                verb,
                path,
                parameters=dict(parameters or {}),
                input=body.model_dump(mode="json", exclude_none=True) if body else None,
            )
            return Answer({str(key): str(value) for key, value in headers.items()}, data)

        return self._translated(lambda: self._within(send))

    def viewer(self) -> Answer:
        """Ask who the token belongs to.

        ``GET /user`` is closed to a workflow's token; this query is open to every kind.

        Raises:
            GitHubError: As `request`.
        """

        def send() -> Answer:
            _, data = self._github.requester.graphql_query("query { viewer { login } }", {})
            return Answer({}, data)

        return self._translated(lambda: self._within(send))

    def location(self, path: str) -> str:
        """Return where a request is redirected to (302).

        Raises:
            GitHubError: It is not redirected.
        """

        def send() -> str:
            status, headers, body = self._github.requester.requestJson("GET", path)
            if status >= 400:
                raise GithubException(status, _parsed(body), headers)
            if status != 302 or "location" not in headers:
                raise BadAnswerError("GitHub did not say where the file is.")
            return str(headers["location"])

        return self._translated(lambda: self._within(send))

    def download(self, url: str, limit: int) -> bytes:
        """Fetch a file that ``location`` named, without our token.

        Raises:
            BadAnswerError: It is larger than ``limit`` bytes, or would come without encryption.
            GitHubError: It did not come.
        """
        if urlsplit(url).scheme not in ("https", urlsplit(self._api_url).scheme):
            raise BadAnswerError("GitHub named an address for the file that is not encrypted.")
        return self._translated(lambda: self._within(lambda: self._download(url, limit)))

    def _download(self, url: str, limit: int) -> bytes:
        session = requests.Session()
        # Another host stores the files; neither our token nor a .netrc is for it.
        session.auth = lambda prepared: prepared
        with (
            session,
            session.get(
                url, stream=True, timeout=self._policy.idle_s, allow_redirects=False
            ) as response,
        ):
            if response.status_code != 200:
                raise GithubException(response.status_code, None, dict(response.headers))
            received = bytearray()
            for chunk in response.iter_content(64 * 1024):
                received += chunk
                if len(received) > limit:
                    raise BadAnswerError(f"The file is larger than {limit} bytes.")
            return bytes(received)

    def _connect(self) -> Github:
        return Github(
            auth=Auth.Token(self._token.get_secret_value()),
            base_url=self._api_url,
            timeout=self._policy.idle_s,
            user_agent="regoose-ci",
            retry=None,
            seconds_between_requests=None,
            seconds_between_writes=self._policy.between_writes_s,
        )

    def _within(self, send: Callable[[], T]) -> T:
        """Give up an answer that drips: a socket's timeout starts anew with every byte."""
        outcome: queue.SimpleQueue[T | Exception] = queue.SimpleQueue()

        def work() -> None:
            try:
                outcome.put(send())
            except Exception as error:  # noqa: BLE001 - raised again below, in the caller's thread
                outcome.put(error)

        threading.Thread(target=work, daemon=True, name="github-request").start()
        try:
            result = outcome.get(timeout=self._policy.whole_s)
        except queue.Empty:
            self._github = self._connect()  # the old connection is still in use
            raise UnavailableError(
                f"GitHub gave no whole answer in {self._policy.whole_s:g} s."
            ) from None
        if isinstance(result, Exception):
            raise result
        return result

    def _translated(self, send: Callable[[], T]) -> T:
        """Raise our errors, without the originals: those hold requests, and requests the token."""
        error: GitHubError
        try:
            return send()
        except GitHubError as ours:
            error = ours
        except GithubException as refusal:
            error = refused(refusal, self._token.get_secret_value(), self._clock.time())
        except requests.Timeout:
            error = UnavailableError(f"GitHub was silent for {self._policy.idle_s} s.")
        except requests.RequestException as fault:
            error = UnavailableError(f"GitHub cannot be reached ({type(fault).__name__}).")
        except (ValueError, TypeError, AttributeError, RuntimeError, AssertionError, KeyError):
            # What PyGithub raises for an answer that is no JSON, or no object where it errs, or a
            # redirection elsewhere.
            error = BadAnswerError("GitHub's answer cannot be read.")
        raise error from None


def _parsed(body: str) -> object:
    try:
        return json.loads(body)
    except ValueError:
        return None
