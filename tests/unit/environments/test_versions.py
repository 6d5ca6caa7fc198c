from __future__ import annotations

import pytest

from regoose_ci.environments.project_files import VersionFile
from regoose_ci.environments.versions import read_assignment, render_version_file


def run(source: str) -> dict[str, object]:
    names: dict[str, object] = {}
    exec(source, names)  # noqa: S102 - text that we made
    return names


def test_a_version_file_has_what_setuptools_scm_writes() -> None:
    names = run(render_version_file(VersionFile("p/_version.py"), "1.2.3"))

    assert names["__version__"] == names["version"] == "1.2.3"
    assert names["__version_tuple__"] == (1, 2, 3)


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        (VersionFile("VERSION.txt"), "1.2.dev0+local\n"),
        (
            VersionFile("v.py", "V = {version!r}\nT = {version_tuple}"),
            "V = '1.2.dev0+local'\nT = (1, 2, 0,)",
        ),
        (VersionFile("v.py", 'v = "{version}"'), 'v = "1.2.dev0+local"'),
        (VersionFile("v.py", "{version.__class__}{version:>99999999}"), None),
    ],
)
def test_templates_are_filled_by_plain_replacement(file: VersionFile, expected: str | None) -> None:
    assert render_version_file(file, "1.2.dev0+local") == (expected or file.template)


@pytest.mark.parametrize(
    ("source", "name", "expected"),
    [
        ("__version__ = '1.0'", None, "1.0"),
        ("__version__: str = '1.0'", "__version__", "1.0"),
        ("__version__ = version = '1.0'", "version", "1.0"),
        ("VERSION = (1, 0)", None, None),
        ("__version__ = 'not a version'", None, None),
        ("__version__ = get()", None, None),
        ("def broken(:", None, None),
    ],
)
def test_assigned_versions_are_read(source: str, name: str | None, expected: str | None) -> None:
    assert read_assignment(source, name) == expected
