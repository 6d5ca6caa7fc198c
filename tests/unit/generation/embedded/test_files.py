from __future__ import annotations

import dataclasses

from regoose_ci.analysis.conventions import ImportOrder
from regoose_ci.analysis.habits import Habits
from regoose_ci.analysis.style import ProjectTestStyle
from regoose_ci.domain.candidates import CandidateKind, CandidateTest
from regoose_ci.generation.embedded.files import (
    assemble,
    negated_twin,
    standalone,
)
from regoose_ci.generation.embedded.imports import parse_imports, render_imports
from regoose_ci.generation.embedded.placement import plan_files
from tests.unit.generation.observing import call, observation, returned

STYLE = ProjectTestStyle()


def candidate(
    code: str,
    *imports: str,
    function_id: str = "src/pkg/text.py::slugify",
    kind: CandidateKind = CandidateKind.HARDENING,
) -> CandidateTest:
    name = code.split("def ")[1].split("(", maxsplit=1)[0]
    negated = code.replace("==", "!=")
    return CandidateTest(function_id, name, kind, code, imports, "embedded", negated=negated)


ONE = candidate("def test_one():\n    assert slugify(1) == 2\n", "from pkg.text import slugify")
TWO = candidate(
    "def test_two():\n    assert unslugify(1) == pytest.approx(2)\n",
    "from pkg.text import unslugify",
    "import pytest",
    "import os",
)


def test_tests_of_a_module_share_a_file_with_merged_imports() -> None:
    assert assemble([ONE, TWO], STYLE, {"pkg"}) == {
        "test_text.py": (
            "import pytest\n"
            "\n"
            "from pkg.text import slugify, unslugify\n"
            "\n"
            "\n"
            "def test_one():\n"
            "    assert slugify(1) == 2\n"
            "\n"
            "\n"
            "def test_two():\n"
            "    assert unslugify(1) == pytest.approx(2)\n"
        )
    }


def test_catching_tests_have_files_of_their_own() -> None:
    catching = candidate("def test_one():\n    assert 1 == 2\n", kind=CandidateKind.CATCHING)
    assert list(assemble([ONE, catching], STYLE)) == [
        "test_text.py",
        "test_text_behaviour_changes.py",
    ]


def test_the_projects_file_names_are_followed() -> None:
    assert list(assemble([ONE], ProjectTestStyle(file_pattern="{}_test.py"))) == ["text_test.py"]


def test_modules_of_one_name_get_their_packages_in_front() -> None:
    others = [
        candidate(f"def test_a():\n    assert {n} == 1\n", function_id=f"{path}::f")
        for n, path in enumerate(
            ["src/a/text.py", "src/b/text.py", "src/b/__init__.py", "src/_url.py"]
        )
    ]
    assert [p.file for p in plan_files(others, STYLE)] == [
        "test_a_text.py",
        "test_b.py",
        "test_b_text.py",
        "test_url.py",
    ]


def test_names_are_unique_within_a_file() -> None:
    other = candidate(
        "def test_one():\n    assert 1 == 1\n", function_id="src/pkg/text.py::Text.slugify"
    )
    tests = [placed.written for placed in plan_files([ONE, other], STYLE)]
    assert [t.name for t in tests] == ["test_one", "test_text_slugify_one"]
    assert tests[1].code.startswith("def test_text_slugify_one():")


def test_what_two_functions_are_shown_by_is_written_once() -> None:
    same = dataclasses.replace(ONE, function_id="src/pkg/text.py::_helper")
    first, second = plan_files([ONE, same], STYLE)
    assert second.is_repeated
    assert second.written == first.written
    assert assemble([ONE, same], STYLE) == assemble([ONE], STYLE)


def test_inputs_that_another_test_has_too_are_written_once() -> None:
    one, two = (observation(call("slugify", a), None, returned("a")) for a in ("'a'", "'b'"))
    table = dataclasses.replace(ONE, observations=(one, two))
    part = dataclasses.replace(TWO, observations=(two,), function_id="src/pkg/text.py::_helper")
    placed = plan_files([part, table], STYLE)
    assert [(p.candidate, p.is_repeated) for p in placed] == [(table, False), (part, True)]


def test_no_file_of_the_project_is_replaced() -> None:
    style = ProjectTestStyle(existing=frozenset({"test_text.py"}))
    assert list(assemble([ONE], style)) == ["test_text_examples.py"]


def test_names_that_clash_are_imported_under_another() -> None:
    here = candidate("def test_a():\n    assert Url(1) == 1\n", "from pkg.a import Url")
    there = candidate(
        'def test_b():\n    assert Url("Url").Url == f(Url=Url)\n',
        "from pkg.b import Url",
        "from pkg.b import f",
    )
    source = assemble([here, there], STYLE)["test_text.py"]
    assert "from pkg.a import Url\nfrom pkg.b import Url as BUrl\nfrom pkg.b import f\n" in source
    assert 'assert BUrl("Url").Url == f(Url=BUrl)' in source


def test_one_test_alone_and_its_twin() -> None:
    twin = negated_twin(ONE)
    assert twin is not None
    assert twin.name == ONE.name
    assert standalone(ONE, STYLE).endswith("assert slugify(1) == 2\n")
    assert standalone(twin, STYLE).endswith("assert slugify(1) != 2\n")


