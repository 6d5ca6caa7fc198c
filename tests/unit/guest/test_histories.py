from __future__ import annotations

from regoose_ci.guest.histories import MAX_STEPS, Histories
from regoose_ci.guest.naming import Name
from regoose_ci.guest.protocol import Call, CallKind

MADE = Name("BagOfThings(3)", ("from shop import BagOfThings",))


class BagOfThings:
    def __init__(self) -> None:
        self.things: list[object] = []


class Followed:
    """A bag, and calls that put things into it as a test would."""

    def __init__(self) -> None:
        self.bag = BagOfThings()
        self.forgotten: list[int] = []
        self.histories = Histories(self.forgotten.append)

    def call(self, name: str, *args: str, changes: bool = True, written: bool = True) -> None:
        step = Call(CallKind.METHOD, name, "", args) if written else None
        self.histories.enter(1, self.bag, name, step)
        if changes:
            self.bag.things.append(len(self.bag.things))
        self.histories.leave(1)

    def rebuilt(self) -> Name:
        return self.histories.rebuilt(id(self.bag), MADE)


def test_an_object_that_was_only_made_is_as_it_was_made() -> None:
    followed = Followed()
    followed.call("look", changes=False)
    assert followed.rebuilt() == MADE


def test_what_changed_an_object_is_done_again() -> None:
    followed = Followed()
    followed.call("put", "'a'", "2")
    followed.call("__setitem__", "0", "'b'")
    followed.call("__iadd__", "['c']")
    assert followed.rebuilt() == Name(
        "((it := BagOfThings(3)), it.put('a', 2), it.__setitem__(0, 'b'), it.__iadd__(['c']))[0]",
        ("from shop import BagOfThings",),
    )


def test_an_object_changed_by_what_cannot_be_written_is_forgotten() -> None:
    followed = Followed()
    followed.call("put", written=False)
    assert followed.forgotten == [id(followed.bag)]


def test_an_object_changed_too_often_is_forgotten() -> None:
    followed = Followed()
    for _ in range(MAX_STEPS):
        followed.call("put")
    assert followed.forgotten == []
    followed.call("put")
    assert followed.forgotten == [id(followed.bag)]
