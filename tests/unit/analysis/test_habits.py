from __future__ import annotations

from regoose_ci.analysis.habits import Habits, read_habits


def test_texts_that_hold_no_tests_teach_nothing() -> None:
    assert read_habits(["import pkg as p\n", "def broken(:\n"]) == Habits()


def test_quotes_width_and_annotations() -> None:
    habits = read_habits(["def test_f() -> None:\n    assert f('a', 'b') == \"c\"\n"])

    assert habits.quote == "'"
    assert habits.line_length == 79
    assert habits.is_annotated


def test_a_long_line_among_few_means_the_wider_limit() -> None:
    assert read_habits([f"def test_f():\n    assert f({'x' * 80})\n"]).line_length == 88


def test_methods_of_plain_classes_count_as_classes_and_those_of_test_cases_do_not() -> None:
    plain = "class TestF:\n    def test_a(self): ...\n    def test_b(self): ...\n"
    case = "class TestG(TestCase):\n    def test_c(self): ...\n"

    assert read_habits([plain, case]).uses_classes
    assert not read_habits([plain, case, case]).uses_classes


def test_documentation_is_a_habit_when_nearly_all_have_it() -> None:
    documented = '"""Tests of f."""\n\ndef test_f():\n    """F works."""\n'

    habits = read_habits([documented] * 4 + ["def test_g(): ...\n"])

    assert habits.documents_files
    assert habits.documents_tests
    assert not read_habits([documented, "def test_g(): ...\n"]).documents_tests


def test_a_comment_that_all_files_begin_with_is_learnt() -> None:
    licensed = "#!/usr/bin/env python\n# SPDX-License-Identifier: MIT\n\ndef test_f(): ...\n"

    assert read_habits([licensed, licensed + "# more\n"]).header == "# SPDX-License-Identifier: MIT"
    assert read_habits([licensed]).header == ""


def test_a_comment_that_does_not_show_is_not_learnt() -> None:
    hiding = "# \x1b[2J\u202e\n\ndef test_f(): ...\n"

    assert read_habits([hiding, hiding]).header == ""


def test_forms_of_parametrize() -> None:
    habits = read_habits(
        ['@pytest.mark.parametrize("a, b", ((1, 2), (3, 4)))\ndef test_f(a, b): ...\n']
    )

    assert habits.names_of_parameters == "csv"
    assert habits.rows_of_parameters == "tuple"


def test_modules_are_imported_as_they_mostly_are() -> None:
    texts = [
        "import pkg as p\nimport datetime as dt\ndef test_f(): ...\n",
        "import pkg as p\nfrom pkg import f\nfrom datetime import date, time\ndef test_g(): ...\n",
        "from datetime import date\ndef test_h(): ...\n",
    ]

    habits = read_habits(texts)

    assert habits.whole_modules == {"pkg": "p"}
    assert habits.homes["f"] == {"pkg"}
