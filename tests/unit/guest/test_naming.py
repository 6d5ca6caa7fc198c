from __future__ import annotations

import importlib
from pathlib import Path

import pytest

from regoose_ci.guest.naming import Name, name_of
from tests.unit.guest import sample


def named(module: str, qualname: str) -> Name | None:
    found: object = importlib.import_module(module)
    for part in qualname.split("."):
        found = getattr(found, part)
    return name_of(found)


@pytest.mark.parametrize(
    ("module", "qualname", "name"),
    [
        ("larder._jar", "Jar", Name("Jar", ("from larder import Jar",))),
        ("larder._jar", "fill", Name("fill", ("from larder import fill",))),
        ("larder.shelf", "Shelf", Name("Shelf", ("from larder import Shelf",))),
        ("larder.shelf", "total", Name("total", ("from larder.shelf import total",))),
        ("larder.shelf", "_hidden", Name("_hidden", ("from larder.shelf import _hidden",))),
        ("larder._jar", "Jar.emptied", Name("Jar.emptied", ("from larder import Jar",))),
        ("builtins", "int", Name("int")),
        ("builtins", "ValueError", Name("ValueError")),
    ],
)
def test_the_most_public_module_is_named(
    larder: Path, module: str, qualname: str, name: Name
) -> None:
    assert named(module, qualname) == name


def test_a_private_module_that_nothing_exports_is_named_itself(larder: Path) -> None:
    sample.write(larder, {"larder/_own.py": "def alone(): ...\n"})
    assert named("larder._own", "alone") == Name("alone", ("from larder._own import alone",))


def test_the_shallowest_parent_that_exports_it_is_chosen(larder: Path) -> None:
    sample.write(
        larder,
        {
            "larder/deep/__init__.py": "from larder.deep._in import one, two\n",
            "larder/deep/_in.py": "def one(): ...\ndef two(): ...\n",
        },
    )
    assert named("larder.deep._in", "one") == Name("one", ("from larder.deep import one",))


def test_an_export_of_another_object_under_the_same_name_does_not_count(larder: Path) -> None:
    sample.write(larder, {"larder/_own.py": "def fill(): ...\n"})
    assert named("larder._own", "fill") == Name("fill", ("from larder._own import fill",))


def test_what_no_name_leads_to(larder: Path) -> None:
    def local() -> None: ...

    class Imitation:
        __qualname__ = "Jar"
        __module__ = "larder"

    assert name_of(local) is None
    assert name_of(lambda: 1) is None
    assert name_of(5) is None
    assert name_of(Imitation()) is None
