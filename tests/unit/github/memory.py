"""The code host's port without a network, for the rules that only need its answers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from regoose_ci.github import (
    Artifact,
    ChangedFile,
    Comment,
    CommittedTests,
    GitHubError,
    Permission,
    Pull,
    Reaction,
    TestFile,
)
from regoose_ci.github.commits import check_files

US = "github-actions[bot]"
HEAD = "a" * 40
PULL = Pull(
    number=7,
    title="Mend the slug",
    description="",
    head_sha=HEAD,
    head_ref="fix",
    head_repository="octo/tools",
    base_sha="b" * 40,
    base_ref="main",
    base_repository="octo/tools",
    is_draft=False,
    is_open=True,
    author="alice",
    author_is_bot=False,
)
FORK = replace(PULL, head_repository="mallory/tools")


class MemoryGitHub:
    """A `GitHub`. ``before_create`` runs once, as another run would, before a comment is made."""

    def __init__(self) -> None:
        self.conversation: list[Comment] = []
        self.permissions: dict[str, Permission | GitHubError] = {}
        self.now = PULL
        self.edits = 0
        self.reactions: list[tuple[int, Reaction]] = []
        self.refusal: GitHubError | None = None
        """What every write ends with, if it is set."""
        self.found: list[Pull] = []
        self.refs = {"heads/main": PULL.base_sha, "heads/fix": HEAD}
        self.left: dict[int, dict[str, bytes]] = {}
        """Artifacts by run and name."""
        self.committed: list[tuple[str, str, tuple[TestFile, ...]]] = []
        self.before_create: Callable[[], Comment] | None = None

    def say(self, body: str, author: str = US) -> Comment:
        """Let somebody comment."""
        number = 100 + len(self.conversation)
        comment = Comment(number, author, author.endswith("[bot]"), body, f"https://x/{number}")
        self.conversation.append(comment)
        return comment

    def login(self) -> str:
        return US

    def comments(self, number: int) -> Sequence[Comment]:
        assert number == PULL.number
        return tuple(self.conversation)

    def create_comment(self, number: int, body: str) -> Comment:
        assert number == PULL.number
        self._check()
        if self.before_create:
            before, self.before_create = self.before_create, None
            before()
        return self.say(body)

    def edit_comment(self, comment_id: int, body: str) -> Comment:
        self._check()
        self.edits += 1
        places = [one.id for one in self.conversation]
        place = places.index(comment_id)
        self.conversation[place] = replace(self.conversation[place], body=body)
        return self.conversation[place]

    def delete_comment(self, comment_id: int) -> None:
        self.conversation = [one for one in self.conversation if one.id != comment_id]

    def react(self, comment_id: int, reaction: Reaction) -> None:
        self._check()
        self.reactions.append((comment_id, reaction))

    def _check(self) -> None:
        if self.refusal is not None:
            raise self.refusal

    def permission(self, login: str) -> Permission:
        answer = self.permissions.get(login, "none")
        if isinstance(answer, GitHubError):
            raise answer
        return answer

    def pull(self, number: int) -> Pull:
        assert number == PULL.number
        return self.now

    def commit_at(self, ref: str) -> str:
        return self.refs[ref]

    def merge_base(self, base_sha: str, head_sha: str) -> str:
        assert head_sha
        return base_sha

    def pulls_of_head(self, head_repository: str, head_ref: str, sha: str) -> Sequence[Pull]:
        asked = (head_repository, head_ref, sha)
        return [p for p in self.found if (p.head_repository, p.head_ref, p.head_sha) == asked]

    def changed_files(self, number: int) -> Sequence[ChangedFile]:
        raise NotImplementedError

    def artifacts(self, run_id: int) -> Sequence[Artifact]:
        left = self.left.get(run_id, {})
        return [Artifact(run_id, name, len(data), expired=False) for name, data in left.items()]

    def download_artifact(self, artifact_id: int, limit: int) -> bytes:
        (data,) = self.left[artifact_id].values()
        assert len(data) <= limit
        return data

    def commit_tests(
        self, parent_sha: str, branch: str, message: str, files: Sequence[TestFile]
    ) -> CommittedTests:
        self._check()
        check_files(files)
        assert message
        self.committed.append((parent_sha, branch, tuple(files)))
        return CommittedTests(branch, "c" * 40, f"https://github.com/x/compare/{branch}")

    def add_tests(
        self, parent_sha: str, branch: str, message: str, files: Sequence[TestFile]
    ) -> CommittedTests:
        assert (branch, parent_sha) == (self.now.head_ref, self.now.head_sha)
        return self.commit_tests(parent_sha, branch, message, files)
