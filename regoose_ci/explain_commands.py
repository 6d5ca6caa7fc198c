"""What ``regoose explain`` does: find it in a report, show it, run it again, open a shell on it."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from regoose_ci.assembly.experiment import (
    TEST_FILE,
    Experiment,
    check_commits,
    function_of,
    request_for,
    shas_of,
)
from regoose_ci.commands import DONE, Doors, trusted_settings
from regoose_ci.config import Settings
from regoose_ci.console import NOTE_STYLE, inert_json, open_screen, print_error
from regoose_ci.demo.repository import make_sample_repository
from regoose_ci.domain.candidates import RunRecord
from regoose_ci.domain.report import BehaviourChangeReport, ReviewReport
from regoose_ci.domain.report_files import REPORT
from regoose_ci.domain.revisions import Revision
from regoose_ci.errors import RepositoryError, UsageError
from regoose_ci.explanation_view import print_explanation
from regoose_ci.reports.directory import Reported, read_directory
from regoose_ci.reports.explained import Explained, RepeatedRun, expected_outcomes, explained
from regoose_ci.reports.explanation import Subject, find, subjects
from regoose_ci.temporary import temporary_directory

_LISTED = 20
_LONGEST_DETAIL = 600


@dataclass(frozen=True)
class Wanted:
    """What is to be explained, and what is to be done besides."""

    id: str
    report: Path
    repository: Path
    run: bool = False
    shell: Revision | None = None
    as_json: bool = False


def explain(wanted: Wanted, overrides: Mapping[str, object], doors: Doors) -> int:
    """Tell all about one behaviour change or test. Returns the exit code.

    Raises:
        RegooseError: there is no such report or id, or what was asked for cannot be run.
    """
    if wanted.shell and not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UsageError(
            "--shell needs a terminal, and this is none",
            "Start it in a terminal, or run the test again without one: --run.",
        )
    reported = _read(wanted.report)
    subject = _one(reported.report, wanted.id)
    found = explained(reported.report, reported.tests, subject, _options(wanted))
    with _place(reported.report, wanted.repository) as (place, problem):
        if problem is not None:
            return _without_repository(wanted, found, problem)
        if not wanted.run and wanted.shell is None:
            _show(wanted, found)
            return DONE
        settings = trusted_settings(place, overrides)
        experiment = _experiment(reported.report, subject, found, place, settings)
        if wanted.shell is not None:
            return _open_shell(wanted.shell, experiment, settings, doors)
        try:
            runs = _run(subject, experiment, settings, doors)
        except RepositoryError as error:  # as where a work tree is another one by now
            return _without_repository(wanted, found, error)
        _show(wanted, found.model_copy(update={"runs": runs}))
        return DONE


def _read(directory: Path) -> Reported:
    reported = read_directory(directory)
    if reported is None:
        raise UsageError(
            f"there is no {REPORT} in {directory}",
            "Run regoose review first, or name a report directory: --report DIR.",
        )
    return reported


def _one(report: ReviewReport, identity: str) -> Subject:
    found = find(report, identity)
    if len(found) == 1:
        return found[0]
    known = subjects(report)
    if not known:
        raise UsageError(
            f"{identity!r} cannot be explained: the report has no behaviour change and no test",
            "Its report.html tells why.",
        )
    if found:
        raise UsageError(f"{identity!r} may mean {len(found)} things", _listed(found))
    raise UsageError(f"{identity!r} is no id of this report", f"There are:\n{_listed(known)}")


def _listed(found: Sequence[Subject]) -> str:
    lines = [_line(subject) for subject in found[:_LISTED]]
    if len(found) > _LISTED:
        lines.append(f"… and {len(found) - _LISTED} more in its {REPORT}")
    return "\n".join(lines)


def _line(subject: Subject) -> str:
    is_change = isinstance(subject.about, BehaviourChangeReport)
    return f"{subject.id}  {subject.title}" if is_change else subject.id


def _options(wanted: Wanted) -> tuple[str, ...]:
    report = () if wanted.report == Path("regoose-report") else ("--report", str(wanted.report))
    here = wanted.repository == Path()
    return report if here else (*report, "--repository", str(wanted.repository))


@contextlib.contextmanager
def _place(report: ReviewReport, repository: Path) -> Iterator[tuple[Path, RepositoryError | None]]:
    """Where the report's commits are: in the repository, or in the demo's sample, made again."""
    try:
        check_commits(report, repository)
    except RepositoryError as error:
        problem = error
    else:
        yield repository, None
        return
    with temporary_directory("demo") as directory:
        sample = make_sample_repository(directory / "tillroll")
        try:
            check_commits(report, sample)
        except RepositoryError:
            yield repository, problem
        else:
            yield sample, None


def _without_repository(wanted: Wanted, found: Explained, problem: RepositoryError) -> int:
    """Show what the report has, and say what is missing for more."""
    _show(wanted, found.model_copy(update={"problem": f"{problem.message}. {problem.remedy}"}))
    print_error(open_screen(sys.stderr), problem.message, problem.remedy)
    return problem.exit_code


def _show(wanted: Wanted, found: Explained) -> None:
    if wanted.as_json:
        sys.stdout.write(inert_json(f"{found.model_dump_json(indent=2)}\n"))
    else:
        print_explanation(open_screen(sys.stdout), found)


def _experiment(
    report: ReviewReport, subject: Subject, found: Explained, place: Path, settings: Settings
) -> Experiment:
    if not found.test.node:
        name = found.test.file or "its test"
        raise UsageError(
            f"{name} is not in the report directory, so that nothing can be run",
            "Name the whole report directory, with its tests: --report DIR.",
        )
    return Experiment(
        request_for(report, place, settings),
        shas_of(report),
        function_of(subject.function),
        found.test.node,
        found.test.source,
    )


def _run(
    subject: Subject, experiment: Experiment, settings: Settings, doors: Doors
) -> tuple[RepeatedRun, ...]:
    open_screen(sys.stderr).line(("preparing base and head …", NOTE_STYLE))
    records = doors.repeat(experiment, settings)
    expected = expected_outcomes(subject)
    return tuple(
        _run_of(revision, records[revision], expected[revision.value], experiment)
        for revision in Revision
        if revision in records
    )


def _run_of(
    revision: Revision, record: RunRecord, expected: tuple[str, ...], experiment: Experiment
) -> RepeatedRun:
    source = experiment.function.head if revision is Revision.HEAD else experiment.function.base
    lines = (record.covered_lines or {}).get(source.path, frozenset()) if source else frozenset()
    return RepeatedRun.model_validate(
        {
            "revision": revision.value,
            "outcome": record.outcome.value,
            "expected": expected,
            "detail": record.detail[-_LONGEST_DETAIL:],
            "lines": tuple(sorted(lines)),
        }
    )


def _open_shell(
    revision: Revision, experiment: Experiment, settings: Settings, doors: Doors
) -> int:
    if revision not in experiment.shas:
        raise UsageError("this report has no base: it is of regoose harden", "Use --revision head.")
    screen = open_screen(sys.stderr)
    sha = experiment.shas[revision][:10]
    screen.line(f"Preparing {revision.value} ({sha}). Nothing you do in there is kept. The test:")
    screen.line(f"  python -m pytest --noconftest -c /dev/null {TEST_FILE}")
    doors.open_shell(experiment, settings, revision)
    return DONE
