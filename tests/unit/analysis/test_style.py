from __future__ import annotations

from regoose_ci.analysis.style import ImportForm, ProjectTestStyle, find_test_style


def test_a_project_without_tests_gets_the_default():
    assert find_test_style({}, "src/pkg/text.py") == ProjectTestStyle()


def test_learns_from_existing_tests():
    sources = {
        "tests/unit/text_test.py": "from pkg import f\n\nclass TestF:\n    x = 'a' + 'b'\n",
        "tests/unit/url_test.py": "from pkg import g\n\nclass TestG:\n    x = 'a'\n",
        "tests/e2e/all_test.py": "import pkg\n",
        "tests/conftest.py": "",
    }
    style = find_test_style(sources, "src/pkg/other.py", "[tool.ruff]\nline-length = 100\n")
    assert style == ProjectTestStyle(
        directory="tests/unit",
        file_pattern="{}_test.py",
        import_form=ImportForm.FROM_PACKAGE,
        uses_classes=True,
        line_length=100,
        quote="'",
    )


def test_the_targets_own_test_file_decides_the_directory():
    sources = {"tests/a/test_x.py": "", "tests/a/test_y.py": "", "tests/b/test_text.py": ""}
    assert find_test_style(sources, "pkg/_text.py").directory == "tests/b"
