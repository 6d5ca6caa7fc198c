"""The one event bus: progress, logs and later metrics and the dashboard subscribe to it."""

from __future__ import annotations

from collections.abc import Callable

from regoose_ci.domain.events import Event

Subscriber = Callable[[Event], None]


class EventBus:
    """Hands every published event to every subscriber, in the order they subscribed."""

    def __init__(self) -> None:
        self._subscribers: list[Subscriber] = []

    def subscribe(self, subscriber: Subscriber) -> None:
        """Call ``subscriber`` with every event from now on. It must not raise or block."""
        self._subscribers.append(subscriber)

    def publish(self, event: Event) -> None:
        """Tell all subscribers of ``event``."""
        for subscriber in self._subscribers:
            subscriber(event)
