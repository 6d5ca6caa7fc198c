"""What ``regoose action …`` does: the three phases of action.yml, each in its own container."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from regoose_ci.action.annotations import notice, warning
from regoose_ci.action.inputs import read_inputs
from regoose_ci.action.phase import Phase
from regoose_ci.action.plan import OUTPUTS_FILE, PLAN_FILE, DonePlan, ReviewPlan, read_plan
from regoose_ci.action.prepare import prepare as prepare_plan
from regoose_ci.action.publish import clear
from regoose_ci.action.publish import publish as publish_plan
from regoose_ci.action.review import base_pyproject, planned_repository, planned_request
from regoose_ci.action.run import check_without_tokens, read_run, read_token
from regoose_ci.assembly.models import missing_for_model
from regoose_ci.commands import DONE, Doors, Output, Target, make_request, run_request
from regoose_ci.config import EMBEDDED
from regoose_ci.config_sources import load_settings
from regoose_ci.domain.request import RequestKind
from regoose_ci.github import GitHubClient, read_event
from regoose_ci.repository.fetch import Remote, fetch_commits

EVENT, PLAN, REPORT = "event.json", "plan", "report"
"""What a phase finds in the directory that it is given."""
SUMMARY = "summary.md"
"""What a phase leaves for action.yml to show, beside the outputs."""


def prepare(given: Path, out: Path) -> int:
    """Turn the event into a plan, and say on the pull request that a review has begun."""
    phase = _phase()
    remote = Remote(phase.run.repository_url, read_token(os.environ).get_secret_value())
    request = read_event(phase.run.event, given / EVENT)
    plan = prepare_plan(phase, request, lambda shas, place: fetch_commits(remote, shas, place), out)
    if isinstance(plan, DonePlan):
        _leave(out, SUMMARY, f"{plan.reason}\n")
        _tell(notice(plan.reason))
    return DONE


def review(given: Path, out: Path, doors: Doors) -> int:
    """Run the session that the plan asks for. Returns its exit code."""
    check_without_tokens(os.environ)
    plan = read_plan(given / PLAN)
    if not isinstance(plan, ReviewPlan):
        return DONE
    repository = planned_repository(given / PLAN)
    pyproject = base_pyproject(repository, plan)
    settings = load_settings(repository, {"out": out}, trusted_files=False, pyproject=pyproject)
    missing = missing_for_model(settings, os.environ)
    if missing:  # as in runs of forks, which get no secrets
        _tell(notice(f"{missing} The embedded generator writes the tests."))
        settings = settings.model_copy(update={"provider": EMBEDDED, "record": None})
    request = make_request(Target(RequestKind.REVIEW, repository), settings)
    return run_request(planned_request(request, plan), settings, Output(), doors)


def publish(given: Path, out: Path, exit_code: int | None) -> int:
    """Show on GitHub what the review found. Returns 0 also where GitHub did not take it."""
    phase = _phase()
    if (given / PLAN / PLAN_FILE).exists():
        published = publish_plan(phase, read_plan(given / PLAN), given / REPORT, exit_code)
    else:
        published = clear(phase, read_event(phase.run.event, given / EVENT))
    _leave(out, SUMMARY, published.summary)
    _leave(out, OUTPUTS_FILE, "".join(f"{n}={value}\n" for n, value in published.outputs.items()))
    for line in published.annotations:
        _tell(line)
    if published.problem:
        _tell(warning(published.problem))
    return DONE


def _phase() -> Phase:
    run, token = read_run(os.environ), read_token(os.environ)
    client = GitHubClient(token, run.repository, api_url=run.api_url, server_url=run.server_url)
    return Phase(run, client, read_inputs())


def _leave(out: Path, name: str, text: str) -> None:
    out.mkdir(parents=True, exist_ok=True)
    (out / name).write_text(text, encoding="utf-8", errors="backslashreplace")


def _tell(line: str) -> None:
    sys.stdout.write(f"{line}\n")
