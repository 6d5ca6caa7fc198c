"""The options that review, compare and harden share, each a field of `Settings`."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping, Sequence
from difflib import SequenceMatcher
from pathlib import Path
from typing import Annotated, Optional

import typer

# `Optional` because Typer reads these at run time, on Python 3.10 too.
# ruff: noqa: UP045

_EXAMPLES = {
    "regoose": ("regoose demo", "regoose review --base main", "regoose review --help"),
    "review": (
        "regoose review",
        "regoose review --base v2.1 --head v2.2 --only 'shop/*.py'",
        "regoose review --worktree --with 'numpy>=2' --fail-on unintended-change",
    ),
    "compare": ("regoose compare python-slugify==7.0.0 python-slugify==8.0.0",),
    "harden": ("regoose harden shop/money.py shop/text.py",),
    "explain": (
        "regoose explain 3f2a",
        "regoose explain test_split_bill_of_number --run",
        "regoose explain 3f2a --shell --revision base",
    ),
    "demo": ("regoose demo", "regoose demo --out demo-report"),
    "doctor": ("regoose doctor", "regoose doctor --json > machine.json"),
    "providers": ("regoose providers", "regoose providers --check"),
    "schema": ("regoose schema > report-1.json",),
    "action": ("regoose action prepare in out",),
    "action prepare": ("regoose action prepare in out",),
    "action review": ("regoose action review in out",),
    "action publish": ("regoose action publish in out --code 0",),
}

AsJsonFlag = Annotated[bool, typer.Option("--json", help="Print JSON to stdout.")]
JsonFlag = Annotated[
    bool, typer.Option("--json", help="Print report.json to stdout, progress to stderr.")
]
QuietFlag = Annotated[bool, typer.Option("--quiet", "-q", help="Print the verdict only.")]


OutOption = Annotated[
    Optional[Path],
    typer.Option(metavar="DIR", help="Report directory. [default: regoose-report]"),
]


def _settings(  # the signature is the table of options: one per field of `Settings`
    *,
    only: Annotated[
        Optional[list[str]],
        typer.Option(metavar="GLOB|QUALNAME", help="Limit the review; may be repeated."),
    ] = None,
    provider: Annotated[
        Optional[str],
        typer.Option(metavar="NAME", help="Who writes the tests: embedded or a model's provider."),
    ] = None,
    model: Annotated[
        Optional[str], typer.Option(metavar="MODEL", help="The provider's model.")
    ] = None,
    base_url: Annotated[
        Optional[str], typer.Option(metavar="URL", help="URL of the provider's API.")
    ] = None,
    python: Annotated[
        Optional[Path],
        typer.Option(metavar="PATH", help="Interpreter or virtual environment to use as it is."),
    ] = None,
    python_version: Annotated[
        Optional[str],
        typer.Option(metavar="3.N", help="Version of Python to use, fetched if there is none."),
    ] = None,
    with_: Annotated[
        Optional[list[str]],
        typer.Option("--with", metavar="REQ", help="Also install this; may be repeated."),
    ] = None,
    env: Annotated[
        Optional[list[str]],
        typer.Option(metavar="NAME=VALUE", help="Variable for the reviewed code; repeatable."),
    ] = None,
    title: Annotated[
        Optional[str],
        typer.Option(metavar="TEXT", help="Title of the change, to judge what was intended."),
    ] = None,
    description_file: Annotated[
        Optional[Path], typer.Option(metavar="FILE", help="Description of the change.")
    ] = None,
    budget: Annotated[
        Optional[float],
        typer.Option(metavar="SECONDS", help="Exploration for the whole review. [default: 60]"),
    ] = None,
    max_cost: Annotated[
        Optional[float], typer.Option(metavar="USD", help="What language models may cost.")
    ] = None,
    max_tokens: Annotated[
        Optional[int], typer.Option(metavar="N", help="What language models may use.")
    ] = None,
    record: Annotated[
        Optional[Path], typer.Option(metavar="FILE", help="Record the session to play it again.")
    ] = None,
    replay: Annotated[
        Optional[Path], typer.Option(metavar="FILE", help="Play a recorded session; no model.")
    ] = None,
    jobs: Annotated[
        Optional[int], typer.Option(metavar="N", help="Functions at once. [default: 2]")
    ] = None,
    out: OutOption = None,
    fail_on: Annotated[
        Optional[list[str]],
        typer.Option(
            metavar="CONDITION",
            help="behaviour-change or unintended-change: exit with 1; may be repeated.",
        ),
    ] = None,
    require_sandbox: Annotated[
        Optional[bool],
        typer.Option(help="Whether to end with 3 where no sandbox works. [default: yes]"),
    ] = None,
) -> None:
    """Never called: `with_settings` adds this signature to commands."""


SHARED = inspect.signature(_settings, eval_str=True).parameters


ENVIRONMENT = ("python", "with_", "env")
"""Those that say what the reviewed code runs in."""


def with_settings(
    command: Callable[..., None], names: Sequence[str] = tuple(SHARED)
) -> Callable[..., None]:
    """Add shared options to a command, which gets those that were given as ``overrides``."""
    own = inspect.signature(command, eval_str=True)
    parameters = [p for p in own.parameters.values() if p.name != "overrides"]
    combined = own.replace(parameters=[*parameters, *(SHARED[name] for name in names)])

    @functools.wraps(command)
    def with_overrides(**values: object) -> None:
        command(overrides=_given(values), **_others(values))

    vars(with_overrides)["__signature__"] = combined
    with_overrides.__annotations__ = {p.name: p.annotation for p in combined.parameters.values()}
    return with_overrides


def _given(values: Mapping[str, object]) -> Mapping[str, object]:
    return {n: v for n, v in values.items() if n in SHARED and v is not None and v != []}


def _others(values: Mapping[str, object]) -> Mapping[str, object]:
    return {name: value for name, value in values.items() if name not in SHARED}


def nearest(message: str, possible: Sequence[str]) -> str:
    """Of possible options the one that is most like the last word of a message."""
    typed = message.rpartition(" ")[2]
    likeness = {option: SequenceMatcher(None, typed, option).ratio() for option in possible}
    return max(likeness, key=lambda option: likeness[option])


def examples(command: str) -> str:
    """A command's examples as Click prints them below the options: line by line, as they are."""
    lines = _EXAMPLES[command]
    title = "Example:" if len(lines) == 1 else "Examples:"
    return "\n".join(["\b", title, *(f"  {line}" for line in lines)])
