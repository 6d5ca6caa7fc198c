"""What every phase that talks to GitHub is given."""

from __future__ import annotations

from dataclasses import dataclass

from regoose_ci.action.inputs import ActionSettings
from regoose_ci.action.run import WorkflowRun
from regoose_ci.github import GitHub, StickyComment


@dataclass(frozen=True)
class Phase:
    """The run, the repository on GitHub, and the inputs."""

    run: WorkflowRun
    github: GitHub
    inputs: ActionSettings

    def sticky(self, number: int) -> StickyComment:
        """Our comment in a pull request, seen from this run."""
        return StickyComment(self.github, number, self.run.id)
