# ruff: noqa: ARG002 - fakes have the signatures of the ports they stand for
from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import anyio
import pytest

from regoose_ci.environments.base import InstallResult, Wanted
from regoose_ci.environments.builder import (
    MAX_TRIES,
    BuiltEnvironment,
    EnvironmentPlan,
    build_environment,
)
from regoose_ci.environments.interpreter import Interpreter
from regoose_ci.errors import EnvironmentBuildError

PYTHON = Interpreter((3, 11), Path("/usr"), Path(sys.executable), (), "system")


class FakeInstaller:
    """Installs a file per requirement; ``impossible`` ones fail, alone or with others."""

    def __init__(self, *impossible: str) -> None:
        self.impossible = impossible
        self.installs = 0
        self.resolves = 0
        self.cause = "Because {}\n  is not there."

    async def install(
        self,
        interpreter: Interpreter,
        wanted: Wanted,
        target: Path,
        options: Sequence[str] = (),
    ) -> InstallResult:
        self.installs += 1
        result = await self.resolve(interpreter, wanted)
        if result.exit_code == 0:
            for requirement in wanted.requirements:
                (target / requirement).touch()
        return result

    async def resolve(self, interpreter: Interpreter, wanted: Wanted) -> InstallResult:
        self.resolves += 1
        asked = (*wanted.requirements, *wanted.pins)
        failing = [r for r in asked if r in self.impossible]
        if failing:
            return InstallResult(1, f"error: x\n  cause: {self.cause.format(failing[0])}")
        return InstallResult(0, "")


def build(plan: EnvironmentPlan, installer: FakeInstaller, cache: Path) -> BuiltEnvironment:
    return anyio.run(build_environment, plan, installer, cache)


def installed(environment: BuiltEnvironment) -> list[str]:
    return sorted(p.name for directory in environment.site_dirs for p in directory.iterdir())


def test_everything_is_installed_where_it_resolves(tmp_path: Path) -> None:
    plan = EnvironmentPlan(PYTHON, ("six",), ("pretend",))

    built = build(plan, FakeInstaller(), tmp_path)

    assert (installed(built), built.left_out) == (["pretend", "six"], ())


def test_a_project_that_requires_nothing_needs_no_directory(tmp_path: Path) -> None:
    installer = FakeInstaller()

    assert build(EnvironmentPlan(PYTHON, ()), installer, tmp_path) == BuiltEnvironment(())
    assert installer.installs == 0


def test_test_dependencies_that_cannot_be_had_are_left_out_by_name(tmp_path: Path) -> None:
    plan = EnvironmentPlan(PYTHON, ("six",), ("a", "b", "bad", "c", "old==1"))

    built = build(plan, FakeInstaller("bad", "old==1"), tmp_path)

    assert installed(built) == ["a", "b", "c", "old", "six"]
    assert built.left_out == (
        "The test dependency bad is not installed: Because bad is not there.",
        "old==1 is installed in another version: Because old==1 is not there.",
    )


def test_a_second_pin_of_an_installed_test_dependency_is_dropped(tmp_path: Path) -> None:
    plan = EnvironmentPlan(PYTHON, (), ("tool==1", "tool==2"))

    built = build(plan, FakeInstaller("tool==2"), tmp_path)

    assert (installed(built), built.left_out) == (["tool==1"], ())


def test_what_was_left_out_is_still_told_from_the_cache(tmp_path: Path) -> None:
    plan = EnvironmentPlan(PYTHON, (), ("bad",))
    installer = FakeInstaller("bad")

    first = build(plan, installer, tmp_path)
    installs = installer.installs

    assert build(plan, installer, tmp_path) == first
    assert installer.installs == installs


def test_unsatisfiable_dependencies_are_named(tmp_path: Path) -> None:
    plan = EnvironmentPlan(PYTHON, ("six", "bad"), ("pretend",))

    with pytest.raises(EnvironmentBuildError, match="Because bad is not there") as caught:
        build(plan, FakeInstaller("bad"), tmp_path)

    assert "--python PATH" in caught.value.remedy


