from __future__ import annotations

from pathlib import Path

import pytest

from regoose_ci.environments.package_requirement import (
    PackageRequirement,
    parse_comparison,
    parse_package,
    read_requires,
)
from regoose_ci.errors import UsageError


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("requests==2.32.0", PackageRequirement("requests", "2.32.0")),
        (" Typing_Extensions == 4.12.0rc1 ", PackageRequirement("typing-extensions", "4.12.0rc1")),
    ],
)
def test_releases_are_parsed(text: str, expected: PackageRequirement) -> None:
    assert parse_package(text) == expected


@pytest.mark.parametrize(
    "text",
    ["requests", "requests>=2", "requests==", "requests==2.*", "a==1,b==2", "--x==1", "a==b"],
)
def test_anything_else_is_a_usage_error(text: str) -> None:
    with pytest.raises(UsageError, match="does not name a release"):
        parse_package(text)


@pytest.mark.parametrize(
    ("base", "head", "sentence"),
    [
        ("six==1.15", "idna==3.0", "different packages"),
        ("six==1.15", "SIX==1.15", "nothing to compare"),
    ],
)
def test_a_comparison_is_of_two_releases_of_one_package(
    base: str, head: str, sentence: str
) -> None:
    with pytest.raises(UsageError, match=sentence):
        parse_comparison(base, head)


def test_requirements_of_extras_and_addresses_are_not_the_releases_own(tmp_path: Path) -> None:
    for name, lines in {
        "other-1.dist-info": ["Requires-Dist: unrelated"],
        "My_Package-1.0.dist-info": [
            "Requires-Dist: idna>=2",
            "Requires-Dist: tomli; python_version < '3.11'",
            "Requires-Dist: PySocks; extra == 'socks'",
            "Requires-Dist: own @ https://example.com/own.whl",
            "Requires-Dist: ???",
        ],
    }.items():
        (tmp_path / name).mkdir()
        text = "\n".join(["Metadata-Version: 2.1", *lines, "", "Requires-Dist: in the text"])
        (tmp_path / name / "METADATA").write_text(text)

    assert read_requires(tmp_path, "my-package") == ("idna>=2", 'tomli; python_version < "3.11"')
