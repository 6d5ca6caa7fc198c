from __future__ import annotations

from pathlib import Path

import pytest

from regoose_ci.guest.naming import Name
from regoose_ci.guest.protocol import CallKind, Target
from regoose_ci.guest.resolve import Resolved, ResolveError, resolve
from tests.unit.guest import sample

MORE = {
    "larder/more.py": """
        import functools


        def once(function):
            @functools.wraps(function)
            def inner(*args):
                return function(*args)

            return inner


        @once
        def decorated(a): ...


        renamed = functools.partial(decorated, 1)


        class lazy:
            def __init__(self, getter):
                self.getter = getter

            def __get__(self, owner, kind=None):
                return self.getter(owner)


        class Thing:
            constant = 3

            def __init__(self, a): ...

            def method(self): ...

            @staticmethod
            def static(): ...

            @classmethod
            def made(cls): ...

            @property
            def shown(self): ...

            @functools.cached_property
            def cached(self): ...

            @lazy
            def own(self): ...

            def __mangled(self): ...

            class Inner:
                def method(self): ...
        """,
}


def found(larder: Path, qualname: str) -> Resolved:
    sample.write(larder, MORE)
    return resolve(Target("t", "larder/more.py", "larder.more", qualname, 1, 2), str(larder))


@pytest.mark.parametrize(
    ("qualname", "kind", "expression"),
    [
        ("decorated", CallKind.FUNCTION, "decorated"),
        ("renamed", CallKind.FUNCTION, "renamed"),
        ("Thing.static", CallKind.FUNCTION, "Thing.static"),
        ("Thing.made", CallKind.FUNCTION, "Thing.made"),
        ("Thing.__init__", CallKind.FUNCTION, "Thing"),
        ("Thing.method", CallKind.METHOD, "method"),
        ("Thing.shown", CallKind.PROPERTY, "shown"),
        ("Thing.cached", CallKind.PROPERTY, "cached"),
        ("Thing.own", CallKind.PROPERTY, "own"),
        ("Thing.__mangled", CallKind.METHOD, "_Thing__mangled"),
        ("Thing.Inner.method", CallKind.METHOD, "method"),
    ],
)
def test_how_a_target_is_called(
    larder: Path, qualname: str, kind: CallKind, expression: str
) -> None:
    resolved = found(larder, qualname)
    assert (resolved.kind, resolved.name.expression) == (kind, expression)
    assert (resolved.owner is None) is (kind is CallKind.FUNCTION)


def test_functions_come_with_their_import(larder: Path) -> None:
    assert found(larder, "Thing.made").name.imports == ("from larder.more import Thing",)
    assert found(larder, "renamed").name == Name("renamed", ("from larder.more import renamed",))


@pytest.mark.parametrize("qualname", ["missing", "Thing.missing", "Thing.constant", "Gone.method"])
def test_a_name_that_is_not_there(larder: Path, qualname: str) -> None:
    with pytest.raises(ResolveError):
        found(larder, qualname)


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("raise RuntimeError('no config')", "RuntimeError: no config"),
        ("import not_installed_anywhere", "ModuleNotFoundError"),
        ("import sys; sys.exit(3)", "SystemExit: 3"),
        ("def f(:", "SyntaxError"),
    ],
)
def test_a_module_that_does_not_import_says_why(larder: Path, source: str, reason: str) -> None:
    sample.write(larder, {"larder/bad.py": source})
    with pytest.raises(ResolveError, match=reason):
        resolve(Target("t", "larder/bad.py", "larder.bad", "f", 1, 2), str(larder))


def test_a_module_of_the_same_name_from_elsewhere_is_refused(larder: Path) -> None:
    with pytest.raises(ResolveError, match="not from the tree"):
        resolve(Target("t", "larder/shelf.py", "larder.shelf", "total", 1, 2), "/elsewhere")
