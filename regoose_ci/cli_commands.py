"""What the command line takes: one method for each command, which calls one function.

Everything heavy is imported late, so that ``--help`` does not wait for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Optional

import typer

from regoose_ci.cli_completion import identities
from regoose_ci.cli_options import AsJsonFlag, JsonFlag, OutOption, QuietFlag
from regoose_ci.domain.revisions import Revision
from regoose_ci.errors import UsageError

if TYPE_CHECKING:
    from regoose_ci.commands import Doors

# Typer reads annotations at run time, on Python 3.10 too.
# ruff: noqa: UP045

BaseOption = Annotated[
    Optional[str],
    typer.Option(
        metavar="REF", help="Revision to compare with. [default: where the default branch forked]"
    ),
]
HeadOption = Annotated[
    Optional[str], typer.Option(metavar="REF", help="Revision to look at. [default: HEAD]")
]
GivenArgument = Annotated[Path, typer.Argument(metavar="IN", help="What the phase is given.")]
LeftArgument = Annotated[Path, typer.Argument(metavar="OUT", help="Where it leaves its results.")]
WorktreeFlag = Annotated[
    bool, typer.Option("--worktree", help="Look at the work tree with its uncommitted changes.")
]


@dataclass(frozen=True)
class Commands:
    """The commands; each ends with `typer.Exit` and the exit code of its session."""

    doors: Doors | None

    def review(
        self,
        overrides: Mapping[str, object],
        repository: Annotated[Path, typer.Argument(metavar="REPO")] = Path(),
        *,
        base: BaseOption = None,
        head: HeadOption = None,
        worktree: WorktreeFlag = False,
        as_json: JsonFlag = False,
        quiet: QuietFlag = False,
    ) -> None:
        """Review a change in a git repository."""
        from regoose_ci import commands
        from regoose_ci.domain.request import RequestKind

        _check_head(head, worktree)
        target = commands.Target(RequestKind.REVIEW, repository, base, head, worktree)
        output = commands.Output(as_json, quiet)
        raise typer.Exit(commands.session(target, overrides, output, self._doors()))

    def compare(
        self,
        overrides: Mapping[str, object],
        base: Annotated[str, typer.Argument(metavar="PKG==A")],
        head: Annotated[str, typer.Argument(metavar="PKG==B")],
        *,
        as_json: JsonFlag = False,
        quiet: QuietFlag = False,
    ) -> None:
        """Review one release of a package against another."""
        from regoose_ci import commands

        output = commands.Output(as_json, quiet)
        raise typer.Exit(commands.compare((base, head), overrides, output, self._doors()))

    def harden(
        self,
        overrides: Mapping[str, object],
        paths: Annotated[list[str], typer.Argument(metavar="PATH")],
        *,
        head: HeadOption = None,
        worktree: WorktreeFlag = False,
        as_json: JsonFlag = False,
        quiet: QuietFlag = False,
    ) -> None:
        """Write tests that protect the functions of modules as they are."""
        from regoose_ci import commands
        from regoose_ci.domain.request import RequestKind

        _check_head(head, worktree)
        target = commands.Target(
            RequestKind.HARDEN, Path(), head=head, worktree=worktree, paths=tuple(paths)
        )
        output = commands.Output(as_json, quiet)
        raise typer.Exit(commands.session(target, overrides, output, self._doors()))

    def explain(
        self,
        overrides: Mapping[str, object],
        identity: Annotated[
            str,
            typer.Argument(
                metavar="ID",
                help="Of a change or test; its beginning is enough.",
                autocompletion=identities,
            ),
        ],
        *,
        report: Annotated[Path, typer.Option(metavar="DIR", help="Report directory.")] = Path(
            "regoose-report"
        ),
        repository: Annotated[
            Path, typer.Option(metavar="DIR", help="Repository with the report's commits.")
        ] = Path(),
        run_it: Annotated[
            bool, typer.Option("--run", help="Run the test again on base and head.")
        ] = False,
        shell: Annotated[
            bool, typer.Option("--shell", help="Open a shell in a sandbox, with the test in it.")
        ] = False,
        revision: Annotated[
            Revision, typer.Option(help="Which tree the shell's sandbox has.")
        ] = Revision.HEAD,
        as_json: AsJsonFlag = False,
    ) -> None:
        """Show one behaviour change or test in full, and repeat it."""
        from regoose_ci import explain_commands

        wanted = explain_commands.Wanted(
            identity, report, repository, run_it, revision if shell else None, as_json
        )
        raise typer.Exit(explain_commands.explain(wanted, overrides, self._doors()))

    def demo(
        self, *, out: OutOption = None, as_json: JsonFlag = False, quiet: QuietFlag = False
    ) -> None:
        """Review a small sample change that comes with Regoose."""
        from regoose_ci import commands

        output = commands.Output(as_json, quiet)
        overrides = {"out": out} if out else {}
        raise typer.Exit(commands.demo(overrides, output, self._doors()))

    def doctor(self, *, as_json: AsJsonFlag = False) -> None:
        """Tell what works on this machine, and what mends the rest."""
        from regoose_ci import commands, machine_commands

        raise typer.Exit(machine_commands.doctor(commands.Output(as_json), self._doors()))

    def providers(
        self,
        *,
        check: Annotated[
            bool, typer.Option("--check", help="Send one token to each, to see whether it answers.")
        ] = False,
        as_json: AsJsonFlag = False,
    ) -> None:
        """List language models with what is configured of each."""
        from regoose_ci import commands, machine_commands

        command = machine_commands.check_providers if check else machine_commands.providers
        raise typer.Exit(command(commands.Output(as_json), self._doors()))

    def schema(self) -> None:
        """Print the JSON Schema of report.json."""
        from regoose_ci import commands

        raise typer.Exit(commands.schema())

    def _doors(self) -> Doors:
        from regoose_ci import commands

        return self.doors or commands.Doors()


@dataclass(frozen=True)
class Phases:
    """The phases of the GitHub Action; each ends with `typer.Exit` and its exit code."""

    doors: Doors | None

    def prepare(self, given: GivenArgument, out: LeftArgument) -> None:
        """Turn the event into a plan. Needs GITHUB_TOKEN."""
        from regoose_ci import action_commands

        raise typer.Exit(action_commands.prepare(given, out))

    def review(self, given: GivenArgument, out: LeftArgument) -> None:
        """Run the planned session. Refuses to start beside GITHUB_TOKEN."""
        from regoose_ci import action_commands, commands

        raise typer.Exit(action_commands.review(given, out, self.doors or commands.Doors()))

    def publish(
        self,
        given: GivenArgument,
        out: LeftArgument,
        code: Annotated[
            str, typer.Option(metavar="N", help="How the review ended; empty if it did not.")
        ] = "",
    ) -> None:
        """Show the result on GitHub. Needs GITHUB_TOKEN."""
        from regoose_ci import action_commands

        exit_code = int(code) if code.isdecimal() else None
        raise typer.Exit(action_commands.publish(given, out, exit_code))


def _check_head(head: str | None, worktree: bool) -> None:
    if head is not None and worktree:
        raise UsageError(
            "--head and --worktree exclude each other",
            "Leave --head away to review the work tree.",
        )
