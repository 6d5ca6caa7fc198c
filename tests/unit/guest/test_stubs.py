from __future__ import annotations

import sys
import types
from collections.abc import Iterator

import pytest

from regoose_ci.guest.stubs import missing_packages_stubbed


@pytest.fixture(autouse=True)
def _no_leftovers() -> Iterator[None]:
    before = set(sys.modules)
    yield
    for name in set(sys.modules) - before:
        del sys.modules[name]


def run(text: str, path: str) -> dict[str, object]:
    module = types.ModuleType("loaded")
    exec(compile(text, path, "exec"), module.__dict__)  # noqa: S102
    return module.__dict__


def is_test(path: str) -> bool:
    return path.endswith("test_x.py")


def test_a_test_file_can_import_what_is_missing() -> None:
    text = "import nobody_has_this\nfrom nobody_has_this.deep import thing\nmade = thing.a.b(1)"
    with missing_packages_stubbed(is_test) as finder:
        loaded = run(text, "/t/test_x.py")
    assert list(loaded["made"]) == []  # type: ignore[call-overload]
    assert finder.made == {"nobody_has_this", "nobody_has_this.deep"}


def test_other_files_see_that_it_is_missing() -> None:
    text = "try:\n    import nobody_has_this\nexcept ImportError:\n    found = False"
    with missing_packages_stubbed(is_test):
        assert run(text, "/t/library.py")["found"] is False


def test_what_is_there_is_imported_as_ever() -> None:
    with missing_packages_stubbed(is_test) as finder:
        loaded = run("import json", "/t/test_x.py")
    assert loaded["json"] is sys.modules["json"]
    assert not finder.made


def test_nothing_is_stubbed_afterwards() -> None:
    with missing_packages_stubbed(is_test):
        pass
    with pytest.raises(ModuleNotFoundError):
        run("import nobody_has_this", "/t/test_x.py")
