"""Changes that are too large in one way or another: each refused or left out, and told."""

from __future__ import annotations

from pathlib import Path

import pytest

from regoose_ci.domain.bounds import (
    MAX_FILE_BYTES,
    MAX_FUNCTION_DEPTH,
    MAX_FUNCTION_LINES,
    MAX_TREE_DEPTH,
)
from tests.e2e.program import Program
from tests.e2e.project import Project
from tests.e2e.test_bad_input import assert_refused

LONG = "def long(n):\n" + "    n = n + 1\n" * MAX_FUNCTION_LINES
DEEP = "def deep(n):\n    total = n" + " + n" * MAX_FUNCTION_DEPTH + "\n"
HUGE = f"def huge(n):\n    n += 0x{'f' * 6000}\n"
LINE = "#" * 79 + "\n"
FLOOD = """
    import os
    import stat


    def flood(n):
        for descriptor in range(3, 64):
            try:
                if stat.S_ISFIFO(os.fstat(descriptor).st_mode):
                    os.write(descriptor, (3 << 20).to_bytes(4, "big") + b"i")
            except OSError:
                pass
        return n{change}
    """


def test_a_tree_that_is_too_deep(program: Program, changed_shop: Project) -> None:
    changed_shop.write({"d/" * (MAX_TREE_DEPTH + 1) + "note.txt": "deep"})
    changed_shop.commit("Dig")

    ended = program.run("review", cwd=changed_shop.path)

    assert_refused(ended, "The tree is 101 directories deep, more than the limit of 100.")


def test_a_tree_that_is_too_large(program: Program, changed_shop: Project, tmp_path: Path) -> None:
    store_many(changed_shop, tmp_path, b"\0" * (2 << 20), "data{}.bin", 257)

    ended = program.run("review", cwd=changed_shop.path)

    assert_refused(ended, "bytes, more than the limit of 536,870,912.")


def test_a_tree_of_too_many_files(program: Program, changed_shop: Project, tmp_path: Path) -> None:
    store_many(changed_shop, tmp_path, b"", "many/{}.txt", 1000)
    many = changed_shop.git("rev-parse", "HEAD:many")
    for number in range(100):
        changed_shop.git("read-tree", f"--prefix=many{number}/", many)
    changed_shop.git("commit", "-q", "-m", "Multiply")

    ended = program.run("review", cwd=changed_shop.path)

    assert_refused(ended, "files, more than the limit of 100,000.")


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (LINE * 25_000, "The diff of Python files holds more than 33,554,432 bytes."),
        ("\n" * 30_000, "lines of Python, more than the limit of 500,000."),
    ],
    ids=["bytes", "lines"],
)
def test_a_diff_that_is_too_large(
    program: Program, changed_shop: Project, tmp_path: Path, content: str, told: str
) -> None:
    store_many(changed_shop, tmp_path, content.encode(), "shop/big{}.py", 17)

    ended = program.run("review", cwd=changed_shop.path)

    assert_refused(ended, told)


@pytest.mark.sandbox
def test_what_is_too_large_is_left_out_and_the_rest_is_reviewed(
    program: Program, changed_shop: Project
) -> None:
    changed_shop.git("checkout", "-q", "main")
    files = {"shop/big.py": LINE * (MAX_FILE_BYTES // len(LINE) + 1), "shop/long.py": LONG}
    files |= {"shop/deep.py": DEEP, "shop/huge.py": HUGE}
    changed_shop.write({**files, "shop/loud.py": FLOOD.format(change="")})
    changed_shop.commit("Grow")
    changed_shop.git("checkout", "-q", "-B", "other")
    changed_shop.write({name: text + "    return n\n" for name, text in files.items()})
    changed_shop.write({"shop/loud.py": FLOOD.format(change=" + 1")})
    changed_shop.commit("Grow more")

    ended = program.run("review", "--budget", "5", cwd=changed_shop.path)

    assert ended.code == 0, ended.stderr
    found = {f.path: (f.status, f.reason, f.detail) for f in ended.report.functions}
    size = (changed_shop.path / "shop/big.py").stat().st_size
    assert found["shop/big.py"] == (
        "skipped",
        "too_large",
        f"on head, it holds {size:,} bytes, more than 2,097,152",
    )
    assert found["shop/long.py"] == ("skipped", "too_large", "it has 2,002 lines, more than 2,000")
    nested = "it is nested more than 150 deep, or holds a gigantic number"
    for path in ("shop/deep.py", "shop/huge.py"):
        assert found[path] == ("skipped", "too_large", nested)
    assert found["shop/loud.py"][:2] == ("skipped", "does_not_return")
    assert "larger than what is reviewed" in (ended.out / "report.html").read_text()
    program.assert_nothing_left()


def store_many(project: Project, place: Path, content: bytes, name: str, count: int) -> None:
    """Commit one content under many names, without writing each of them."""
    (place / "content").write_bytes(content)
    blob = project.git("hash-object", "-w", str(place / "content"))
    entries = [f"100644,{blob},{name.format(n)}" for n in range(count)]
    project.git("update-index", "--add", *(a for e in entries for a in ("--cacheinfo", e)))
    project.git("commit", "-q", "-m", "Store")
