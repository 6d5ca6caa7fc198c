"""What the commands do once they are parsed: settings, one call of the application, output."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from regoose_ci.action.annotations import annotate
from regoose_ci.assembly.endings import INTERRUPTED as INTERRUPTED_REASON
from regoose_ci.config import NEVER_COMMITTED, FailOn, Settings, variable_name
from regoose_ci.config_sources import load_settings, set_in_env_file
from regoose_ci.console import inert_json, open_screen, print_error, progress
from regoose_ci.demo.repository import DESCRIPTION, TITLE, make_sample_repository
from regoose_ci.domain.candidates import RunRecord
from regoose_ci.domain.diagnosis import Check, Diagnosis
from regoose_ci.domain.report import ReviewReport
from regoose_ci.domain.request import RequestKind, ReviewRequest
from regoose_ci.domain.revisions import Revision
from regoose_ci.errors import InfrastructureError, RepositoryError, UsageError
from regoose_ci.observability.bus import EventBus
from regoose_ci.providers.errors import RecordingError
from regoose_ci.reports.json_report import schema_text, to_json
from regoose_ci.repository.git import GitRepository
from regoose_ci.summary import print_summary, print_verdict
from regoose_ci.temporary import temporary_directory

if TYPE_CHECKING:
    from regoose_ci.assembly.experiment import Experiment

DONE, CONDITION_HOLDS, INTERRUPTED = 0, 1, 130
DEMO_BUDGET = 6.0
_WRONG_USE = frozenset({UsageError.kind, RepositoryError.kind, RecordingError.kind})


@dataclass(frozen=True)
class Target:
    """Which code is looked at; everything else about a session is in the settings."""

    kind: RequestKind
    repository: Path
    base: str | None = None
    head: str | None = None
    worktree: bool = False
    paths: tuple[str, ...] = ()
    packages: tuple[str, str] | None = None


@dataclass(frozen=True)
class Output:
    """What goes to stdout: the summary, only the verdict, or the result as JSON.

    ``annotated`` says that a GitHub Actions runner reads what is printed, and shows behaviour
    changes beside the code.
    """

    as_json: bool = False
    quiet: bool = False
    annotated: bool = False


def _run_session(request: ReviewRequest, settings: Settings, bus: EventBus) -> ReviewReport:
    from regoose_ci import app  # noqa: PLC0415 - `schema` must not wait for it

    return app.run_session(request, settings, bus)


def _diagnose(settings: Settings) -> Diagnosis:
    from regoose_ci import app  # noqa: PLC0415 - `schema` must not wait for it

    return app.diagnose(settings)


def _list_providers(settings: Settings) -> Sequence[Check]:
    from regoose_ci import app  # noqa: PLC0415 - `schema` must not wait for it

    return app.list_providers(settings, os.environ)


def _check_providers(settings: Settings) -> Sequence[Check]:
    from regoose_ci import app  # noqa: PLC0415 - `schema` must not wait for it

    return app.check_providers(settings, os.environ)


def _repeat(experiment: Experiment, settings: Settings) -> Mapping[Revision, RunRecord]:
    from regoose_ci.assembly import repetition  # noqa: PLC0415 - `schema` must not wait for it

    return repetition.repeat(experiment, settings)


def _open_shell(experiment: Experiment, settings: Settings, revision: Revision) -> None:
    from regoose_ci.assembly import repetition  # noqa: PLC0415 - `schema` must not wait for it

    repetition.open_shell(experiment, settings, revision)


@dataclass(frozen=True)
class Doors:
    """What the commands call of the application."""

    run_session: Callable[[ReviewRequest, Settings, EventBus], ReviewReport] = _run_session
    diagnose: Callable[[Settings], Diagnosis] = _diagnose
    list_providers: Callable[[Settings], Sequence[Check]] = _list_providers
    check_providers: Callable[[Settings], Sequence[Check]] = _check_providers
    repeat: Callable[[Experiment, Settings], Mapping[Revision, RunRecord]] = _repeat
    open_shell: Callable[[Experiment, Settings, Revision], None] = _open_shell


def session(target: Target, overrides: Mapping[str, object], output: Output, doors: Doors) -> int:
    """Run one session and print what it found. Returns the exit code."""
    settings = trusted_settings(target.repository, overrides)
    if os.environ.get("GITHUB_ACTIONS") and target.kind is RequestKind.REVIEW:
        output = dataclasses.replace(output, annotated=True)
    return run_request(make_request(target, settings), settings, output, doors)


def trusted_settings(repository: Path, overrides: Mapping[str, object]) -> Settings:
    """Read the settings of a repository whose code is about to be run.

    Raises:
        UsageError: a setting is wrong, or comes from where a change could have put it.
    """
    # A pull request brings its own pyproject.toml, and could bring an .env.
    trusted = not os.environ.get("GITHUB_ACTIONS")
    if trusted:
        _check_env_file(repository)
    return load_settings(repository, overrides, trusted_files=trusted)


def _check_env_file(repository: Path) -> None:
    """Refuse an ``.env`` that is committed and says where keys and code go."""
    decisive = sorted(set_in_env_file(repository) & NEVER_COMMITTED)
    if not decisive:
        return
    try:
        committed = GitRepository.open(repository).read_file("HEAD", ".env")
    except RepositoryError:  # whatever it is, no change to it is reviewed
        return
    if committed is not None:
        raise UsageError(
            f"{variable_name(decisive[0])} stands in a committed .env, so that a change could "
            "set it",
            "Set it in the environment, or take .env out of the repository.",
        )


def compare(
    releases: tuple[str, str], overrides: Mapping[str, object], output: Output, doors: Doors
) -> int:
    """Review the second release of a package against the first. Returns the exit code."""
    packages = parse_releases(releases)
    target = Target(RequestKind.COMPARE, Path.cwd(), packages=packages)
    return session(target, overrides, output, doors)


def demo(overrides: Mapping[str, object], output: Output, doors: Doors) -> int:
    """Review the sample that comes with the distribution. Returns the exit code."""
    with temporary_directory("demo") as directory:
        repository = make_sample_repository(directory / "tillroll")
        values = {"budget": DEMO_BUDGET, "title": TITLE, **overrides}
        settings = load_settings(repository, values, trusted_files=False)
        target = Target(RequestKind.REVIEW, repository, base="main", head="HEAD")
        return run_request(make_request(target, settings, DESCRIPTION), settings, output, doors)


def schema() -> int:
    """Print the JSON Schema of ``report.json``. Returns the exit code."""
    sys.stdout.write(schema_text())
    return DONE


def make_request(target: Target, settings: Settings, description: str = "") -> ReviewRequest:
    """Put together what a session needs, with absolute paths.

    Raises:
        UsageError: The description file cannot be read.
    """
    if settings.description_file is not None:
        description = _read_description(settings.description_file)
    return ReviewRequest(
        kind=target.kind,
        repository=target.repository.absolute(),
        out=settings.out.absolute(),
        base=target.base,
        head=target.head,
        worktree=target.worktree,
        only=settings.only,
        paths=target.paths,
        packages=target.packages,
        title=settings.title,
        description=description,
        python=settings.python.absolute() if settings.python else None,
        requirements=settings.with_,
        env=settings.env,
        budget=settings.budget,
        jobs=settings.jobs,
        require_sandbox=settings.require_sandbox,
    )


def exit_code(report: ReviewReport, fail_on: Sequence[FailOn]) -> int:
    """The exit code of a session: interrupted, ended early, a condition that holds, or done."""
    if report.partial_reason == INTERRUPTED_REASON:
        return INTERRUPTED
    if report.error is not None:
        wrong_use = report.error.kind in _WRONG_USE
        return UsageError.exit_code if wrong_use else InfrastructureError.exit_code
    changes = [change for function in report.functions for change in function.behaviour_changes]
    unintended = any(change.intended == "no" for change in changes)
    holds = ("behaviour-change" in fail_on and changes) or (
        "unintended-change" in fail_on and unintended
    )
    return CONDITION_HOLDS if holds else DONE


def parse_releases(releases: tuple[str, str]) -> tuple[str, str]:
    """Check that both are ``name==version`` of one package.

    Raises:
        UsageError: One is not, or they name different packages.
    """
    base, head = (_parse_release(release) for release in releases)
    if canonicalize_name(base.name) != canonicalize_name(head.name):
        raise UsageError(
            f"{base.name} and {head.name} are different packages",
            "Compare two releases of the same one.",
        )
    return releases


def _parse_release(text: str) -> Requirement:
    wrong = UsageError(
        f"{text!r} is not one release of a package",
        "Write name==version, for example python-slugify==8.0.0.",
    )
    try:
        release = Requirement(text)
    except InvalidRequirement:
        raise wrong from None
    if [pin.operator for pin in release.specifier] != ["=="]:
        raise wrong
    return release


def run_request(request: ReviewRequest, settings: Settings, output: Output, doors: Doors) -> int:
    """Run one session and print what it found. Returns the exit code."""
    bus = EventBus()
    errors = open_screen(sys.stderr)
    with contextlib.nullcontext() if output.quiet else progress(bus, errors):
        report = doors.run_session(request, settings, bus)
    if report.error is not None:
        print_error(errors, report.error.message, report.error.remedy)
    if output.as_json:
        sys.stdout.write(inert_json(to_json(report)))
    elif report.error is not None and not report.functions:
        pass  # the error is all there is to say
    elif output.quiet:
        print_verdict(open_screen(sys.stdout), report)
    else:
        print_summary(open_screen(sys.stdout), report, settings.out)
    if output.annotated and not output.quiet:
        sys.stderr.writelines(f"{line}\n" for line in annotate(report))
    return exit_code(report, settings.fail_on)


def _read_description(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise UsageError(
            f"--description-file {path} cannot be read: {error.strerror}",
            "Name a text file with the description of the change.",
        ) from error