def test_imports_are_sorted_as_linters_want_them() -> None:
    statements = (
        "from pkg.b import z, A, CONSTANT",
        "import pkg",
        "import pytest",
        "from datetime import datetime",
        "import asyncio",
        "from zlib import crc32",
        "import os.path",
        "from pkg.a10 import x",
        "from pkg.a9 import y as why, x",
        "import numpy as np",
    )
    assert render_imports(parse_imports(statements), {"pkg"}) == (
        "import asyncio\n"
        "import os.path\n"
        "from datetime import datetime\n"
        "from zlib import crc32\n"
        "\n"
        "import numpy as np\n"
        "import pytest\n"
        "\n"
        "import pkg\n"
        "from pkg.a9 import x\n"
        "from pkg.a9 import y as why\n"
        "from pkg.a10 import x\n"
        "from pkg.b import CONSTANT, A, z"
    )


def in_style(*candidates: CandidateTest, order: ImportOrder | None = None, **habits: object) -> str:
    style = ProjectTestStyle(habits=Habits(**habits), imports=order or ImportOrder())  # type: ignore[arg-type]
    return assemble(candidates, style, {"pkg"})["test_text.py"]


def test_functions_are_imported_the_way_the_projects_tests_do() -> None:
    source = in_style(ONE, whole_modules={"pkg.text": "t"})
    assert "import pkg.text as t\n" in source
    assert "    assert t.slugify(1) == 2\n" in source


def test_names_come_from_the_package_that_tests_import_them_from() -> None:
    source = in_style(ONE, homes={"slugify": frozenset({"pkg", "other"})})
    assert source.startswith("from pkg import slugify\n")


def test_a_module_that_a_variable_would_hide_is_not_imported_whole() -> None:
    hiding = candidate(
        "def test_h():\n    t = 1\n    assert slugify(t) == 2\n", "from pkg.text import slugify"
    )
    assert "from pkg.text import slugify" in in_style(hiding, whole_modules={"pkg.text": "t"})


def test_private_modules_of_the_standard_library_are_not_named() -> None:
    adding = candidate("def test_a():\n    assert f(add) == 2\n", "from _operator import add")
    assert in_style(adding).startswith("from operator import add\n")


def test_files_begin_as_the_projects_do() -> None:
    source = in_style(ONE, header="# MIT", documents_files=True, defers_annotations=True)
    assert source.startswith(
        '# MIT\n\n"""Tests for `pkg.text`."""\n\nfrom __future__ import annotations\n\nfrom pkg'
    )


def test_quotes_are_the_projects() -> None:
    code = 'def test_q():\n    assert slugify(\'a\', "it\'s", \'say "x"\') == "b"\n'
    source = in_style(candidate(code, "from pkg.text import slugify"), quote="'")
    assert "slugify('a', \"it's\", 'say \"x\"') == 'b'" in source


def test_import_order_follows_isorts_settings() -> None:
    statements = ["import os", "from pkg import A, b", "from abc import ABC", "import pkg.x as x"]
    imports = parse_imports(statements)
    single = ImportOrder(single_line=True, by_type=False, lines_between_forms=1)
    assert render_imports(imports, {"pkg"}, single) == (
        "import os\n\nfrom abc import ABC\n\n"
        "import pkg.x as x\n\nfrom pkg import A\nfrom pkg import b"
    )
    assert render_imports(imports, {"pkg"}, ImportOrder(mixed_forms=True)) == (
        "from abc import ABC\nimport os\n\nfrom pkg import A, b\nimport pkg.x as x"
    )


def test_aliases_share_a_statement_where_the_project_combines_them() -> None:
    imports = parse_imports(["from pkg import a", "from pkg import b as c"])
    combined = ImportOrder(combined_aliases=True)
    assert render_imports(imports, {"pkg"}, combined) == "from pkg import a, b as c"


def test_tests_are_methods_where_the_projects_are() -> None:
    assert in_style(ONE, TWO, uses_classes=True).endswith(
        "\n\nclass TestSlugify:\n"
        "    def test_one(self):\n"
        "        assert slugify(1) == 2\n"
        "\n"
        "    def test_two(self):\n"
        "        assert unslugify(1) == pytest.approx(2)\n"
    )


def test_methods_need_unique_names_in_their_class_only() -> None:
    style = ProjectTestStyle(habits=Habits(uses_classes=True))
    other = dataclasses.replace(TWO.renamed("test_one"), function_id="src/pkg/text.py::Text.cut")
    names = [placed.name for placed in plan_files([ONE, other], style)]
    assert names == ["TestSlugify::test_one", "TestText::test_one"]


def test_a_helper_seen_through_its_caller_is_tested_in_the_callers_class() -> None:
    style = ProjectTestStyle(habits=Habits(uses_classes=True))
    seen = observation(call("pkg.cut", "'a'"), None, returned("a"))
    through = dataclasses.replace(ONE, observations=(seen,))
    assert [placed.owner for placed in plan_files([through], style)] == ["TestCut"]


def test_methods_do_not_repeat_the_name_of_their_class() -> None:
    style = ProjectTestStyle(habits=Habits(uses_classes=True))
    tests = [ONE.renamed("test_slugify_rejects_none"), TWO.renamed("test_slugify_of_zero")]
    names = [placed.written.name for placed in plan_files(tests, style)]
    assert names == ["test_rejects_none", "test_slugify_of_zero"]


def test_the_same_words_about_other_things_are_not_a_repetition() -> None:
    other = dataclasses.replace(ONE, imports=("from pkg.other import slugify",))
    assert [p.is_repeated for p in plan_files([ONE, other], STYLE)] == [False, False]
