"""The command line: parse, call one function, print. Everything heavy is imported late."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Optional

import typer

from regoose_ci.cli_options import ENVIRONMENT, JsonFlag, OutOption, QuietFlag, with_settings
from regoose_ci.domain.revisions import Revision
from regoose_ci.errors import InfrastructureError, RegooseError, UsageError

if TYPE_CHECKING:
    from regoose_ci.commands import Doors

# Typer reads annotations at run time, on Python 3.10 too.
# ruff: noqa: UP045

HELP = """Tests for exactly the functions a change touches, run before and after it in a sandbox.

Exit codes: 0 done, whatever was found; 1 a --fail-on condition holds; 2 wrong use or
configuration; 3 no sandbox, or another failure around the review; 130 interrupted.
"""
REVIEW_EXAMPLES = """\b
Examples:
  regoose review
  regoose review --base v2.1 --head v2.2 --only 'shop/*.py'
  regoose review --worktree --with 'numpy>=2' --fail-on unintended-change
"""
COMPARE_EXAMPLE = """\b
Example:
  regoose compare python-slugify==7.0.0 python-slugify==8.0.0
"""
HARDEN_EXAMPLE = """\b
Example:
  regoose harden shop/money.py shop/text.py
"""

EXPLAIN_EXAMPLES = """\b
Examples:
  regoose explain 3f2a
  regoose explain test_split_bill_keeps_every_cent --run
  regoose explain 3f2a --shell --revision base
"""

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


def main() -> None:
    """Run the program: the console script ``regoose``."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    sys.exit(run(sys.argv[1:]))


def run(arguments: Sequence[str], doors: Doors | None = None) -> int:
    """Run one command and return its exit code; every error that ends it is printed here."""
    try:
        build_cli(doors)(args=list(arguments), prog_name="regoose")
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 0
    except RegooseError as error:
        _print_error(error.message, error.remedy)
        return error.exit_code
    except Exception as error:  # noqa: BLE001 - the last door: a defect of ours is exit code 3
        traceback.print_exc()
        name = type(error).__name__
        _print_error(f"internal error: {name}", "Please report it with the lines above.")
        return InfrastructureError.exit_code
    return 0


def build_cli(doors: Doors | None = None) -> typer.Typer:
    """Build the program with its commands; ``doors`` replaces what they call, for tests."""
    cli = typer.Typer(
        help=HELP, no_args_is_help=True, rich_markup_mode=None, pretty_exceptions_enable=False
    )
    commands = Commands(doors)
    cli.callback()(_program)
    cli.command(epilog=REVIEW_EXAMPLES)(with_settings(commands.review))
    cli.command(epilog=COMPARE_EXAMPLE)(with_settings(commands.compare))
    cli.command(epilog=HARDEN_EXAMPLE)(with_settings(commands.harden))
    cli.command(epilog=EXPLAIN_EXAMPLES)(with_settings(commands.explain, ENVIRONMENT))
    cli.command()(commands.demo)
    cli.command()(commands.doctor)
    cli.command()(commands.providers)
    cli.command()(commands.schema)
    phases = Phases(doors)
    action = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
    action.callback()(_action)
    action.command()(phases.prepare)
    action.command()(phases.review)
    action.command()(phases.publish)
    cli.add_typer(action, name="action")
    return cli


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
        """Review one release of a package against another, for dependency bumps."""
        from regoose_ci import commands

        output = commands.Output(as_json, quiet)
        raise typer.Exit(commands.compare((base, head), overrides, output, self._doors()))

    def harden(
        self,
        overrides: Mapping[str, object],
        paths: Annotated[list[str], typer.Argument(metavar="PATH...")],
        *,
        head: HeadOption = None,
        worktree: WorktreeFlag = False,
        as_json: JsonFlag = False,
        quiet: QuietFlag = False,
    ) -> None:
        """Write tests that protect every function of some modules as they are."""
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
            str, typer.Argument(metavar="ID", help="Of a change or test; its beginning is enough.")
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
        as_json: Annotated[
            bool, typer.Option("--json", help="Print the parts as JSON to stdout.")
        ] = False,
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

    def doctor(self) -> None:
        """Tell what works on this machine, and the command that mends what does not."""
        from regoose_ci import commands

        raise typer.Exit(commands.doctor(self._doors()))

    def providers(
        self,
        *,
        check: Annotated[
            bool, typer.Option("--check", help="Send one token to each, to see whether it answers.")
        ] = False,
    ) -> None:
        """List language models with what is configured of each."""
        from regoose_ci import commands

        command = commands.check_providers if check else commands.providers
        raise typer.Exit(command(self._doors()))

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


def _action() -> None:
    """What action.yml starts: prepare, review and publish."""


def _check_head(head: str | None, worktree: bool) -> None:
    if head is not None and worktree:
        raise UsageError(
            "--head and --worktree exclude each other",
            "Leave --head away to review the work tree.",
        )


def _print_version(wanted: bool) -> None:
    if wanted:
        from regoose_ci import __version__

        typer.echo(f"regoose {__version__}")
        raise typer.Exit


def _program(
    *,
    version: Annotated[
        bool,
        typer.Option(
            "--version", help="Print the version and exit.", is_eager=True, callback=_print_version
        ),
    ] = False,
) -> None:
    """Never left without a command; only here for ``--version``."""


def _print_error(message: str, remedy: str) -> None:
    from regoose_ci.console import open_screen, print_error

    print_error(open_screen(sys.stderr), message, remedy)
