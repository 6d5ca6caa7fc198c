"""Records calls that reach targets while other code runs, and how their objects were made."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from types import CodeType, FrameType

from .definitions import Definitions
from .framed import IMPLICIT, arguments_of, as_expression, global_function
from .histories import Histories
from .naming import Name
from .protocol import REPOSITORY, Call, CallKind, Made, Recorded, Target
from .sources import SourceWriter, UnprintableError

MAX_PROVENANCE = 5000
MAX_CLASSES = 100
MAX_OBJECTS = 8
"""So many classes, and objects of each, are told of."""
MAX_TRIES = 200
"""How often arguments of one function are written as source before it counts as known enough."""


class Recorder:
    """Collects calls of targets, and the public calls through which tests came to them.

    ``root`` is where the reviewed tree stands. ``is_test`` tells of a path whether it is test
    code, ``expects_exception`` of a line whether a test expects one there.
    """

    def __init__(
        self,
        targets: tuple[Target, ...],
        max_calls: int,
        is_test: Callable[[str], bool],
        expects_exception: Callable[[str, int], bool],
        root: str = REPOSITORY,
    ) -> None:
        self._inside = f"{root}/"
        self._by_path: dict[str, list[Target]] = {}
        for target in targets:
            self._by_path.setdefault(f"{root}/{target.path}", []).append(target)
        self._room = {(t.id, direct): max_calls for t in targets for direct in (True, False)}
        self._is_test = is_test
        self._definitions = Definitions(is_test)
        self._expects_exception = expects_exception
        self._codes: dict[CodeType, Target | None] = {}
        self._project: dict[str, bool] = {}
        self._tries: dict[CodeType, int] = {}
        self._made: dict[int, Name] = {}
        self._alive: list[object] = []
        self._histories = Histories(lambda made: self._made.pop(made, None))
        self._seen: set[tuple[str, Call]] = set()
        self._last: dict[str, tuple[FrameType, ...]] = {}
        self._busy = False
        self._recorded: list[Recorded] = []
        self._objects: dict[str, dict[Made, None]] = {}
        self.test = ""

    @contextmanager
    def recording(self) -> Iterator[None]:
        """Record during the body of a ``with`` statement."""
        sys.setprofile(self._on_event)
        try:
            yield
        finally:
            sys.setprofile(None)

    @property
    def satisfied(self) -> bool:
        """Every target was called as often as is worth recording."""
        return not any(room for (_, direct), room in self._room.items() if direct)

    def take(self) -> list[Recorded]:
        """Return what was recorded since the last call of this method."""
        taken, self._recorded = self._recorded, []
        return taken

    def objects(self) -> Iterator[Made]:
        """Return some objects of each class of the project that were made."""
        for known in self._objects.values():
            yield from known

    def _on_event(self, frame: FrameType, event: str, argument: object) -> None:
        if self._busy or event not in ("call", "return"):
            return
        code = frame.f_code
        if not self._in_project(code.co_filename):
            return
        self._busy = True
        try:
            if event == "call":
                target = self._target(code)
                if target is not None and self._has_room(target):
                    self._record(target, frame)
                self._follow(frame)
                return
            self._histories.leave(id(frame))
            if argument is not None or code.co_name == "__init__":
                self._remember(frame, argument)
        except Exception:  # noqa: BLE001 - looking at reviewed objects may raise anything
            return
        finally:
            self._busy = False

    def _has_room(self, target: Target) -> bool:
        return bool(self._room[target.id, True] or self._room[target.id, False])

    def _in_project(self, path: str) -> bool:
        known = self._project.get(path)
        if known is None:
            known = path.startswith(self._inside) and not self._is_test(path)
            self._project[path] = known
        return known

    def _target(self, code: CodeType) -> Target | None:
        if code not in self._codes:
            candidates = self._by_path.get(code.co_filename, ())
            self._codes[code] = next(
                (t for t in candidates if t.first_line <= code.co_firstlineno <= t.last_line), None
            )
        return self._codes[code]

    # --- calls ---------------------------------------------------------------------------------

    def _record(self, target: Target, frame: FrameType) -> None:
        self._definitions.look_from(frame)
        entry = self._entry(frame)
        caller = entry.f_back
        while caller is not None and not caller.f_code.co_filename.startswith(self._inside):
            caller = caller.f_back
        in_contract = caller is None or not self._expects_exception(
            caller.f_code.co_filename, caller.f_lineno
        )
        seen, self._last[target.id] = self._last.get(target.id, ()), (frame, entry)
        for made_by in {frame, entry}:
            if made_by in seen:
                continue  # a generator that goes on, or code nested in the function
            call = self._call(made_by)
            if call is None or (target.id, call) in self._seen:
                continue
            self._seen.add((target.id, call))
            direct = made_by is frame
            if not self._room[target.id, direct]:
                continue
            self._room[target.id, direct] -= 1
            self._recorded.append(Recorded(target.id, call, direct, in_contract, self.test))

    def _entry(self, frame: FrameType) -> FrameType:
        """Find the outermost project frame below the test: the call that the test wrote."""
        entry, current = frame, frame.f_back
        while current is not None:
            if self._in_project(current.f_code.co_filename):
                entry = current
            elif current.f_code.co_filename.startswith(self._inside):
                break
            current = current.f_back
        return entry

    def _call(self, frame: FrameType) -> Call | None:
        code = frame.f_code
        if self._tries.get(code, 0) >= MAX_TRIES:
            return None
        self._tries[code] = self._tries.get(code, 0) + 1
        try:
            return self._written_call(frame)
        except UnprintableError:
            return None

    def _written_call(self, frame: FrameType) -> Call | None:
        code = frame.f_code
        if code.co_name.startswith("<"):
            return None
        positional = code.co_varnames[: code.co_argcount]
        values = frame.f_locals
        if positional and positional[0] in IMPLICIT:
            return self._method_call(frame, values[positional[0]])
        function = global_function(frame)
        if function is None:
            return None
        return self._assemble(CallKind.FUNCTION, function, None, arguments_of(frame, 0))

    def _method_call(self, frame: FrameType, owner: object) -> Call | None:
        code = frame.f_code
        arguments = arguments_of(frame, 1)
        if isinstance(owner, type):
            if code.co_name == "__new__":
                return None
            kind = self._write(owner)
            name = Name(f"{kind.expression}.{code.co_name}", kind.imports)
            return self._assemble(CallKind.FUNCTION, name, None, arguments)
        if code.co_name == "__init__":
            return self._assemble(CallKind.FUNCTION, self._write(type(owner)), None, arguments)
        member = inspect.getattr_static(type(owner), code.co_name, None)
        is_method = callable(member) and not isinstance(member, type)
        call_kind = CallKind.METHOD if is_method else CallKind.PROPERTY
        return self._assemble(call_kind, Name(code.co_name), self._write(owner), arguments)

    def _assemble(
        self,
        kind: CallKind,
        name: Name,
        receiver: Name | None,
        arguments: tuple[list[object], dict[str, object]],
    ) -> Call:
        args = [self._write(value) for value in arguments[0]]
        kwargs = [(key, self._write(value)) for key, value in arguments[1].items()]
        parts = [name, *([receiver] if receiver else []), *args, *(v for _, v in kwargs)]
        imports = dict.fromkeys(i for part in parts for i in part.imports)
        return Call(
            kind,
            name.expression,
            receiver.expression if receiver else None,
            tuple(a.expression for a in args),
            tuple((k, v.expression) for k, v in kwargs),
            tuple(imports),
        )

    def _write(self, value: object) -> Name:
        made = _Provenance(self._made, self._histories)
        return SourceWriter(made, self._definitions).write(value)

    # --- how objects were made -----------------------------------------------------------------

    def _remember(self, frame: FrameType, result: object) -> None:
        code = frame.f_code
        if code.co_name == "__init__":
            made = frame.f_locals.get(code.co_varnames[0])
        else:
            made = result
            if code.co_name.startswith("_") and not code.co_name.endswith("__"):
                return
        if made is None or id(made) in self._made or len(self._made) >= MAX_PROVENANCE:
            return
        kind = type(made)
        if not self._is_project_type(kind) or isinstance(made, type):
            return
        if not _is_maker(frame, made):
            return
        self._definitions.look_from(frame)
        try:
            call = self._written_call(frame)
        except UnprintableError:
            return
        if call is None:
            return
        text = as_expression(call)
        if text is not None and len(text) < 300:
            self._made[id(made)] = Name(text, call.imports)
            self._alive.append(made)
            self._tell_of(kind, self._made[id(made)])

    def _tell_of(self, kind: type, name: Name) -> None:
        if kind.__qualname__ not in self._objects and len(self._objects) >= MAX_CLASSES:
            return
        known = self._objects.setdefault(kind.__qualname__, {})
        if len(known) < MAX_OBJECTS:
            known.setdefault(Made(kind.__qualname__, name.expression, name.imports))

    def _follow(self, frame: FrameType) -> None:
        """Take note of a method that a test calls on an object whose making is known."""
        code, caller = frame.f_code, frame.f_back
        if not code.co_argcount or caller is None or not self._is_test(caller.f_code.co_filename):
            return
        owner = frame.f_locals[code.co_varnames[0]]
        if code.co_varnames[0] != "self" or id(owner) not in self._made:
            return
        try:
            made = self._assemble(
                CallKind.METHOD, Name(code.co_name), Name(""), arguments_of(frame, 1)
            )
        except UnprintableError:
            made = None
        self._histories.enter(id(frame), owner, code.co_name, made)

    def _is_project_type(self, kind: type) -> bool:
        if self._definitions.is_defined_in_tests(kind):
            return True
        module = sys.modules.get(kind.__module__)
        path = getattr(module, "__file__", None) or ""
        return self._in_project(path)


class _Provenance(Mapping[int, Name]):
    """How objects are made as they are now, by ``id``."""

    def __init__(self, made: dict[int, Name], histories: Histories) -> None:
        self._made = made
        self._histories = histories

    def __getitem__(self, made: int) -> Name:
        return self._histories.rebuilt(made, self._made[made])

    def __iter__(self) -> Iterator[int]:
        return iter(self._made)

    def __len__(self) -> int:
        return len(self._made)


def _is_maker(frame: FrameType, made: object) -> bool:
    """A constructor, or a function that returned an object other than its own receiver."""
    code = frame.f_code
    if code.co_name == "__init__":
        return True
    first = frame.f_locals.get(code.co_varnames[0]) if code.co_argcount else None
    return first is not made
