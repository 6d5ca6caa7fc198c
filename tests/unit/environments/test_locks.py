from __future__ import annotations

from textwrap import dedent

import pytest

from regoose_ci.environments.locks import LARGEST_LOCK, Lock, read_lock
from regoose_ci.environments.requirements import find_requirements

A, B = "a" * 64, "b" * 64
HASHES = f" --hash=sha256:{A} --hash=sha256:{B}"


def read(name: str, content: str) -> Lock:
    return read_lock({name: dedent(content).encode()}.get, ["pyproject.toml", name])


UV = f"""
    version = 1
    [[package]]
    name = "sample"
    source = {{ editable = "." }}
    version = "0.1"
    [[package]]
    name = "from-git"
    version = "1.0"
    source = {{ git = "https://example.com/x?rev=1#1" }}
    [[package]]
    name = "Six"
    version = "1.16.0"
    source = {{ registry = "https://hostile.example/simple" }}
    sdist = {{ url = "https://hostile.example/six.tar.gz", hash = "sha256:{A}" }}
    wheels = [{{ url = "https://hostile.example/six.whl", hash = "sha256:{B}" }}]
"""
POETRY = f"""
    [[package]]
    name = "six"
    version = "1.16.0"
    optional = false
    groups = ["main"]
    files = [
        {{file = "six.whl", hash = "sha256:{A}"}},
        {{file = "six.tar.gz", hash = "sha256:{B}"}},
    ]
    [[package]]
    name = "beside"
    version = "1.0"
    [package.source]
    type = "directory"
    url = "../beside"
"""
PDM = f"""
    [metadata]
    lock_version = "4.5"
    [[package]]
    name = "six"
    version = "1.16.0"
    requires_python = ">=2.7"
    files = [{{file = "six.whl", hash = "sha256:{A}"}}]
    [[package]]
    name = "six"
    version = "1.16.0"
    extras = ["more"]
    files = [{{file = "six.tar.gz", hash = "sha256:{B}"}}]
    [[package]]
    name = "beside"
    version = "1.0"
    path = "./beside"
"""
PYLOCK = f"""
    lock-version = "1.0"
    [[packages]]
    name = "six"
    version = "1.16.0"
    sdist = {{ url = "https://hostile.example/six.tar.gz", hashes = {{ sha256 = "{A}" }} }}
    wheels = [{{ url = "https://hostile.example/six.whl", hashes = {{ sha256 = "{B}" }} }}]
    [[packages]]
    name = "beside"
    version = "1.0"
    directory = {{ path = "." }}
"""


@pytest.mark.parametrize(
    ("name", "content"),
    [("uv.lock", UV), ("poetry.lock", POETRY), ("pdm.lock", PDM), ("pylock.toml", PYLOCK)],
)
def test_versions_of_the_index_are_pinned_with_their_hashes(name: str, content: str) -> None:
    assert read(name, content) == Lock(name, (f"six==1.16.0{HASHES}",))


def test_of_several_versions_each_is_for_its_own_machines() -> None:
    lock = read(
        "uv.lock",
        """
        [[package]]
        name = "numpy"
        version = "2.2.6"
        source = { registry = "https://example.com" }
        resolution-markers = ["python_full_version < '3.11'"]
        [[package]]
        name = "numpy"
        version = "2.3.0"
        source = { registry = "https://example.com" }
        resolution-markers = ["python_full_version >= '3.12'", "python_full_version == '3.11.*'"]
        """,
    )

    assert lock.pins == (
        "numpy==2.2.6 ; (python_full_version < '3.11')",
        "numpy==2.3.0 ; (python_full_version >= '3.12') or (python_full_version == '3.11.*')",
    )


def test_several_versions_that_cannot_be_told_apart_pin_nothing() -> None:
    package = '[[package]]\nname = "x"\nversion = "{}"\n'

    assert read("poetry.lock", package.format("1") + package.format("2")).pins == ()


@pytest.mark.parametrize(
    "content",
    [
        '[[package]]\nname = "six\\n--index-url https://hostile.example"\nversion = "1"',
        '[[package]]\nname = "six"\nversion = "1 --index-url https://hostile.example"',
        '[[package]]\nname = 3\nversion = "1"',
        '[[package]]\nname = "six"\nversion = "' + "1" * 5000 + '"',
        "package = 3",
        "[[package]]",
    ],
)
def test_nothing_but_names_versions_and_hashes_gets_through(content: str) -> None:
    assert read("poetry.lock", content).pins == ()


@pytest.mark.parametrize("content", ["not = [toml", "#" * (LARGEST_LOCK + 1)])
def test_a_lock_that_cannot_be_read_is_told(content: str) -> None:
    lock = read("uv.lock", content)

    assert lock.pins == ()
    assert lock.problems == ("uv.lock cannot be read; the ranges are resolved anew.",)


def test_the_lock_is_among_what_a_project_requires() -> None:
    files = {
        "pyproject.toml": b'[project]\nname = "sample"\ndependencies = ["six>=1"]',
        "uv.lock": dedent(UV).encode(),
    }

    found = find_requirements(files.get, sorted(files))

    assert found.dependencies == ("six>=1",)
    assert found.pins == (f"six==1.16.0{HASHES}",)
    assert (found.pinned_by, found.sources) == ("uv.lock", ("pyproject.toml", "uv.lock"))


@pytest.mark.parametrize("marker", ["(" * 5000, r"python_version > '\\x'"])
def test_a_condition_that_cannot_be_read_is_none(marker: str) -> None:
    found = read("uv.lock", f'[[package]]\nname = "six"\nversion = "1"\nmarkers = ["{marker}"]')

    assert found.pins == ("six==1",)
