from __future__ import annotations

import pytest

from regoose_ci.analysis.conventions import Conventions, ImportOrder, read_conventions


def test_nothing_is_demanded_without_configuration() -> None:
    assert read_conventions({}) == Conventions()
    assert read_conventions({"pyproject.toml": "not [toml", "setup.cfg": "]["}) == Conventions()


@pytest.mark.parametrize(
    ("texts", "length"),
    [
        ({"pyproject.toml": "[tool.ruff]\nline-length = 99\n"}, 99),
        ({"pyproject.toml": "[tool.black]\nline_length = 80\n"}, 80),
        ({"pyproject.toml": "[tool.isort]\nline_length = 100\n"}, 100),
        ({"setup.cfg": "[flake8]\nmax-line-length = 120\n"}, 120),
        ({"pyproject.toml": "[tool.ruff]\n"}, 88),
        ({"pyproject.toml": "[tool.ruff]\nline-length = 9999\n"}, 88),
    ],
)
def test_line_length(texts: dict[str, str], length: int) -> None:
    assert read_conventions(texts).line_length == length


@pytest.mark.parametrize(
    ("text", "quote"),
    [
        ('[tool.ruff.format]\nquote-style = "single"\n', "'"),
        ('[tool.ruff.format]\nquote-style = "preserve"\n', None),
        ("[tool.black]\n", '"'),
        ("[tool.black]\nskip-string-normalization = true\n", None),
        ("[tool.ruff]\n", None),
    ],
)
def test_quote(text: str, quote: str | None) -> None:
    assert read_conventions({"pyproject.toml": text}).quote == quote


@pytest.mark.parametrize(
    ("rules", "names"),
    [
        ('select = ["ALL"]', "tuple"),
        ('extend-select = ["PT006"]', "tuple"),
        ('select = ["PT"]\nignore = ["PT006"]', None),
        ('select = ["F"]', None),
    ],
)
def test_the_form_of_parametrize_is_demanded_only_by_a_selected_rule(
    rules: str, names: str | None
) -> None:
    text = f"[tool.ruff.lint]\n{rules}\n"
    assert read_conventions({"pyproject.toml": text}).names_of_parameters == names


@pytest.mark.parametrize(
    "texts",
    [
        {
            "pyproject.toml": "[tool.ruff.lint.isort]\nforce-sort-within-sections = true\n"
            'known-first-party = ["pkg"]\n'
        },
        {
            "pyproject.toml": "[tool.ruff]\nisort.force-sort-within-sections = true\n"
            'isort.known-first-party = ["pkg"]\n'
        },
        {"setup.cfg": "[isort]\nforce_sort_within_sections = True\nknown_first_party = pkg\n"},
        {".isort.cfg": "[settings]\nforce_sort_within_sections=1\nknown_first_party=pkg,\n"},
    ],
)
def test_import_order_is_read_wherever_it_stands(texts: dict[str, str]) -> None:
    assert read_conventions(texts).imports == ImportOrder(mixed_forms=True, first_party=("pkg",))