def test_dependencies_in_versions_that_cannot_be_had_are_taken_in_others(tmp_path: Path) -> None:
    plan = EnvironmentPlan(PYTHON, ("six", "bad==1"), ("pretend",))

    built = build(plan, FakeInstaller("bad==1"), tmp_path)

    assert installed(built) == ["bad", "pretend", "six"]
    assert built.left_out == (
        "The project's dependencies are installed in the versions that go together, not in "
        "those asked for: Because bad==1 is not there.",
    )


def test_what_the_user_asks_for_is_never_taken_in_another_version(tmp_path: Path) -> None:
    plan = EnvironmentPlan(PYTHON, ("six", "bad==1"), firm=("bad==1",))

    with pytest.raises(EnvironmentBuildError, match="Because bad==1 is not there"):
        build(plan, FakeInstaller("bad==1"), tmp_path)


def test_many_old_pins_of_test_dependencies_are_given_up_at_once(tmp_path: Path) -> None:
    tests = tuple(f"tool{n}==1" for n in range(20))
    installer = FakeInstaller(*tests[:12])

    built = build(EnvironmentPlan(PYTHON, ("six",), tests), installer, tmp_path)

    assert installed(built) == sorted(["six", *(f"tool{n}" for n in range(20))])
    (sentence,) = built.left_out
    assert sentence.startswith(
        "20 test dependencies are installed in the versions that go together"
    )
    assert installer.resolves < 8


PINNED = EnvironmentPlan(PYTHON, ("six",), ("pretend",), pins=("six==1",), pinned_by="uv.lock")


def test_pins_that_cannot_be_had_are_given_up_with_a_sentence(tmp_path: Path) -> None:
    built = build(PINNED, FakeInstaller("six==1"), tmp_path)

    assert installed(built) == ["pretend", "six"]
    assert built.left_out == (
        "The versions that uv.lock pins were not used: The project's dependencies cannot be "
        "installed for Python 3.11: Because six==1 is not there.",
    )


def test_pins_are_kept_where_only_a_test_dependency_cannot_be_had(tmp_path: Path) -> None:
    built = build(PINNED, FakeInstaller("pretend"), tmp_path)

    assert installed(built) == ["six"]
    assert built.left_out == (
        "The test dependency pretend is not installed: Because pretend is not there.",
    )


def test_a_file_with_another_hash_is_never_installed(tmp_path: Path) -> None:
    installer = FakeInstaller("six==1")
    installer.cause = "Hash mismatch for `{}`"

    with pytest.raises(EnvironmentBuildError, match=r"other files than uv\.lock names") as caught:
        build(PINNED, installer, tmp_path)

    assert "lock the project anew" in caught.value.remedy
    assert installer.installs == 1


@pytest.mark.parametrize(
    "other",
    [
        replace(EnvironmentPlan(PYTHON, ("six",)), trust="pull-request"),
        replace(EnvironmentPlan(PYTHON, ("six",)), dependencies=("idna",)),
        replace(EnvironmentPlan(PYTHON, ("six",)), interpreter=replace(PYTHON, version=(3, 12))),
        EnvironmentPlan(PYTHON, (), ("six",)),
        replace(EnvironmentPlan(PYTHON, ("six",)), pins=("six==1.16.0",)),
    ],
)
def test_nothing_is_shared_across_what_makes_a_difference(
    tmp_path: Path, other: EnvironmentPlan
) -> None:
    one = build(EnvironmentPlan(PYTHON, ("six",)), FakeInstaller(), tmp_path)

    assert build(other, FakeInstaller(), tmp_path).site_dirs != one.site_dirs


def test_thousands_of_packages_that_are_nowhere_are_not_each_looked_for(tmp_path: Path) -> None:
    names = tuple(f"none-{n}" for n in range(3000))
    installer = FakeInstaller(*names)

    built = build(EnvironmentPlan(PYTHON, ("six",), names), installer, tmp_path)

    assert installed(built) == ["six"]
    assert installer.resolves < MAX_TRIES + 20
    assert built.left_out[-1].endswith(" more test dependencies were not tried.")
