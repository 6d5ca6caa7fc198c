# ruff: noqa: ARG002, ASYNC109, ASYNC240 - fakes have the signatures of the ports they stand for
from __future__ import annotations

import json
import sys
import tarfile
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from importlib.metadata import distributions
from pathlib import Path
from typing import Any

import anyio
import pytest

from regoose_ci.environments.base import BuildCommand, BuildResult, InstallResult, Wanted
from regoose_ci.environments.interpreter import Interpreter
from regoose_ci.environments.project import PreparedTree, prepare_project
from regoose_ci.environments.project_build import ProjectBuilder
from regoose_ci.environments.project_files import EntryPoint, ProjectRequirements, VersionFile

PYTHON = Interpreter((3, 11), Path("/usr"), Path(sys.executable), (), "system")
PYTHON_312 = replace(PYTHON, version=(3, 12))
COMPILED = ProjectRequirements(
    distribution_name="sample",
    build_requires=("setuptools",),
    build_backend="setuptools.build_meta",
    compiled=True,
)


class FakeInstaller:
    """Says yes to all but what is missing, and remembers what was asked for."""

    def __init__(self, *missing: str) -> None:
        self.missing = set(missing)
        self.asked: list[tuple[str, ...]] = []

    async def install(
        self,
        interpreter: Interpreter,
        wanted: Wanted,
        target: Path,
        options: Sequence[str] = (),
    ) -> InstallResult:
        self.asked.append(wanted.requirements)
        return await self.resolve(interpreter, wanted)

    async def resolve(self, interpreter: Interpreter, wanted: Wanted) -> InstallResult:
        missing = self.missing.intersection(wanted.requirements)
        if missing:
            return InstallResult(1, f"Because {min(missing)} is not there.")
        return InstallResult(0, "")


class FakeSandbox:
    """Plays a build: gives ``requires`` when asked for them, then calls ``build``."""

    def __init__(self, build: Callable[[Path], BuildResult], requires: object = ()) -> None:
        self.build = build
        self.requires = requires
        self.commands: list[BuildCommand] = []
        self.packed: list[tarfile.TarInfo] = []

    async def run(self, build: BuildCommand, result: Path, timeout: float) -> BuildResult:
        self.commands.append(build)
        with tarfile.open(build.source) as archive:
            self.packed = archive.getmembers()
        if "requires" in build.argv:
            result.write_text(json.dumps(self.requires))
            return BuildResult(0, "")
        return self.build(result)


def build_extension(result: Path) -> BuildResult:
    with zipfile.ZipFile(result, "w") as archive:
        archive.writestr("sample/_fast.so", "machine code")
        archive.writestr("sample/__init__.py", "built")
        archive.writestr("sample-1.0.dist-info/METADATA", "Name: sample\nVersion: 1.0\n")
    return BuildResult(0, "")


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    package = tmp_path / "tree" / "src" / "sample"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("committed")
    return tmp_path / "tree"


def prepare(
    tree: Path,
    requirements: ProjectRequirements,
    version: str | None = None,
    builder: ProjectBuilder | None = None,
) -> PreparedTree:
    overlay = tree.parent / "overlay"
    return anyio.run(prepare_project, tree, requirements, overlay, version, builder)


def make_builder(tree: Path, sandbox: FakeSandbox) -> ProjectBuilder:
    return ProjectBuilder(
        sandbox=sandbox,
        installer=FakeInstaller(),
        interpreter=PYTHON,
        guest_python="/opt/python/bin/python3.11",
        cache_dir=tree.parent / "cache",
        scratch=tree.parent / "scratch",
        timeout=7.0,
    )


def test_metadata_and_version_file_of_a_pure_project_are_written_without_a_build(
    tree: Path,
) -> None:
    requirements = ProjectRequirements(
        distribution_name="Sample.Project",
        dependencies=("idna>=2",),
        version_files=(VersionFile("src/sample/_version.py"),),
        entry_points=(EntryPoint("console_scripts", "sample", "sample.cli:main"),),
    )

    prepared = prepare(tree, requirements, "4.5.dev1")

    assert prepared.import_roots == ("src", ".")
    assert prepared.fallbacks == ()
    assert "'4.5.dev1'" in (tree / "src" / "sample" / "_version.py").read_text()
    (found,) = distributions(path=[str(prepared.overlay)])
    assert (found.metadata["Name"], found.version) == ("Sample.Project", "4.5.dev1")
    assert found.requires == ["idna>=2"]
    assert [e.value for e in found.entry_points] == ["sample.cli:main"]


@pytest.mark.parametrize(
    ("given", "stated", "expected"),
    [("1.5", "1.4", "1.5"), (None, "1.4", "1.4"), (None, None, "0"), ("v?", "1.4", "1.4")],
)
def test_the_nearest_known_version_is_taken(
    tree: Path, given: str | None, stated: str | None, expected: str
) -> None:
    requirements = ProjectRequirements(distribution_name="sample", version=stated)

    prepared = prepare(tree, requirements, given)

    assert [d.version for d in distributions(path=[str(prepared.overlay)])] == [expected]


def test_a_committed_version_file_stays(tree: Path) -> None:
    file = tree / "src" / "sample" / "_version.py"
    file.write_text("committed")

    prepare(tree, ProjectRequirements(version_files=(VersionFile("src/sample/_version.py"),)))

    assert file.read_text() == "committed"


