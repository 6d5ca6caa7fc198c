from __future__ import annotations

import zipfile
from dataclasses import dataclass, field
from pathlib import Path

import anyio
import pytest

from regoose_ci.environments.base import BuildCommand, BuildResult
from regoose_ci.environments.set_up import SetUp

LINES = "make names\necho done"


@dataclass
class FakeSandbox:
    """Ends as it is told and leaves ``files`` as what the lines made; None for no archive."""

    ended: BuildResult
    files: dict[str, str] | None = field(default_factory=dict)
    commands: list[BuildCommand] = field(default_factory=list)

    async def run(
        self,
        build: BuildCommand,
        result: Path,
        timeout: float,  # noqa: ASYNC109 - the port's
    ) -> BuildResult:
        assert build.source.is_file()
        assert timeout > 0
        self.commands.append(build)
        self._leave(result)
        return self.ended

    def _leave(self, result: Path) -> None:
        if self.files is None:
            result.write_text("no archive")
            return
        with zipfile.ZipFile(result, "w") as archive:
            for name, text in self.files.items():
                archive.writestr(name, text)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    directory = tmp_path / "tree"
    directory.mkdir()
    (directory / "app.py").write_text("committed")
    (directory / "out").symlink_to(tmp_path)
    return directory


def set_up(tree: Path, sandbox: FakeSandbox, lines: str = LINES) -> tuple[str, ...]:
    sites = (Path("/cache/one"), Path("/cache/two"))
    python = "/opt/python/bin/python3.12"
    return anyio.run(SetUp(lines, sandbox, python, sites, tree.parent).run, tree)


def test_files_that_the_lines_add_are_taken_and_committed_ones_stay(tree: Path) -> None:
    made = {"app.py": "other", "gen/names.py": "x = 1", "../e.py": "", "out/e.py": "", "/e.py": ""}
    sandbox = FakeSandbox(BuildResult(0, ""), made)

    assert set_up(tree, sandbox) == ()
    assert (tree / "app.py").read_text() == "committed"
    assert (tree / "gen/names.py").read_text() == "x = 1"
    assert not list(tree.parent.glob("e.py"))


def test_the_lines_find_the_projects_packages_and_its_python(tree: Path) -> None:
    sandbox = FakeSandbox(BuildResult(0, ""))
    set_up(tree, sandbox)

    (command,) = sandbox.commands
    assert command.argv[-1] == LINES
    assert [(str(m.host), m.guest) for m in command.mounts] == [
        ("/cache/one", "/opt/set-up0"), ("/cache/two", "/opt/set-up1"),
    ]  # fmt: skip
    assert command.env["PYTHONPATH"] == "/opt/set-up0:/opt/set-up1"
    assert command.env["PATH"].split(":")[2:] == ["/opt/python/bin", "/usr/bin", "/bin"]


@pytest.mark.parametrize(
    ("ended", "sentence"),
    [
        (BuildResult(2, "a\nno rule\n"), "The set-up lines failed with 2: no rule."),
        (BuildResult(None, "too slow"), "The set-up lines were ended: too slow."),
    ],
)
def test_lines_that_fail_leave_the_tree_and_say_why(
    tree: Path, ended: BuildResult, sentence: str
) -> None:
    assert set_up(tree, FakeSandbox(ended, {"new.py": ""})) == (sentence,)
    assert not (tree / "new.py").exists()


def test_what_is_no_archive_is_not_taken_over(tree: Path) -> None:
    (sentence,) = set_up(tree, FakeSandbox(BuildResult(0, ""), None))
    assert sentence.startswith("What the set-up lines made was not taken over: ")


def test_without_lines_nothing_is_started(tree: Path) -> None:
    sandbox = FakeSandbox(BuildResult(0, ""))
    assert set_up(tree, sandbox, " \n") == ()
    assert sandbox.commands == []
