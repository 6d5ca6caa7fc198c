from __future__ import annotations

import pytest

from regoose_ci.environments.requirement_files import (
    find_requirement_files,
    read_requirement_file,
)


@pytest.mark.parametrize(
    "path",
    [
        "requirements.txt",
        "requirements-dev.txt",
        "requirements_test.txt",
        "dev-requirements.txt",
        "test-requirements.txt",
        "tests/requirements.txt",
        "requirements/tests.txt",
    ],
)
def test_usual_names_are_found(path: str) -> None:
    assert find_requirement_files(["README.md", path]) == (path,)


def test_a_compiled_file_is_preferred_to_its_source() -> None:
    paths = ["requirements/test.in", "requirements/test.txt", "requirements/docs.txt"]

    assert find_requirement_files(paths) == ("requirements/test.txt",)


def test_includes_hashes_options_and_comments_are_understood() -> None:
    files = {
        "requirements/test.txt": (
            b"--index-url https://example.com/simple\n-r base.txt\n-c constraints.txt\n"
            b"six==1.16.0 \\\n    --hash=sha256:00 \\\n    --hash=sha256:11\n"
            b"pretend # for stubs\n-e .[socks, http2]\n-r test.txt\n"
        ),
        "requirements/constraints.txt": b"idna==3.7 --hash=sha256:22\npretend<2\n",
        "requirements/base.txt": b"\xef\xbb\xbfidna\r\n--no-binary=:all:\r\n",
    }

    found = read_requirement_file(files.get, "requirements/test.txt")

    assert found.requirements == ("idna", "six==1.16.0", "pretend")
    assert found.own_extras == ("socks", "http2")
    assert found.files == ("requirements/test.txt", "requirements/base.txt")
    assert found.pins == (
        "idna==3.7 --hash=sha256:22",
        "pretend<2",
        "six==1.16.0 --hash=sha256:00 --hash=sha256:11",
    )
    assert found.problems == ()


@pytest.mark.parametrize(
    "line", ["git+https://example.com/x.git", "https://example.com/x.whl", "-e ./sub", "./x.whl"]
)
def test_what_is_not_in_an_index_is_left_out_with_a_sentence(line: str) -> None:
    found = read_requirement_file({"r.txt": line.encode()}.get, "r.txt")

    assert found.requirements == ()
    assert found.problems == (f"r.txt: {line!r} is no package of the index; left out.",)


@pytest.mark.parametrize("named", ["../../etc/passwd", "/etc/passwd", "missing.txt"])
def test_an_include_that_is_not_committed_is_a_problem(named: str) -> None:
    found = read_requirement_file({"r.txt": f"-r {named}\nsix\n".encode()}.get, "r.txt")

    assert found.requirements == ("six",)
    assert found.problems == (f"{named} is named as a requirements file but is not there.",)


@pytest.mark.parametrize(
    "line",
    [
        "six @ https://example.com/${UV_INDEX_MINE_PASSWORD}/six-1-py3-none-any.whl",
        f"six @ https://example.com/a==b/six-1-py3-none-any.whl --hash=sha256:{'0' * 64}",
        "/etc/six-1-py3-none-any.whl",
    ],
)
def test_a_constraint_never_names_an_address(line: str) -> None:
    files = {"r.txt": b"six\n-c c.txt\n" + line.encode(), "c.txt": f"{line}\nsix<2\n".encode()}

    assert read_requirement_file(files.get, "r.txt").pins == ("six<2",)


def test_constraints_that_include_each_other_are_read_once() -> None:
    files = {"r.txt": b"-c c.txt\n", "c.txt": b"-c c.txt\n" * 9 + b"six<2\n"}

    assert read_requirement_file(files.get, "r.txt").pins == ("six<2",)
