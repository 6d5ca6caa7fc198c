from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from regoose_ci.domain.bounds import (
    MAX_FILE_BYTES,
    MAX_TREE_BYTES,
    MAX_TREE_DEPTH,
    MAX_TREE_FILES,
)
from regoose_ci.errors import RepositoryError
from regoose_ci.repository.export import TreeEntry, check_tree
from regoose_ci.repository.git import GitRepository
from regoose_ci.repository.process import GitProcess, OutputTooLargeError
from regoose_ci.repository.worktree import read_worktree_file


def test_opens_from_a_subdirectory(project):
    project.write("pkg/b.py", "x = 1\n")
    assert GitRepository.open(project.path / "pkg").root == project.path


def test_says_when_the_path_is_no_repository(tmp_path):
    with pytest.raises(RepositoryError, match="is not a git repository") as caught:
        GitRepository.open(tmp_path)
    assert caught.value.remedy
    assert caught.value.exit_code == 2


def test_says_when_the_path_does_not_exist(tmp_path):
    with pytest.raises(RepositoryError, match="is not a directory"):
        GitRepository.open(tmp_path / "missing")


def test_says_when_git_is_missing(project, monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(RepositoryError, match="git is not installed"):
        GitRepository.open(project.path)


def test_defaults_to_the_merge_base_with_main(project):
    start = project.git("rev-parse", "HEAD")
    project.git("checkout", "-q", "-b", "topic")
    project.write("a.py", "def f():\n    return 2\n")
    topic = project.commit()
    project.git("checkout", "-q", "main")
    project.write("other.py", "")
    project.commit()
    revisions = GitRepository.open(project.path).resolve_range(None, "topic")
    assert (revisions.base_sha, revisions.head_sha) == (start, topic)


def test_on_the_default_branch_the_base_is_the_first_parent(project):
    start = project.git("rev-parse", "HEAD")
    project.commit("Second")
    assert GitRepository.open(project.path).resolve_range(None, None).base_sha == start


def test_a_lone_commit_needs_a_base(project):
    with pytest.raises(RepositoryError, match="its parent is not in this repository"):
        GitRepository.open(project.path).resolve_range(None, None)


def test_without_a_default_branch_a_base_is_asked_for(project):
    project.git("branch", "-m", "trunk")
    with pytest.raises(RepositoryError, match="no default branch") as caught:
        GitRepository.open(project.path).resolve_range(None, None)
    assert "--base" in caught.value.remedy


def test_base_equal_to_head_is_empty(project):
    assert GitRepository.open(project.path).resolve_range("HEAD", "HEAD").is_empty


@pytest.mark.parametrize("reference", ["nowhere", "--upload-pack=x", "HEAD:a.py"])
def test_names_an_unknown_reference(project, reference):
    with pytest.raises(RepositoryError, match="is not a commit") as caught:
        GitRepository.open(project.path).resolve_range(reference, None)
    assert reference in caught.value.message
    assert "git fetch" in caught.value.remedy


def test_finds_a_branch_that_only_the_remote_has(project, tmp_path):
    project.git("branch", "feature")
    subprocess.run(["git", "clone", "-q", str(project.path), str(tmp_path / "clone")], check=True)
    repository = GitRepository.open(tmp_path / "clone")
    assert repository.resolve_range("feature", None).is_empty


def test_unrelated_histories(project):
    project.git("checkout", "-q", "--orphan", "other")
    project.commit("Unrelated")
    with pytest.raises(RepositoryError, match="no common history"):
        GitRepository.open(project.path).resolve_range("main", "other")


def test_shallow_clone_without_the_merge_base(project, tmp_path):
    project.git("checkout", "-q", "-b", "topic")
    project.commit("Topic")
    project.git("checkout", "-q", "main")
    project.commit("Main")
    clone = tmp_path / "clone"
    subprocess.run(
        ["git", "clone", "-q", "--depth=1", "--no-single-branch", project.path.as_uri(), clone],
        check=True,
    )
    with pytest.raises(RepositoryError, match="shallow clone") as caught:
        GitRepository.open(clone).resolve_range("main", "topic")
    assert "--unshallow" in caught.value.remedy
    assert "fetch-depth: 0" in caught.value.remedy


def test_diff_holds_python_files_only_but_all_paths_are_listed(project):
    project.write("a.py", "def f():\n    return 2\n")
    project.write("notes with space.txt", "x\n")
    project.write("notebook.ipynb", "{}\n")
    project.commit()
    repository = GitRepository.open(project.path)
    revisions = repository.resolve_range(None, None)
    assert "note" not in repository.diff(revisions)
    assert "+    return 2" in repository.diff(revisions)
    assert repository.changed_paths(revisions) == (
        "a.py", "notebook.ipynb", "notes with space.txt",
    )  # fmt: skip


def test_repository_configuration_runs_nothing(project, tmp_path):
    marker = tmp_path / "ran"
    program = tmp_path / "program"
    program.write_text(f"#!/bin/sh\ntouch {marker}\ncat\n")
    program.chmod(0o755)
    project.write(".gitattributes", "*.py filter=evil diff=evil\n")
    project.write("a.py", "def f():\n    return 2\n")
    project.commit()
    project.write("a.py", "def f():\n    return 3\n")
    for key in ("filter.evil.clean", "filter.evil.smudge", "diff.evil.textconv"):
        project.git("config", key, str(program))
    project.git("config", "filter.evil.required", "true")
    project.git("config", "diff.evil.command", str(program))
    project.git("config", "diff.external", str(program))
    project.git("config", "core.fsmonitor", str(program))
    repository = GitRepository.open(project.path)
    committed = repository.resolve_range(None, None)
    dirty = repository.resolve_worktree(None)
    assert "+    return 2" in repository.diff(committed)
    assert "+    return 3" in repository.diff(dirty)
    repository.export_tree(committed.head_sha, tmp_path / "tree")
    repository.export_tree(dirty.head_sha, tmp_path / "dirty")
    assert not marker.exists()


def test_attributes_cannot_hide_a_change(project):
    project.write(".gitattributes", "*.py -diff\n")
    project.write("a.py", "def f():\n    return 2\n")
    project.commit()
    repository = GitRepository.open(project.path)
    assert "+    return 2" in repository.diff(repository.resolve_range(None, None))


def test_reads_files_of_a_revision(project):
    project.write("déjà vu.py", "x = 1\n")
    sha = project.commit()
    repository = GitRepository.open(project.path)
    assert repository.list_files(sha) == ("a.py", "déjà vu.py")
    assert repository.read_file(sha, "déjà vu.py") == b"x = 1\n"
    assert repository.read_file(sha, "missing.py") is None
    assert set(repository.read_files(sha, ["a.py", "missing.py"])) == {"a.py"}


def test_a_bare_repository_works(project, tmp_path):
    project.commit("Second")
    bare = tmp_path / "bare.git"
    subprocess.run(["git", "clone", "-q", "--bare", str(project.path), str(bare)], check=True)
    repository = GitRepository.open(bare)
    revisions = repository.resolve_range(None, None)
    assert repository.list_files(revisions.head_sha) == ("a.py",)
    with pytest.raises(RepositoryError, match="bare"):
        repository.resolve_worktree(None)


def test_the_work_tree_is_a_revision(project, tmp_path):
    project.write(".gitignore", "*.log\n")
    project.commit()
    project.write("a.py", "def f():\n    return 3\n")
    project.write("new.py", 'def g():\n    return "x"')
    project.write("debug.log", "noise")
    repository = GitRepository.open(project.path)
    revisions = repository.resolve_worktree(None)
    assert revisions.head_sha == f"{revisions.base_sha}-worktree"
    assert not revisions.is_empty
    diff = repository.diff(revisions)
    assert "+    return 3" in diff
    assert "+++ b/new.py\n@@ -0,0 +1,2 @@\n" in diff
    assert repository.changed_paths(revisions) == ("a.py", "new.py")
    assert repository.read_file(revisions.head_sha, "a.py") == b"def f():\n    return 3\n"
    repository.export_tree(revisions.head_sha, tmp_path / "tree")
    assert sorted(p.name for p in (tmp_path / "tree").iterdir()) == [".gitignore", "a.py", "new.py"]


def test_the_message_has_a_title_and_a_body(project):
    sha = project.commit("Fix naïve parsing\n\nIt was wrong.\n")
    assert GitRepository.open(project.path).message(sha) == ("Fix naïve parsing", "It was wrong.")


def test_export_is_as_committed(project, tmp_path):
    project.write(".gitattributes", "*.txt eol=crlf\nsecret.txt export-ignore\n")
    project.write("secret.txt", "a\n")
    project.write("bin/run", "#!/bin/sh\n")
    (project.path / "bin/run").chmod(0o700)
    sha = project.commit()
    tree = tmp_path / "tree"
    GitRepository.open(project.path).export_tree(sha, tree)
    assert (tree / "secret.txt").read_bytes() == b"a\n"
    assert (tree / "secret.txt").stat().st_mode & 0o777 == 0o644
    assert (tree / "bin/run").stat().st_mode & 0o777 == 0o755
    assert not (tree / ".git").exists()


def test_export_drops_links_that_leave_the_tree(project, tmp_path):
    (project.path / "s").mkdir()
    for name, target in {
        "good": "a.py",
        "absolute": "/etc/passwd",
        "up": "../outside",
        "s/here": "..",
        "sly": "s/here/../outside",
        "loop": "loop",
        "endless": "a/" * 2_000,
    }.items():
        (project.path / name).symlink_to(target)
    sha = project.commit()
    tree = tmp_path / "tree"
    GitRepository.open(project.path).export_tree(sha, tree)
    links = {p.relative_to(tree).as_posix() for p in tree.rglob("*") if p.is_symlink()}
    assert links == {"good", "s/here", "loop"}


@pytest.mark.parametrize(
    ("entries", "told"),
    [
        ([TreeEntry("a", "100644", "", MAX_TREE_BYTES + 1)], "536,870,913 bytes"),
        ([TreeEntry("a", "100644", "", 0)] * (MAX_TREE_FILES + 1), "100,001 files"),
        ([TreeEntry("d/" * (MAX_TREE_DEPTH + 1) + "a", "100644", "", 0)], "101 directories deep"),
        ([TreeEntry("d/" + "é" * 128, "100644", "", 0)], "a name of 256 bytes"),
        ([TreeEntry("/".join(["d" * 250] * 12), "100644", "", 0)], "a path of 3,011 bytes"),
    ],
)
def test_a_tree_over_a_limit_is_refused(entries, told):
    with pytest.raises(RepositoryError, match=f"{told}, more than the limit of"):
        check_tree(entries)


def test_a_tree_at_the_limits_is_not_refused():
    entries = [TreeEntry("d/" * MAX_TREE_DEPTH + "a", "100644", "", MAX_TREE_BYTES)]
    check_tree(entries + [TreeEntry("a", "100644", "", 0)] * (MAX_TREE_FILES - 1))


def test_what_a_sparse_checkout_leaves_out_is_part_of_the_work_tree(project, tmp_path):
    project.write("here/a.py", "x = 1\n")
    project.write("aside/b.py", "x = 2\n")
    project.commit()
    project.git("sparse-checkout", "set", "here")
    project.write("here/a.py", "x = 3\n")
    repository = GitRepository.open(project.path)
    head = repository.resolve_worktree(None).head_sha
    assert repository.list_files(head) == ("a.py", "aside/b.py", "here/a.py")
    found = repository.read_files(head, ("aside/b.py", "here/a.py"))
    assert found == {"aside/b.py": b"x = 2\n", "here/a.py": b"x = 3\n"}
    repository.export_tree(head, tmp_path / "tree")
    assert (tmp_path / "tree/aside/b.py").read_bytes() == b"x = 2\n"
    assert (tmp_path / "tree/here/a.py").read_bytes() == b"x = 3\n"


def test_a_linked_work_tree_has_a_branch_and_changes_of_its_own(project, tmp_path):
    start = project.git("rev-parse", "HEAD")
    linked = tmp_path / "linked"
    project.git("worktree", "add", "-q", "-b", "topic", str(linked))
    (linked / "a.py").write_text("def f():\n    return 2\n")
    subprocess.run(["git", "-C", linked, "-c", "user.name=A", "-c", "user.email=a@x", "commit",
                    "-qam", "Topic"], check=True)  # fmt: skip
    (linked / "a.py").write_text("def f():\n    return 3\n")
    repository = GitRepository.open(linked)
    assert repository.resolve_range(None, None).base_sha == start
    assert "+    return 2" in repository.diff(repository.resolve_range(None, None))
    assert "+    return 3" in repository.diff(repository.resolve_worktree(None))


def test_a_submodule_is_left_out_and_what_is_beside_it_is_not(project, tmp_path):
    project.git("clone", "-q", ".", "libs/sub")
    project.git("-c", "protocol.file.allow=always", "submodule", "add", "-q", "./", "libs/sub")
    sha = project.commit()
    repository = GitRepository.open(project.path)
    revisions = repository.resolve_range(None, None)
    assert repository.diff(revisions) == ""
    assert repository.list_files(sha) == (".gitmodules", "a.py")
    for revision in (sha, f"{sha}-worktree"):
        tree = tmp_path / revision
        repository.export_tree(revision, tree)
        assert sorted(p.name for p in tree.rglob("*")) == [".gitmodules", "a.py"]


def test_a_file_that_cannot_be_read_is_named():
    with pytest.raises(RepositoryError, match="mem cannot be read: Input/output error"):
        read_worktree_file(Path("/proc/self"), "mem", max_bytes=9)


def test_files_that_are_too_large_are_left_out_of_many_and_read_alone(project):
    project.write("b.py", "#" * 100)
    head = project.commit()
    repository = GitRepository.open(project.path)
    for revision in (head, f"{head}-worktree"):
        assert list(repository.read_files(revision, ("a.py", "b.py"), max_bytes=99)) == ["a.py"]
        assert repository.read_file(revision, "b.py") == b"#" * 100


def test_a_new_file_that_is_too_large_is_in_the_diff_by_its_name(project):
    project.write("big.py", "#" * (MAX_FILE_BYTES + 1))
    repository = GitRepository.open(project.path)
    diff = repository.diff(repository.resolve_worktree(None))
    assert diff == "diff --git a/big.py b/big.py\nnew file mode 100644\n"


def test_output_of_git_is_bounded(project):
    git = GitProcess(project.path)
    assert git.run("cat-file", "blob", "HEAD:a.py", max_bytes=22) == b"def f():\n    return 1\n"
    with pytest.raises(OutputTooLargeError, match="git cat-file printed more than 21 bytes"):
        git.run("cat-file", "blob", "HEAD:a.py", max_bytes=21)


def test_a_missing_object_is_said(project, tmp_path):
    sha = project.git("rev-parse", "HEAD")
    blob = project.git("rev-parse", "HEAD:a.py")
    repository = GitRepository.open(project.path)
    repository.list_files(sha)
    shutil.rmtree(project.path / ".git/objects" / blob[:2])
    with pytest.raises(RepositoryError, match="missing"):
        repository.read_file(sha, "a.py")


def test_a_repository_of_another_user_is_read(project):
    if Path("/proc/self").stat().st_uid != 0:
        pytest.skip("changing a file's owner needs root")
    subprocess.run(["chown", "-R", "12345", str(project.path)], check=True)
    assert GitRepository.open(project.path).resolve_range("HEAD", "HEAD").is_empty
