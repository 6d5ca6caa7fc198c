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
    assert [d.is_missing for d in (bad, gone, good)] == [False, True, False]


HIDING = """
    def hiding(function):
        def wrapper(*args, **kwargs):
            return function(*args, **kwargs)
        return wrapper


    @hiding
    def scale(n: int, factor: int = 2): ...


    class Gauge:
        def __init__(self, level: int = 0):
            self._level = level

        @hiding
        def raised(self, steps: int): ...

        @property
        def level(self) -> int: ...

        @level.setter
        def level(self, value: int) -> None: ...
    """


def at(qualname: str, first: int, last: int) -> Target:
    return Target(qualname, "larder/hiding.py", "larder.hiding", qualname, first, last)


def test_signatures_are_found_below_decorators_that_hide_them(larder: Path) -> None:
    sample.write(larder, {"larder/hiding.py": HIDING})
    job = DescribeJob((at("scale", 7, 8), at("Gauge.raised", 15, 16)))
    scale, raised = describe(job, str(larder))
    assert [(p.name, p.type.kind) for p in scale.parameters] == [("n", "int"), ("factor", "int")]
    assert [p.name for p in raised.parameters] == ["steps"]


def test_a_setter_is_called_by_the_name_that_it_sets(larder: Path) -> None:
    sample.write(larder, {"larder/hiding.py": HIDING})
    getter, setter = describe(
        DescribeJob((at("Gauge.level", 18, 19), at("Gauge.level", 21, 22))), str(larder)
    )
    assert getter.kind is CallKind.PROPERTY
    assert (setter.kind, setter.name) == (CallKind.METHOD, "__setattr__")
    assert setter.parameters[0].type.values == ("'level'",)
    assert setter.parameters[1].name == "value"


def test_a_registered_implementation_is_called_with_its_type(larder: Path) -> None:
    text = """
        import functools


        @functools.singledispatch
        def show(value: object): ...


        @show.register(list)
        def _(value): ...
        """
    sample.write(larder, {"larder/hiding.py": text})
    (shown,) = describe(DescribeJob((at("show", 8, 9),)), str(larder))
    assert [(p.name, p.type.kind) for p in shown.parameters] == [("value", "list")]


OPERANDS = """
    class Base:
        def __eq__(self, other: object) -> bool: ...
        def clear(self, other): ...

    class Version(Base):
        def __init__(self, text: str): ...
        def __lt__(self, other): ...
        def __add__(self, other: int): ...

    class Box(dict):
        def __init__(self, *args, **kwargs): ...
        def weigh(self): ...
    """


def test_an_operand_may_be_of_the_class_itself(larder: Path) -> None:
    sample.write(larder, {"larder/operands.py": OPERANDS})
    equal, clear, less, add = described(
        larder,
        *(("larder.operands", name) for name in (
            "Base.__eq__", "Base.clear", "Version.__lt__", "Version.__add__",
        )),
    )  # fmt: skip
    operands = [d.parameters[0].type for d in (equal, clear, less, add)]
    names = [[part.name or part.kind for part in form.args] for form in operands]
    assert names == [["Version", "Base", "unknown"], [], ["Version", "unknown"], ["Version", "int"]]


def test_a_container_of_ones_own_takes_what_its_base_takes(larder: Path) -> None:
    sample.write(larder, {"larder/operands.py": OPERANDS})
    made, weigh = described(
        larder, ("larder.operands", "Box.__init__"), ("larder.operands", "Box.weigh")
    )
    assert [(p.kind, p.type.kind) for p in made.parameters] == [("positional_only", "dict")]
    assert weigh.receiver is not None
    assert weigh.receiver.parameters == made.parameters
