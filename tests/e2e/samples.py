"""Small modules with one change each, reviewed together as one repository."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from regoose_ci.domain.report import FunctionReport
from tests.e2e.program import Ended, Program
from tests.e2e.project import Project

PACKAGE = "things"
SETTINGS = '[project]\nname = "things"\nversion = "1"\nrequires-python = ">=3.10"\n'


@dataclass(frozen=True)
class Sample:
    """One module: its text, what a change replaces in it by what, and the tests that are there."""

    text: str
    old: str
    new: str
    tests: str = ""


@dataclass(frozen=True)
class Reviewed:
    """A repository of samples, and what one review of it said."""

    project: Project
    ended: Ended

    def functions(self, sample: str) -> list[FunctionReport]:
        """The functions of a sample that the report tells of."""
        path = f"{PACKAGE}/{sample}.py"
        return [f for f in self.ended.report.functions if f.path == path]

    def function(self, sample: str) -> FunctionReport:
        """The only one of them."""
        (found,) = self.functions(sample)
        return found


def review_samples(
    place: Path, samples: Mapping[str, Sample], budget: int, dependencies: str = ""
) -> Reviewed:
    """Make a repository in which a branch changes every sample, and review it."""
    project = Project(place / "repository")
    project.write({"pyproject.toml": SETTINGS + dependencies, f"{PACKAGE}/__init__.py": ""})
    for name, sample in samples.items():
        project.write({f"{PACKAGE}/{name}.py": sample.text})
        if sample.tests:
            project.write({f"tests/test_{name}.py": sample.tests})
    project.commit("Start")
    project.git("checkout", "-q", "-b", "topic")
    for name, sample in samples.items():
        path = project.path / PACKAGE / f"{name}.py"
        text = path.read_text()
        assert sample.old in text, name
        path.write_text(text.replace(sample.old, sample.new))
    project.commit("Change things")
    program = Program(place)
    ended = program.run("review", "--budget", str(budget), cwd=project.path)
    program.assert_nothing_left()
    return Reviewed(project, ended)
