from __future__ import annotations

from pathlib import Path

from regoose_ci.analysis.diff import parse_diff
from regoose_ci.assembly.sources import GitModules
from regoose_ci.repository.create import Snapshot, create_repository
from regoose_ci.repository.git import GitRepository


def test_lines_of_modules_are_counted_as_python_does_and_names_are_quoted(tmp_path: Path) -> None:
    files = tmp_path / "files"
    files.mkdir()
    (files / 'a"b.py').write_text("x = 1\n\x0c\nNAME = 'a\u2028b'\n")
    create_repository(tmp_path / "made", [Snapshot(files, "Start")], lambda *_: set())
    repository = GitRepository.open(tmp_path / "made")
    head = repository.resolve_range("HEAD", "HEAD").head_sha
    (file,) = parse_diff(GitModules(repository, head, ('a"b.py',)).diff())
    assert (file.base_path, file.head_path) == (None, 'a"b.py')
    assert file.head_lines == {1, 2, 3}
