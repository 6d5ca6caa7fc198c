from __future__ import annotations

from pathlib import Path

from regoose_ci.guest.jobs.describe import describe
from regoose_ci.guest.protocol import CallKind, Described, DescribeJob, Target
from tests.unit.guest import sample


def described(larder: Path, *targets: tuple[str, str]) -> list[Described]:
    job = DescribeJob(tuple(Target(q, f"{m.replace('.', '/')}.py", m, q, 1, 2) for m, q in targets))
    return list(describe(job, str(larder)))


def test_functions_methods_and_properties(larder: Path) -> None:
    fill, weight, label, made = described(
        larder,
        ("larder._jar", "fill"),
        ("larder.shelf", "Shelf.weight"),
        ("larder._jar", "Jar.label"),
        ("larder._jar", "Jar.__init__"),
    )
    assert (fill.kind, fill.name, fill.receiver) == (CallKind.FUNCTION, "fill", None)
    assert fill.imports == ("from larder import fill",)
    assert [p.name for p in fill.parameters] == ["contents", "total", "options"]
    assert (weight.kind, weight.name) == (CallKind.METHOD, "weight")
    assert [p.name for p in weight.parameters] == ["lid"]
    assert weight.receiver is not None
    assert weight.receiver.name == "Shelf"
    assert (label.kind, label.parameters) == (CallKind.PROPERTY, ())
    assert (made.kind, made.name) == (CallKind.FUNCTION, "Jar")
    assert [p.name for p in made.parameters] == ["content", "grams", "size"]


def test_coroutines_and_generators_are_told_apart(larder: Path) -> None:
    sample.write(larder, {"larder/flow.py": "async def a(): ...\ndef b():\n    yield 1\n"})
    a, b = described(larder, ("larder.flow", "a"), ("larder.flow", "b"))
    assert (a.is_async, a.is_generator) == (True, False)
    assert (b.is_async, b.is_generator) == (False, True)


def test_each_target_is_answered_also_when_it_cannot_be_found(larder: Path) -> None:
    sample.write(larder, {"larder/bad.py": "raise RuntimeError('no config')"})
    bad, gone, good = described(
        larder, ("larder.bad", "f"), ("larder.shelf", "gone"), ("larder.shelf", "total")
    )
    assert bad.error == "RuntimeError: no config"
    assert gone.error == "larder.shelf has no gone"
    assert good.error == ""
