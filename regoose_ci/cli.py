"""The command line: its commands put together, and the one door that errors leave by."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from regoose_ci.cli_commands import Commands, Phases
from regoose_ci.cli_options import ENVIRONMENT, examples, nearest, with_settings
from regoose_ci.errors import InfrastructureError, RegooseError, UsageError

if TYPE_CHECKING:
    from regoose_ci.commands import Doors

HELP = """Tests for exactly the functions a change touches, run before and after it in a sandbox.

Exit codes: 0 done, whatever was found; 1 a --fail-on condition holds; 2 wrong use or
configuration; 3 no sandbox, or another failure around the review; 130 interrupted.
"""
_FLAGS_OF_TYPER = ("help", "install_completion", "show_completion")
"""Without a value they are converted, for which Typer imports pydantic: `--help` would wait."""


def main() -> None:
    """Run the program: the console script ``regoose``."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    sys.exit(run(sys.argv[1:]))


def run(arguments: Sequence[str], doors: Doors | None = None) -> int:
    """Run one command and return its exit code; every error that ends it is printed here."""
    try:
        ended = build_cli(doors)(args=list(arguments), prog_name="regoose", standalone_mode=False)
    except typer.TyperException as error:
        return _print_misuse(error)
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
    return ended if isinstance(ended, int) else 0


def _print_misuse(error: typer.TyperException) -> int:
    """Say what Typer could not make sense of, as our own errors are said."""
    message = error.format_message()
    if message.startswith("Usage: "):  # nothing was given: it is the help
        typer.echo(message, err=True)
        return UsageError.exit_code
    possible = getattr(error, "possibilities", None)
    if possible:
        message = f"{error.message}. Did you mean {nearest(error.message, possible)}?"
    context: typer.Context | None = getattr(error, "ctx", None)
    usage = f"{context.get_usage()}\nTry {context.command_path} --help." if context else ""
    _print_error(message, usage)
    return UsageError.exit_code


def build_cli(doors: Doors | None = None) -> typer.Typer:
    """Build the program with its commands; ``doors`` replaces what they call, for tests."""
    cli = typer.Typer(
        help=HELP,
        no_args_is_help=True,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings={"default_map": dict.fromkeys(_FLAGS_OF_TYPER, False)},
    )
    commands = Commands(doors)
    cli.callback(epilog=examples("regoose"))(_program)
    cli.command(epilog=examples("review"))(with_settings(commands.review))
    cli.command(epilog=examples("compare"))(with_settings(commands.compare))
    cli.command(epilog=examples("harden"))(with_settings(commands.harden))
    cli.command(epilog=examples("explain"))(with_settings(commands.explain, ENVIRONMENT))
    cli.command(epilog=examples("demo"))(commands.demo)
    cli.command(epilog=examples("doctor"))(commands.doctor)
    cli.command(epilog=examples("providers"))(commands.providers)
    cli.command(epilog=examples("schema"))(commands.schema)
    phases = Phases(doors)
    action = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
    action.callback(epilog=examples("action"))(_action)
    action.command(epilog=examples("action prepare"))(phases.prepare)
    action.command(epilog=examples("action review"))(phases.review)
    action.command(epilog=examples("action publish"))(phases.publish)
    cli.add_typer(action, name="action")
    return cli


def _action() -> None:
    """What action.yml starts: prepare, review and publish."""


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
