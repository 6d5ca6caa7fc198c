from __future__ import annotations

import pytest

from regoose_ci.environments.layout import find_import_roots, needs_build
from regoose_ci.environments.project_files import ProjectRequirements


@pytest.mark.parametrize(
    ("stated", "paths", "expected"),
    [
        ((), ["sample/__init__.py", "setup.py"], (".",)),
        ((), ["src/sample/__init__.py", "tests/test_sample.py"], ("src", ".")),
        ((), ["src/sample.py"], ("src", ".")),
        ((), ["src/__init__.py", "src/main/x.py"], (".",)),
        (("lib",), ["lib/sample/__init__.py"], ("lib", ".")),
        (("src/",), ["src/ns/pkg/a.py"], ("src", ".")),
        (("missing", "/etc", "../up"), ["sample.py"], (".",)),
        ((".",), ["sample.py"], (".",)),
    ],
)
def test_import_roots(stated: tuple[str, ...], paths: list[str], expected: tuple[str, ...]) -> None:
    assert find_import_roots(ProjectRequirements(package_roots=stated), paths) == expected


@pytest.mark.parametrize(
    ("backend", "paths", "expected"),
    [
        ("hatchling.build", ["sample/__init__.py"], False),
        ("setuptools.build_meta", ["sample/_fast.pyx"], True),
        ("setuptools.build_meta", ["src/sample/_fast.c"], True),
        ("setuptools.build_meta", ["tests/hello-world.c", "docs/x.c"], False),
        ("flit_core.buildapi", ["sample/data.c"], False),
        ("maturin", ["Cargo.toml"], True),
        ("mesonpy", ["meson.build"], True),
        ("scikit_build_core.build", ["CMakeLists.txt"], True),
        (None, ["sample.py"], False),
    ],
)
def test_only_extension_modules_need_a_build(
    backend: str | None, paths: list[str], expected: bool
) -> None:
    assert needs_build(ProjectRequirements(build_backend=backend), paths) is expected


def test_declared_extension_modules_need_a_build() -> None:
    assert needs_build(ProjectRequirements(compiled=True), ["sample.py"])
