"""What the action says in its own name. Everything in here is trusted text."""

from __future__ import annotations

from collections.abc import Iterable

from regoose_ci.github.command import Unknown
from regoose_ci.reports.neutralise import code

READ_ONLY = (
    "This run may not write to the pull request, as it is of a fork or of Dependabot: the result "
    "is in the job summary and in the artifact."
)
FORBIDDEN = (
    "The token may not write to the pull request: give the job the permission "
    "`pull-requests: write`."
)
FROM_A_FORK = (
    "This was found by a run of the fork's pull request, whose author controls what it reports."
)
COMMANDS = (
    "Answer with `/regoose` to run again, `/regoose explain <id>`, `/regoose commit`, "
    "`/regoose ignore <id>` or `/regoose help`."
)
NO_REPORT = "There is no report of this pull request to answer from: comment `/regoose` first."
NO_SUCH_ID = "The last report has nothing with that id."
NO_TESTS = "The last report has no test to commit with these ids."
MOVED = "The head has moved since the last report: comment `/regoose` first."
NO_CHECKS = (
    "GitHub starts no workflows for what a workflow's own token commits; push to the branch to "
    "have your checks run."
)

NOTHING_NEW = "There is nothing to review: the default branch has all commits of what was chosen."


def without_pull_request(ref: str, default_branch: str) -> str:
    """The notice of a review that was started by hand and names no pull request."""
    return (
        f"This run names no pull request: {code(ref)} is compared with where it left "
        f"{code(default_branch)}, and the result is in the job summary and in the artifact only."
    )


def working(head_sha: str, page: str) -> str:
    """The comment while a review runs."""
    return f"Reviewing {code(head_sha[:10])} … [Follow it]({page})"


def stopped(head_sha: str, page: str, exit_code: int | None) -> str:
    """The comment when a review has left no report."""
    cancelled = exit_code is None or exit_code > 128
    how = "was cancelled" if cancelled else f"ended with exit code {exit_code} and without a report"
    return f"The review of {code(head_sha[:10])} {how}. [See why]({page})"


def signed(body: str, page: str, notices: Iterable[str], last: str = "") -> str:
    """A result with our notices above and the way to the artifact below."""
    quoted = [f"> {notice}" for notice in notices]
    link = f"[Run and artifact]({page}){f' · {last}' if last else ''}"
    return "\n\n".join([*quoted, body.rstrip("\n"), link]) + "\n"


def unknown(command: Unknown, help_text: str) -> str:
    """The answer to what is no command; its reason repeats nothing that somebody wrote."""
    return f"This was not understood: {command.reason}.\n\n{help_text}"


def committed(files: int, branch: str, url: str) -> str:
    """The answer to a commit that was made."""
    amount = "1 file" if files == 1 else f"{files} files"
    are = "is" if files == 1 else "are"
    return f"{amount} of tests {are} on the branch {code(branch)}: [compare]({url}).\n\n{NO_CHECKS}"
