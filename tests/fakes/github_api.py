"""What GitHub's REST API answers for one repository, as far as the client asks.

What it takes and gives is held against GitHub's own API description (``github_openapi.json``, made
by ``tests/integration/github/reduce_openapi.py``): requests are refused with 422 where they do not
fit, fields that GitHub requires and that do not matter here are filled in, and every answer is kept
in `FakeApi.answers` so that a test can validate it.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qs, unquote, urlsplit

from jsonschema import Draft202012Validator
from pydantic import JsonValue

from tests.fakes.github_shapes import (
    BASE,
    BOT,
    DESCRIPTION,
    HEAD,
    REPOSITORY,
    FakeArtifact,
    FakeComment,
    FakePull,
    Json,
    comment_of,
    commit_of,
    filled,
    pull_of,
    ref_of,
    sha_of,
    user_of,
)

TOKEN = "ghs_" + "T0kenOfTheFake" * 2
REPO = "/repos/{owner}/{repo}"
INACCESSIBLE = "Resource not accessible by integration"


@dataclass(frozen=True)
class Asked:
    """A request as it came."""

    verb: str
    path: str
    headers: Mapping[str, str]
    body: Json


@dataclass(frozen=True)
class Answered:
    """A good or bad answer and the operation of the description that it belongs to."""

    operation: str
    data: JsonValue


@dataclass(frozen=True)
class Reply:
    """What is sent."""

    status: int
    data: JsonValue = None
    headers: Mapping[str, str] = field(default_factory=dict)
    raw: bytes | None = None
    operation: str = "error"


@dataclass(frozen=True)
class Route:
    """What one kind of request leads to."""

    verb: str
    path: str
    status: int
    act: Callable[[tuple[str, ...], Json, Mapping[str, str]], Reply]

    @property
    def operation(self) -> str:
        return f"{self.verb} {self.path} {self.status}"

    @property
    def pattern(self) -> re.Pattern[str]:
        bound = self.path.replace("{owner}/{repo}", REPOSITORY)
        whole = re.sub(r"\{(?:path|ref)\}", "(.+)", bound)
        return re.compile(re.sub(r"\{\w+\}", "([^/]+)", whole))


class FakeApi:
    """A repository's state and the answers it gives; the network is not part of it."""

    def __init__(self) -> None:
        self.viewer: str | None = BOT
        self.read_only = False
        """As the token of a fork's run."""
        self.page_size = 100
        self.pulls = {7: FakePull()}
        self.comments: dict[int, list[FakeComment]] = {}
        self.permissions: dict[str, str] = {"alice": "write"}
        self.artifacts: dict[int, list[FakeArtifact]] = {}
        self.files: dict[str, dict[str, str]] = {HEAD: {"slug.py": ""}, BASE: {}}
        """Files by commit or tree."""
        self.parents: dict[str, list[str]] = {}
        self.refs: dict[str, str] = {}
        self.merge_bases = {f"{BASE}...{HEAD}": BASE}
        self.asked: list[Asked] = []
        self.answers: list[Answered] = []
        self.lock = threading.Lock()
        self.files_url = ""
        """Where artifacts are fetched from."""
        self._ids = iter(range(1000, 1_000_000))
        self._routes = self._all_routes()

    def say(self, number: int, body: str, login: str = BOT) -> FakeComment:
        """Let somebody comment."""
        kind = "Bot" if login.endswith("[bot]") else "User"
        comment = FakeComment(next(self._ids), body, login, kind)
        self.comments.setdefault(number, []).append(comment)
        return comment

    def count(self, verb: str, fragment: str) -> int:
        """How many requests of a verb came whose path has ``fragment``."""
        return sum(asked.verb == verb and fragment in asked.path for asked in self.asked)

    def answer(self, asked: Asked) -> Reply:
        """Do what is asked and note the answer."""
        with self.lock:
            self.asked.append(asked)
            reply = self._answer(asked)
            if reply.raw is None:
                self.answers.append(Answered(reply.operation, reply.data))
            return reply

    def _answer(self, asked: Asked) -> Reply:
        parts = urlsplit(asked.path)
        if parts.path.startswith("/blobs/"):
            return self._blob(parts.path, asked)
        if asked.headers.get("authorization") != f"token {TOKEN}":
            return error_of(401, "Bad credentials")
        if parts.path == "/graphql":
            return self._graphql()
        if self.read_only and asked.verb != "GET":
            return error_of(403, INACCESSIBLE)
        query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        for route in self._routes:
            match = route.pattern.fullmatch(unquote(parts.path))
            if match and route.verb == asked.verb:
                return self._routed(route, match.groups(), asked.body, query)
        return error_of(404, "Not Found")

    def _routed(
        self, route: Route, words: tuple[str, ...], body: Json, query: Mapping[str, str]
    ) -> Reply:
        wanted = DESCRIPTION[route.operation].get("request")
        if isinstance(wanted, dict) and not Draft202012Validator(wanted).is_valid(body):
            return error_of(422, "Validation Failed")
        reply = route.act(words, body, query)
        if reply.status >= 300 or reply.data is None:
            return reply
        data, headers = reply.data, dict(reply.headers)
        whole = filled(DESCRIPTION[route.operation]["response"], data)
        if isinstance(whole, list) and "per_page" in query:
            whole, headers = self._page(whole, query)
        elif isinstance(whole, dict) and isinstance(whole.get("artifacts"), list):
            items = whole["artifacts"]
            assert isinstance(items, list)
            whole["artifacts"], headers = self._page(items, query)
        return Reply(reply.status, whole, headers, operation=route.operation)

    def _page(
        self, items: list[JsonValue], query: Mapping[str, str]
    ) -> tuple[list[JsonValue], dict[str, str]]:
        size = min(int(query.get("per_page", 30)), self.page_size)
        page = int(query.get("page", 1))
        more = len(items) > page * size
        # GitHub's links name other hosts at times; a client must not send its token after them.
        link = {"Link": f'<http://127.0.0.1:9/elsewhere?page={page + 1}>; rel="next"'}
        return items[(page - 1) * size : page * size], link if more else {}

    def _all_routes(self) -> tuple[Route, ...]:
        return (
            Route("GET", f"{REPO}/issues/{{issue_number}}/comments", 200, self._list_comments),
            Route("POST", f"{REPO}/issues/{{issue_number}}/comments", 201, self._create_comment),
            Route("PATCH", f"{REPO}/issues/comments/{{comment_id}}", 200, self._edit_comment),
            Route("DELETE", f"{REPO}/issues/comments/{{comment_id}}", 204, self._delete_comment),
            Route("POST", f"{REPO}/issues/comments/{{comment_id}}/reactions", 201, self._react),
            Route("GET", f"{REPO}/collaborators/{{username}}/permission", 200, self._permission),
            Route("GET", f"{REPO}/pulls/{{pull_number}}", 200, self._get_pull),
            Route("GET", f"{REPO}/pulls", 200, self._list_pulls),
            Route("GET", f"{REPO}/pulls/{{pull_number}}/files", 200, self._list_files),
            Route("GET", f"{REPO}/actions/runs/{{run_id}}/artifacts", 200, self._list_artifacts),
            Route(
                "GET",
                f"{REPO}/actions/artifacts/{{artifact_id}}/{{archive_format}}",
                302,
                self._artifact_place,
            ),
            Route("GET", f"{REPO}/git/commits/{{commit_sha}}", 200, self._get_commit),
            Route("POST", f"{REPO}/git/commits", 201, self._create_commit),
            Route("POST", f"{REPO}/git/trees", 201, self._create_tree),
            Route("POST", f"{REPO}/git/refs", 201, self._create_ref),
            Route("GET", f"{REPO}/git/ref/{{ref}}", 200, self._get_ref),
            Route("GET", f"{REPO}/contents/{{path}}", 200, self._contents),
            Route("GET", f"{REPO}/compare/{{basehead}}", 200, self._compare),
        )

    def _graphql(self) -> Reply:
        if self.viewer is None:
            return error_of(403, INACCESSIBLE)
        raw = json.dumps({"data": {"viewer": {"login": self.viewer}}}).encode()
        return Reply(200, raw=raw, headers={"Content-Type": "application/json"})

    def _list_comments(self, words: tuple[str, ...], _b: Json, _q: Mapping[str, str]) -> Reply:
        if int(words[0]) not in self.pulls:
            return error_of(404, "Not Found")
        return Reply(200, [comment_of(one) for one in self.comments.get(int(words[0]), [])])

    def _create_comment(self, words: tuple[str, ...], body: Json, _q: Mapping[str, str]) -> Reply:
        text = str(body["body"])
        if int(words[0]) not in self.pulls:
            return error_of(404, "Not Found")
        if len(text) > 65_536:
            return error_of(422, "Validation Failed")
        return Reply(201, comment_of(self.say(int(words[0]), text, self.viewer or BOT)))

    def _edit_comment(self, words: tuple[str, ...], body: Json, _q: Mapping[str, str]) -> Reply:
        comment = self._comment(words[0])
        if comment is None:
            return error_of(404, "Not Found")
        if len(str(body["body"])) > 65_536:
            return error_of(422, "Validation Failed")
        comment.body = str(body["body"])
        return Reply(200, comment_of(comment))

    def _delete_comment(self, words: tuple[str, ...], _b: Json, _q: Mapping[str, str]) -> Reply:
        comment = self._comment(words[0])
        if comment is None:
            return error_of(404, "Not Found")
        for comments in self.comments.values():
            if comment in comments:
                comments.remove(comment)
        return Reply(204, raw=b"")

    def _react(self, words: tuple[str, ...], body: Json, _q: Mapping[str, str]) -> Reply:
        comment = self._comment(words[0])
        if comment is None:
            return error_of(404, "Not Found")
        content = str(body["content"])
        if content not in comment.reactions:
            comment.reactions.append(content)
        return Reply(201, {"id": 1, "content": content, "user": user_of(BOT, "Bot")})

    def _permission(self, words: tuple[str, ...], _b: Json, _q: Mapping[str, str]) -> Reply:
        if words[0] not in self.permissions:
            return error_of(404, f"{words[0]} is not a user")
        given = self.permissions[words[0]]
        legacy = {"maintain": "write", "triage": "read"}.get(given, given)
        user: Json = {**user_of(words[0], "User"), "role_name": given}
        return Reply(200, {"permission": legacy, "role_name": given, "user": user})

    def _get_pull(self, words: tuple[str, ...], _b: Json, _q: Mapping[str, str]) -> Reply:
        pull = self.pulls.get(int(words[0]))
        return Reply(200, pull_of(pull)) if pull else error_of(404, "Not Found")

    def _list_pulls(self, _w: tuple[str, ...], _b: Json, query: Mapping[str, str]) -> Reply:
        owner, _, ref = query.get("head", "").partition(":")
        found: list[JsonValue] = [
            pull_of(pull)
            for pull in self.pulls.values()
            if pull.state == query.get("state", "open")
            and (pull.head_repository or "").startswith(f"{owner}/")
            and pull.head_ref == ref
        ]
        return Reply(200, found)

    def _list_files(self, words: tuple[str, ...], _b: Json, _q: Mapping[str, str]) -> Reply:
        pull = self.pulls.get(int(words[0]))
        if pull is None:
            return error_of(404, "Not Found")
        return Reply(200, [{"filename": path, "status": "modified"} for path in pull.files])

    def _list_artifacts(self, words: tuple[str, ...], _b: Json, _q: Mapping[str, str]) -> Reply:
        found: list[JsonValue] = [
            {
                "id": one.id,
                "name": one.name,
                "size_in_bytes": len(one.data),
                "expired": one.expired,
            }
            for one in self.artifacts.get(int(words[0]), [])
        ]
        return Reply(200, {"total_count": len(found), "artifacts": found})

    def _artifact_place(self, words: tuple[str, ...], _b: Json, _q: Mapping[str, str]) -> Reply:
        found = self._artifact(words[0])
        if found is None:
            return error_of(404, "Not Found")
        if found.expired:
            return error_of(410, "Artifact has expired")
        return Reply(302, raw=b"", headers={"Location": f"{self.files_url}/blobs/{found.id}?sig=x"})

    def _blob(self, path: str, asked: Asked) -> Reply:
        found = self._artifact(path.rsplit("/", 1)[1])
        if "authorization" in asked.headers or found is None:
            return Reply(400, raw=b"<Error/>")
        return Reply(200, raw=found.data, headers={"Content-Type": "application/zip"})

    def _get_commit(self, words: tuple[str, ...], _b: Json, _q: Mapping[str, str]) -> Reply:
        if words[0] not in self.files:
            return error_of(404, "Not Found")
        return Reply(200, commit_of(words[0], self._tree(self.files[words[0]])))

    def _create_tree(self, _w: tuple[str, ...], body: Json, _q: Mapping[str, str]) -> Reply:
        base = str(body.get("base_tree", ""))
        if base and base not in self.files:
            return error_of(422, "base_tree is not a valid tree oid")
        files = dict(self.files.get(base, {}))
        entries = body["tree"]
        assert isinstance(entries, list)
        for entry in entries:
            assert isinstance(entry, dict)
            files[str(entry["path"])] = str(entry["content"])
        return Reply(201, {"sha": self._tree(files), "truncated": False, "tree": []})

    def _create_commit(self, _w: tuple[str, ...], body: Json, _q: Mapping[str, str]) -> Reply:
        tree, parents = str(body["tree"]), body.get("parents", [])
        assert isinstance(parents, list)
        if tree not in self.files:
            return error_of(422, "Tree SHA does not exist")
        sha = sha_of(json.dumps(body, sort_keys=True))
        self.files[sha] = self.files[tree]
        self.parents[sha] = [str(parent) for parent in parents]
        return Reply(201, commit_of(sha, tree))

    def _tree(self, files: dict[str, str]) -> str:
        sha = sha_of(json.dumps(files, sort_keys=True))
        self.files[sha] = files
        return sha

    def _create_ref(self, _w: tuple[str, ...], body: Json, _q: Mapping[str, str]) -> Reply:
        ref, sha = str(body["ref"]), str(body["sha"])
        if ref in self.refs:
            return error_of(422, "Reference already exists")
        if sha not in self.files:
            return error_of(422, "Object does not exist")
        self.refs[ref] = sha
        return Reply(201, ref_of(ref, sha))

    def _get_ref(self, words: tuple[str, ...], _b: Json, _q: Mapping[str, str]) -> Reply:
        ref = f"refs/{words[0]}"
        return (
            Reply(200, ref_of(ref, self.refs[ref]))
            if ref in self.refs
            else error_of(404, "Not Found")
        )

    def _contents(self, words: tuple[str, ...], _b: Json, query: Mapping[str, str]) -> Reply:
        if words[0] not in self.files.get(query.get("ref", ""), {}):
            return error_of(404, "Not Found")
        name = words[0].rsplit("/", 1)[-1]
        return Reply(200, {"type": "file", "path": words[0], "name": name, "sha": sha_of(words[0])})

    def _compare(self, words: tuple[str, ...], _b: Json, _q: Mapping[str, str]) -> Reply:
        found = self.merge_bases.get(words[0])
        if found is None:
            return error_of(404, "Not Found")
        return Reply(200, {"merge_base_commit": {"sha": found}, "commits": []})

    def _comment(self, comment_id: str) -> FakeComment | None:
        every = [one for comments in self.comments.values() for one in comments]
        return next((one for one in every if one.id == int(comment_id)), None)

    def _artifact(self, artifact_id: str) -> FakeArtifact | None:
        every = [one for artifacts in self.artifacts.values() for one in artifacts]
        return next((one for one in every if one.id == int(artifact_id)), None)


def error_of(status: int, message: str, headers: Mapping[str, str] | None = None) -> Reply:
    data: Json = {"message": message, "documentation_url": "https://docs.github.com/rest"}
    return Reply(status, data, headers or {})
