from __future__ import annotations

from regoose_ci.domain.events import Event, Notice
from regoose_ci.observability.bus import EventBus


def test_every_subscriber_gets_every_event_in_order() -> None:
    bus = EventBus()
    told: list[tuple[str, Event]] = []
    bus.subscribe(lambda event: told.append(("first", event)))
    bus.subscribe(lambda event: told.append(("second", event)))
    bus.publish(Notice("a"))
    bus.publish(Notice("b"))
    assert told == [
        ("first", Notice("a")),
        ("second", Notice("a")),
        ("first", Notice("b")),
        ("second", Notice("b")),
    ]


def test_who_comes_later_hears_only_what_is_new() -> None:
    bus = EventBus()
    bus.publish(Notice("before"))
    told: list[Event] = []
    bus.subscribe(told.append)
    bus.publish(Notice("after"))
    assert told == [Notice("after")]