@pytest.mark.parametrize("path", ["../outside", "link/outside", "/outside"])
def test_a_version_file_cannot_be_aimed_outside_the_tree(tree: Path, path: str) -> None:
    (tree / "link").symlink_to(tree.parent)

    prepare(tree, ProjectRequirements(version_files=(VersionFile(path),)))

    assert not (tree.parent / "outside").exists()


def test_a_distribution_name_cannot_be_aimed_outside_the_overlay(tree: Path) -> None:
    prepared = prepare(tree, ProjectRequirements(distribution_name="../../outside"))

    assert list(prepared.overlay.iterdir()) == []


def test_extension_modules_are_added_from_the_wheel(tree: Path) -> None:
    sandbox = FakeSandbox(build_extension, requires=["cython>=3", "own @ file:///etc", 3])
    builder = make_builder(tree, sandbox)

    prepared = prepare(tree, COMPILED, "1.0", builder)

    assert prepared.fallbacks == ()
    assert (tree / "src" / "sample" / "_fast.so").is_file()
    assert (tree / "src" / "sample" / "__init__.py").read_text() == "committed"
    assert [d.version for d in distributions(path=[str(prepared.overlay)])] == ["1.0"]
    assert isinstance(builder.installer, FakeInstaller)
    assert builder.installer.asked == [("setuptools",), ("setuptools", "cython>=3")]
    assert sandbox.commands[-1].env["SETUPTOOLS_SCM_PRETEND_VERSION"] == "1.0"


def fail(result: Path) -> BuildResult:
    return BuildResult(1, "…\nerror: \x1b[31mno compiler\x1b[0m\n\n")


def hang(result: Path) -> BuildResult:
    return BuildResult(None, "…\nnot finished after 7 s")


def eat(result: Path) -> BuildResult:
    return BuildResult(137, "")


def leave_nothing(result: Path) -> BuildResult:
    result.touch()
    return BuildResult(0, "")


@pytest.mark.parametrize(
    ("build", "reason"),
    [
        (fail, "the build failed: error: no compiler"),
        (hang, "the build was ended: not finished after 7 s"),
        (eat, "the build was killed, as it is when it takes too much memory"),
        (leave_nothing, "the build left no wheel"),
    ],
)
def test_a_build_that_fails_falls_back_to_the_tree_and_says_why(
    tree: Path, build: Callable[[Path], BuildResult], reason: str
) -> None:
    prepared = prepare(tree, COMPILED, "1.0", make_builder(tree, FakeSandbox(build)))

    assert prepared.fallbacks == (
        f"The project's extension modules were not built and its tree was used: {reason}.",
    )
    assert [d.version for d in distributions(path=[str(prepared.overlay)])] == ["1.0"]


def test_a_build_backend_is_never_taken_in_another_version(tree: Path) -> None:
    project = replace(COMPILED, build_requires=("setuptools==1",))
    builder = replace(
        make_builder(tree, FakeSandbox(build_extension)), installer=FakeInstaller("setuptools==1")
    )

    prepared = prepare(tree, project, "1.0", builder)

    assert "Because setuptools==1 is not there" in prepared.fallbacks[0]


def test_without_a_sandbox_the_fallback_says_so(tree: Path) -> None:
    prepared = prepare(tree, COMPILED)

    assert "there is no sandbox to build them in" in prepared.fallbacks[0]


def test_an_answer_that_is_no_list_ends_the_build(tree: Path) -> None:
    sandbox = FakeSandbox(build_extension, requires={"not": "a list"})

    prepared = prepare(tree, COMPILED, "1.0", make_builder(tree, sandbox))

    assert "gave no list of requirements" in prepared.fallbacks[0]


def test_links_in_the_tree_are_packed_as_links(tree: Path) -> None:
    secret = tree.parent / "secret"
    secret.write_text("secret")
    (tree / "link").symlink_to(secret)
    sandbox = FakeSandbox(build_extension)

    prepare(tree, COMPILED, "1.0", make_builder(tree, sandbox))

    (link,) = [member for member in sandbox.packed if member.name == "link"]
    assert (link.issym(), link.size) == (True, 0)


def test_a_build_is_kept_for_the_very_tree(tree: Path) -> None:
    sandbox = FakeSandbox(build_extension)
    builder = make_builder(tree, sandbox)

    one = anyio.run(builder.build_wheel, tree, COMPILED, "1.0")
    asked = len(sandbox.commands)
    again = anyio.run(builder.build_wheel, tree, COMPILED, "1.0")
    assert (again, len(sandbox.commands)) == (one, asked)

    (tree / "src" / "sample" / "fast.c").touch()
    assert anyio.run(builder.build_wheel, tree, COMPILED, "1.0") != one


@pytest.mark.parametrize("other", [{"trust": "pull-request"}, {"interpreter": PYTHON_312}])
def test_a_build_is_not_shared_across_what_makes_a_difference(
    tree: Path, other: dict[str, Any]
) -> None:
    sandbox = FakeSandbox(build_extension)
    builder = make_builder(tree, sandbox)

    one = anyio.run(builder.build_wheel, tree, COMPILED, "1.0")

    assert anyio.run(replace(builder, **other).build_wheel, tree, COMPILED, "1.0") != one
    assert anyio.run(builder.build_wheel, tree, COMPILED, "1.1") != one
    assert anyio.run(builder.build_wheel, tree, COMPILED, "1.0") == one
