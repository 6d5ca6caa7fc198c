"""Sets Python's clocks ahead, so that what depends on today's date comes out differently.

Clocks that extension modules ask for themselves stay as they are, and so does monotonic time.
"""

from __future__ import annotations

import ctypes
import datetime
import functools
import gc
import time
from collections.abc import Callable
from typing import TypeVar

_T = TypeVar("_T")
_NS = 1_000_000_000


def set_ahead(seconds: int) -> None:
    """Set all clocks of this process ahead; to be called before other modules ask for them."""
    if seconds:
        _set_time_ahead(seconds)
        _set_datetime_ahead()


def _set_time_ahead(seconds: int) -> None:
    now, now_ns = time.time, time.time_ns
    time.time = functools.wraps(now)(lambda: now() + seconds)
    time.time_ns = functools.wraps(now_ns)(lambda: now_ns() + seconds * _NS)
    for name in ("localtime", "gmtime", "ctime"):
        setattr(time, name, _of_now(getattr(time, name), 0, time.time))
    time.asctime = _of_now(time.asctime, 0, time.localtime)
    time.strftime = _of_now(time.strftime, 1, time.localtime)


def _of_now(told: Callable[..., _T], position: int, now: Callable[[], object]) -> Callable[..., _T]:
    """Give ``told`` the time that it would ask for itself, where it is not given any."""

    @functools.wraps(told)
    def of_now(*arguments: object) -> _T:
        given = arguments[position:] not in ((), (None,))
        return told(*arguments) if given else told(*arguments[:position], now())

    return of_now


def _set_datetime_ahead() -> None:
    """Replace what asks the operating system; the rest, ``date.today`` too, asks ``time``.

    The class stays the same object, so that its instances, subclasses and pickles do, too.
    """
    kind = datetime.datetime

    def now(cls: type[datetime.datetime], tz: datetime.tzinfo | None = None) -> datetime.datetime:
        return cls.fromtimestamp(time.time(), tz)

    def utcnow(cls: type[datetime.datetime]) -> datetime.datetime:
        return cls.fromtimestamp(time.time(), datetime.timezone.utc).replace(tzinfo=None)

    (attributes,) = gc.get_referents(kind.__dict__)
    attributes["now"], attributes["utcnow"] = classmethod(now), classmethod(utcnow)
    ctypes.pythonapi.PyType_Modified(ctypes.py_object(kind))
