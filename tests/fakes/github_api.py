"""What GitHub's REST API answers for one repository, as far as the client asks.

What it takes and gives is held against GitHub's own API description (``github_openapi.json``, made
by ``tests/integration/github/reduce_openapi.py``): requests are refused with 422 where they do not
fit, fields that GitHub requires and that do not matter here are filled in, and every answer is kept
in `FakeApi.answers` so that a test can validate it.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from urllib.parse import parse_qs, unquote, urlsplit

from jsonschema import Draft202012Validator
from pydantic import JsonValue

from tests.fakes.github_routes import (
    Answered,
    Asked,
    Call,
    RefusedError,
    Reply,
    Route,
    body_of,
    error_of,
    found,
)
from tests.fakes.github_shapes import (
    BASE,
    BOT,
    DESCRIPTION,
    HEAD,
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
INACCESSIBLE = "Resource not accessible by integration"


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
        self.protected: set[str] = set()
        """Branches with the older kind of protection."""
        self.rules: dict[str, list[str]] = {}
        """Rules by branch, the newer kind."""
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
                return self._routed(route, Call("".join(match.groups()), asked.body, query))
        return error_of(404, "Not Found")

    def _routed(self, route: Route, call: Call) -> Reply:
        wanted = DESCRIPTION[route.operation].get("request")
        if isinstance(wanted, dict) and not Draft202012Validator(wanted).is_valid(call.body):
            return error_of(422, "Validation Failed")
        try:
            reply = route.act(call)
        except RefusedError as refusal:
            return refusal.reply
        if reply.status >= 300 or reply.data is None:
            return reply
        data, headers = reply.data, dict(reply.headers)
        whole = filled(DESCRIPTION[route.operation]["response"], data)
        if isinstance(whole, list) and "per_page" in call.query:
            whole, headers = self._page(whole, call.query)
        elif isinstance(whole, dict) and isinstance(whole.get("artifacts"), list):
            items = whole["artifacts"]
            assert isinstance(items, list)
            whole["artifacts"], headers = self._page(items, call.query)
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
            Route("GET", "issues/{issue_number}/comments", 200, self._list_comments),
            Route("POST", "issues/{issue_number}/comments", 201, self._create_comment),
            Route("PATCH", "issues/comments/{comment_id}", 200, self._edit_comment),
            Route("DELETE", "issues/comments/{comment_id}", 204, self._delete_comment),
            Route("POST", "issues/comments/{comment_id}/reactions", 201, self._react),
            Route("GET", "collaborators/{username}/permission", 200, self._permission),
            Route("GET", "pulls/{pull_number}", 200, self._get_pull),
            Route("GET", "pulls", 200, self._list_pulls),
            Route("GET", "pulls/{pull_number}/files", 200, self._list_files),
            Route("GET", "actions/runs/{run_id}/artifacts", 200, self._list_artifacts),
            Route(
                "GET",
                "actions/artifacts/{artifact_id}/{archive_format}",
                302,
                self._artifact_place,
            ),
            Route("GET", "git/commits/{commit_sha}", 200, self._get_commit),
            Route("POST", "git/commits", 201, self._create_commit),
            Route("POST", "git/trees", 201, self._create_tree),
            Route("POST", "git/refs", 201, self._create_ref),
            Route("GET", "git/ref/{ref}", 200, self._get_ref),
            Route("PATCH", "git/refs/{ref}", 200, self._move_ref),
            Route("GET", "branches/{branch}", 200, self._get_branch),
            Route("GET", "rules/branches/{branch}", 200, self._list_rules),
            Route("GET", "contents/{path}", 200, self._contents),
            Route("GET", "commits/{ref}", 200, self._named_commit),
            Route("GET", "compare/{basehead}", 200, self._compare),
        )

    def _graphql(self) -> Reply:
        if self.viewer is None:
            return error_of(403, INACCESSIBLE)
        raw = json.dumps({"data": {"viewer": {"login": self.viewer}}}).encode()
        return Reply(200, raw=raw, headers={"Content-Type": "application/json"})

    def _list_comments(self, call: Call) -> Reply:
        number = self._pull(call).number
        return Reply(200, [comment_of(one) for one in self.comments.get(number, [])])

    def _create_comment(self, call: Call) -> Reply:
        number = self._pull(call).number
        return Reply(201, comment_of(self.say(number, body_of(call), self.viewer or BOT)))

    def _edit_comment(self, call: Call) -> Reply:
        comment = self._comment(call)
        comment.body = body_of(call)
        return Reply(200, comment_of(comment))

    def _delete_comment(self, call: Call) -> Reply:
        comment = self._comment(call)
        for comments in self.comments.values():
            if comment in comments:
                comments.remove(comment)
        return Reply(204, raw=b"")

    def _react(self, call: Call) -> Reply:
        comment = self._comment(call)
        content = str(call.body["content"])
        if content not in comment.reactions:
            comment.reactions.append(content)
        return Reply(201, {"id": 1, "content": content, "user": user_of(BOT, "Bot")})

    def _permission(self, call: Call) -> Reply:
        if call.word not in self.permissions:
            raise RefusedError(404, f"{call.word} is not a user")
        given = self.permissions[call.word]
        legacy = {"maintain": "write", "triage": "read"}.get(given, given)
        user: Json = {**user_of(call.word, "User"), "role_name": given}
        return Reply(200, {"permission": legacy, "role_name": given, "user": user})

    def _get_pull(self, call: Call) -> Reply:
        return Reply(200, pull_of(self._pull(call)))

    def _list_pulls(self, call: Call) -> Reply:
        owner, _, ref = call.query.get("head", "").partition(":")
        found: list[JsonValue] = [
            pull_of(pull)
            for pull in self.pulls.values()
            if pull.state == call.query.get("state", "open")
            and (pull.head_repository or "").startswith(f"{owner}/")
            and pull.head_ref == ref
        ]
        return Reply(200, found)

    def _list_files(self, call: Call) -> Reply:
        files = self._pull(call).files
        return Reply(200, [{"filename": path, "status": "modified"} for path in files])

    def _list_artifacts(self, call: Call) -> Reply:
        found: list[JsonValue] = [
            {
                "id": one.id,
                "name": one.name,
                "size_in_bytes": len(one.data),
                "expired": one.expired,
            }
            for one in self.artifacts.get(call.number, [])
        ]
        return Reply(200, {"total_count": len(found), "artifacts": found})

    def _artifact_place(self, call: Call) -> Reply:
        found = self._artifact(call.number)
        if found is None:
            raise RefusedError(404, "Not Found")
        if found.expired:
            raise RefusedError(410, "Artifact has expired")
        return Reply(302, raw=b"", headers={"Location": f"{self.files_url}/blobs/{found.id}?sig=x"})

    def _blob(self, path: str, asked: Asked) -> Reply:
        found = self._artifact(int(path.rsplit("/", 1)[1]))
        if "authorization" in asked.headers or found is None:
            return Reply(400, raw=b"<Error/>")
        return Reply(200, raw=found.data, headers={"Content-Type": "application/zip"})

    def _get_commit(self, call: Call) -> Reply:
        return Reply(200, commit_of(call.word, self._tree(found(self.files, call.word))))

    def _create_tree(self, call: Call) -> Reply:
        base = str(call.body.get("base_tree", ""))
        if base and base not in self.files:
            raise RefusedError(422, "base_tree is not a valid tree oid")
        files = dict(self.files.get(base, {}))
        entries = call.body["tree"]
        assert isinstance(entries, list)
        for entry in entries:
            assert isinstance(entry, dict)
            files[str(entry["path"])] = str(entry["content"])
        return Reply(201, {"sha": self._tree(files), "truncated": False, "tree": []})

    def _create_commit(self, call: Call) -> Reply:
        tree, parents = str(call.body["tree"]), call.body.get("parents", [])
        assert isinstance(parents, list)
        if tree not in self.files:
            raise RefusedError(422, "Tree SHA does not exist")
        sha = sha_of(json.dumps(call.body, sort_keys=True))
        self.files[sha] = self.files[tree]
        self.parents[sha] = [str(parent) for parent in parents]
        return Reply(201, commit_of(sha, tree))

    def _tree(self, files: dict[str, str]) -> str:
        sha = sha_of(json.dumps(files, sort_keys=True))
        self.files[sha] = files
        return sha

    def _create_ref(self, call: Call) -> Reply:
        ref, sha = str(call.body["ref"]), str(call.body["sha"])
        if ref in self.refs:
            raise RefusedError(422, "Reference already exists")
        if sha not in self.files:
            raise RefusedError(422, "Object does not exist")
        self.refs[ref] = sha
        return Reply(201, ref_of(ref, sha))

    def _get_ref(self, call: Call) -> Reply:
        ref = f"refs/{call.word}"
        return Reply(200, ref_of(ref, found(self.refs, ref)))

    def _move_ref(self, call: Call) -> Reply:
        ref, sha = f"refs/{call.word}", str(call.body["sha"])
        before = found(self.refs, ref)
        if not call.body.get("force") and before not in self.parents.get(sha, []):
            raise RefusedError(422, "Update is not a fast forward")
        self.refs[ref] = sha
        return Reply(200, ref_of(ref, sha))

    def _get_branch(self, call: Call) -> Reply:
        sha = found(self.refs, f"refs/heads/{call.word}")
        commit: Json = {"sha": sha, "commit": {"message": "-"}}
        return Reply(
            200, {"name": call.word, "commit": commit, "protected": call.word in self.protected}
        )

    def _list_rules(self, call: Call) -> Reply:
        return Reply(200, [{"type": kind} for kind in self.rules.get(call.word, [])])

    def _contents(self, call: Call) -> Reply:
        found(self.files.get(call.query.get("ref", ""), {}), call.word)
        name = call.word.rsplit("/", 1)[-1]
        return Reply(
            200, {"type": "file", "path": call.word, "name": name, "sha": sha_of(call.word)}
        )

    def _named_commit(self, call: Call) -> Reply:
        sha = found(self.refs, f"refs/{call.word}")
        return Reply(200, {"sha": sha, "commit": {"message": "-"}})

    def _compare(self, call: Call) -> Reply:
        sha = found(self.merge_bases, call.word)
        return Reply(200, {"merge_base_commit": {"sha": sha}, "commits": []})

    def _pull(self, call: Call) -> FakePull:
        return found(self.pulls, call.number)

    def _comment(self, call: Call) -> FakeComment:
        every = [one for comments in self.comments.values() for one in comments]
        return found({one.id: one for one in every}, call.number)

    def _artifact(self, artifact_id: int) -> FakeArtifact | None:
        every = [one for artifacts in self.artifacts.values() for one in artifacts]
        return next((one for one in every if one.id == artifact_id), None)
