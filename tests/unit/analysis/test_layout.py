from __future__ import annotations

import pytest

from regoose_ci.analysis.layout import Layout, find_layout, module_name


@pytest.mark.parametrize(
    ("paths", "pyproject", "roots", "packages"),
    [
        pytest.param(
            ["src/pkg/__init__.py", "tests/test_a.py", "setup.py"], "", ("src",), ("pkg",), id="src"
        ),
        pytest.param(["pkg/__init__.py", "pkg/sub/__init__.py"], "", ("",), ("pkg",), id="flat"),
        pytest.param(
            ["a/__init__.py", "b/__init__.py", "docs/conf.py"], "", ("",), ("a", "b"), id="two"
        ),
        pytest.param(["six.py", "test_six.py"], "", ("",), (), id="module"),
        pytest.param(["src/ns/pkg/__init__.py"], "", ("src",), ("pkg",), id="namespace in src"),
        pytest.param(
            ["libs/a/pkg/__init__.py", "libs/b/other/__init__.py"],
            "",
            ("libs/a", "libs/b"),
            ("pkg", "other"),
            id="monorepo",
        ),
        pytest.param(
            ["python/ns/mod.py"],
            '[tool.setuptools.packages.find]\nwhere = ["python"]\n',
            ("python",),
            (),
            id="declared",
        ),
        pytest.param(
            ["lib/pkg/mod.py"],
            '[tool.poetry]\npackages = [{include = "pkg", from = "lib"}]\n',
            ("lib",),
            (),
            id="poetry",
        ),
        pytest.param(["pkg/__init__.py"], "not [ toml", ("",), ("pkg",), id="broken settings"),
        pytest.param(
            ["src/pkg/__init__.py", "package/export/__init__.py"],
            "",
            ("src",),
            ("pkg",),
            id="aside",
        ),
        pytest.param(["packaging/__init__.py"], "", ("",), ("packaging",), id="not aside"),
    ],
)
def test_finds_roots_and_packages(paths, pyproject, roots, packages):
    layout = find_layout(paths, pyproject)
    assert (layout.import_roots, layout.packages) == (roots, packages)


def test_finds_tests():
    paths = ["tests/data/x.py", "pkg/a_test.py", "test_b.py", "pkg/testing.py", "checks/check_c.py"]
    pyproject = '[tool.pytest.ini_options]\npython_files = ["check_*.py"]\n'
    assert find_layout(paths, pyproject).test_files == (
        "checks/check_c.py",
        "pkg/a_test.py",
        "test_b.py",
        "tests/data/x.py",
    )


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("src/pkg/a.py", "pkg.a"),
        ("src/pkg/__init__.py", "pkg"),
        ("src/ns/pkg/a.py", "ns.pkg.a"),
        ("scripts/run.py", "scripts.run"),
        ("libs/x/other.py", "other"),
    ],
)
def test_names_modules_from_the_nearest_root(path, name):
    assert module_name(path, Layout(("src", "libs/x", "libs"))) == name
