"""The options that review, compare and harden share, each a field of `Settings`."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping, Sequence
from difflib import SequenceMatcher
from pathlib import Path
from types import GenericAlias
from typing import Annotated, Optional

import typer

from regoose_ci.cli_completion import conditions, providers

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
_FAIL_ON = "behaviour-change or unintended-change: exit with 1; may be repeated."
_OUT = "Report directory. [default: regoose-report]"
OutOption = Annotated[Optional[Path], typer.Option(metavar="DIR", help=_OUT)]

_OPTIONS: tuple[tuple[str, type[object] | GenericAlias, str | None, str], ...] = (
    ("only", list[str], "GLOB|QUALNAME", "Limit the review; may be repeated."),
    ("provider", str, "NAME", "Who writes the tests: embedded or a model's provider."),
    ("model", str, "MODEL", "The provider's model."),
    ("base_url", str, "URL", "URL of the provider's API."),
    ("python", Path, "PATH", "Interpreter or virtual environment to use as it is."),
    ("python_version", str, "3.N", "Version of Python to use, fetched if there is none."),
    ("with_", list[str], "REQ", "Also install this; may be repeated."),
    ("env", list[str], "NAME=VALUE", "Variable for the reviewed code; repeatable."),
    ("title", str, "TEXT", "Title of the change, to judge what was intended."),
    ("description_file", Path, "FILE", "Description of the change."),
    ("budget", float, "SECONDS", "Exploration for the whole review. [default: 60]"),
    ("max_cost", float, "USD", "What language models may cost."),
    ("max_tokens", int, "N", "What language models may use."),
    ("record", Path, "FILE", "Record the session to play it again."),
    ("replay", Path, "FILE", "Play a recorded session; no model."),
    ("jobs", int, "N", "Functions at once. [default: 2]"),
    ("out", Path, "DIR", _OUT),
    ("fail_on", list[str], "CONDITION", _FAIL_ON),
    ("require_sandbox", bool, None, "Whether to end with 3 where no sandbox works. [default: yes]"),
)
"""Field of `Settings`, type, what stands for the value, and help."""
_COMPLETIONS = {"provider": providers, "fail_on": conditions}


def _parameter(
    field: str, kind: type[object] | GenericAlias, metavar: str | None, words: str
) -> inspect.Parameter:
    flags = [f"--{field[:-1]}"] if field.endswith("_") else []
    possible = _COMPLETIONS.get(field)
    option = typer.Option(None, *flags, metavar=metavar, help=words, autocompletion=possible)
    return inspect.Parameter(field, inspect.Parameter.KEYWORD_ONLY, default=option, annotation=kind)


SHARED = {
    field: _parameter(field, kind, metavar, words) for field, kind, metavar, words in _OPTIONS
}


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
