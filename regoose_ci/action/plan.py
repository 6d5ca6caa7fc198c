"""What the first phase hands to the others: a small file that says what is to be done."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from regoose_ci.errors import InfrastructureError
from regoose_ci.github import RunId
from regoose_ci.github.payload import Number, Sha

PLAN_FILE = "plan.json"
OUTPUTS_FILE = "outputs"
REPOSITORY_DIRECTORY = "repository"
"""Holds one bare repository with the two commits."""
_LARGEST = 1024 * 1024


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    version: Literal[1] = 1


class ReviewPlan(_Part):
    """Review these two commits, then show the result.

    Attributes:
        run_id: The run that reviews.
        run_attempt: Which attempt of it.
        title: Anybody's text.
        description: Anybody's text.
        base_sha: What head grew from.
        head_sha: What is reviewed, whatever the branch holds later.
        only: Functions that a command named; nothing for all.
        ignored: Ids of behaviour changes to leave out.
        command_id: The comment that asked for it, if one did.
        comment_on: The pull request that gets a comment; None where none does.
        notices: Sentences of ours for whoever reads the result.
    """

    task: Literal["review"] = "review"
    run_id: Number
    run_attempt: Number
    title: str
    description: str
    base_sha: Sha
    head_sha: Sha
    only: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()
    command_id: Number | None = None
    comment_on: Number | None
    notices: tuple[str, ...] = ()

    @property
    def run(self) -> RunId:
        """The run that reviews."""
        return RunId(self.run_id, self.run_attempt)


class PublishPlan(_Part):
    """Show what the run of a fork's pull request has found and could not show itself."""

    task: Literal["publish"] = "publish"
    number: Number
    run_id: Number
    run_attempt: Number
    head_sha: Sha

    @property
    def run(self) -> RunId:
        """The run that reviewed, not the one that publishes."""
        return RunId(self.run_id, self.run_attempt)


class DonePlan(_Part):
    """Nothing is left to do; ``reason`` is a sentence."""

    task: Literal["done"] = "done"
    reason: str


Plan = ReviewPlan | PublishPlan | DonePlan
_PLAN: TypeAdapter[Plan] = TypeAdapter(Annotated[Plan, Field(discriminator="task")])


def write_plan(plan: Plan, directory: Path) -> None:
    """Leave the plan for the other phases, and its task for action.yml."""
    directory.mkdir(parents=True, exist_ok=True)
    (directory / OUTPUTS_FILE).write_text(f"task={plan.task}\n", encoding="utf-8")
    (directory / PLAN_FILE).write_text(plan.model_dump_json(indent=2), encoding="utf-8")


def read_plan(directory: Path) -> Plan:
    """Read the plan.

    Raises:
        InfrastructureError: It is missing, too large, or not one of ours.
    """
    try:
        with (directory / PLAN_FILE).open("rb") as file:
            return _PLAN.validate_json(file.read(_LARGEST))
    except (OSError, ValidationError):
        raise InfrastructureError(
            "There is no plan that can be read.", "Look at what the step before this one says."
        ) from None
