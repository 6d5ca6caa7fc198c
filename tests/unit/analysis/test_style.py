from __future__ import annotations

from regoose_ci.analysis.conventions import ImportOrder
from regoose_ci.analysis.habits import Habits
from regoose_ci.analysis.style import ProjectTestStyle, find_test_style

TEST = "def test_f():\n    assert f('a') == 'b'\n"


def test_a_project_without_tests_gets_the_default():
    assert find_test_style({}, "src/pkg/text.py", {}) == ProjectTestStyle()


def test_learns_place_and_names_from_existing_tests():
    sources = {
        "tests/unit/text_test.py": TEST,
        "tests/unit/url_test.py": TEST,
        "tests/e2e/all_test.py": TEST,
        "tests/conftest.py": "",
    }

    style = find_test_style(sources, "src/pkg/other.py", {})

    assert style.directory == "tests/unit"
    assert style.file_pattern == "{}_test.py"
    assert style.existing == {"text_test.py", "url_test.py"}


def test_the_targets_own_test_file_decides_the_directory():
    sources = {"tests/a/test_x.py": "", "tests/a/test_y.py": "", "tests/b/test_text.py": ""}
    assert find_test_style(sources, "pkg/_text.py", {}).directory == "tests/b"


def test_configuration_goes_before_habits():
    configuration = {
        "ruff.toml": 'line-length = 100\nformat.quote-style = "double"\nlint.select = ["PT"]\n'
        '[lint.flake8-pytest-style]\nparametrize-names-type = "csv"\n'
        '[lint.isort]\nforce-single-line = true\nknown-first-party = ["pkg"]\n'
    }

    style = find_test_style({"tests/test_text.py": TEST}, "pkg/text.py", configuration)

    assert style.habits == Habits(line_length=100, quote='"', names_of_parameters="csv")
    assert style.imports == ImportOrder(single_line=True, first_party=("pkg",))
