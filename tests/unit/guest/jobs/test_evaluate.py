from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from regoose_ci.guest.exceptions import MAX_MESSAGE
from regoose_ci.guest.jobs.evaluate import MAX_ITEMS, MAX_STDOUT, evaluate
from regoose_ci.guest.protocol import (
    Call,
    CallKind,
    EvaluateJob,
    Outcome,
    OutcomeKind,
    Raised,
    Reach,
    Target,
    Value,
)
from tests.unit.guest import sample

ACTS = {
    "larder/acts.py": """
        import contextlib
        import os
        import sys
        import time
        import warnings


        def say(text):
            print(text)


        def warn():
            warnings.warn("old", DeprecationWarning)
            return Old()


        class Old:
            def __init__(self):
                warnings.warn("older", FutureWarning)


        def refuse():
            raise ValueError("not today")


        def stumble():
            return None.missing


        def borrowed():
            int("x")


        def leave():
            sys.exit(3)


        def sleep(seconds):
            time.sleep(seconds)


        def stubborn(seconds):
            end = time.time() + seconds
            while time.time() < end:
                try:
                    time.sleep(seconds)
                except Exception:
                    pass


        def count(n):
            print("counting")
            for m in range(n):
                yield m


        def broken_count():
            yield 1
            raise LookupError("second")


        @contextlib.contextmanager
        def opened(name):
            yield name.upper()
            if name == "stuck":
                raise OSError("not closed")


        async def fetch(value):
            return value


        async def broken_fetch():
            raise LookupError("gone")


        async def stream(n):
            for m in range(n):
                yield m


        async def broken_stream():
            yield 1
            raise LookupError("gone")


        def grow(items, more=None):
            items.append(1)
            return len(items)


        def replace(items):
            items = [*items, 1]
            return items


        def fork(n):
            child = os.fork()
            if child:
                os.waitpid(child, 0)
            return n


        def lines(path):
            return len(path.read_text().splitlines())


        class Stop(BaseException):
            pass


        def stop():
            raise Stop("here")


        class Angry(type):
            def __getattribute__(cls, name):
                raise RuntimeError(name)


        class Beast(Exception, metaclass=Angry):
            pass


        def roar():
            raise Beast("loud")


        class Masked:
            def __init__(self, size):
                self.size = size

            @property
            def __class__(self):
                return dict


        class Bomb:
            @property
            def __class__(self):
                raise RuntimeError("no class")


        def write(out, text):
            out.write(text)


        class Loud(Exception):
            def __str__(self):
                raise RuntimeError("no text")


        def shout():
            raise Loud


        class Counter:
            def __init__(self, start=0):
                self.value = start

            def up(self):
                self.value += 1

            def look(self):
                return self.value

            def __eq__(self, other):
                return NotImplemented

            def __iter__(self):
                return iter(range(self.value))

            def __contains__(self, n):
                return n < self.value
        """,
}
IMPORT = "from larder.acts import *"


@pytest.fixture(autouse=True)
def _acts(larder: Path) -> Iterator[None]:
    before = signal.getsignal(signal.SIGALRM)
    sample.write(larder, ACTS)
    yield
    signal.signal(signal.SIGALRM, before)


def call(name: str, *args: str, **kwargs: str) -> Call:
    return Call(CallKind.FUNCTION, name, None, args, tuple(kwargs.items()), (IMPORT,))


def method(receiver: str, name: str, *args: str) -> Call:
    return Call(CallKind.METHOD, name, receiver, args, (), (IMPORT,))


def outcome(larder: Path, made: Call, timeout: float = 5.0) -> Outcome:
    (result,) = evaluate(EvaluateJob((made,), call_timeout=timeout), str(larder))
    return result.outcome


def returned(value: object) -> Outcome:
    return Outcome(OutcomeKind.RETURNED, Value(type(value).__name__, repr(value)))


@pytest.mark.parametrize(
    ("made", "value"),
    [
        (call("len", "[1, 2]"), 2),
        (call("int", "'101'", base="2"), 5),
        (method("'a b'", "split"), ["a", "b"]),
        (method("Counter(2)", "__contains__", "1"), True),
        (method("Counter()", "__eq__", "1"), False),
        (method("Counter()", "__hash__"), True),
    ],
)
def test_calls_return(larder: Path, made: Call, value: object) -> None:
    if made.name == "__hash__":
        made = method("'a'", "__hash__")
    assert outcome(larder, made) == returned(value)


def test_properties_are_read(larder: Path) -> None:
    made = Call(CallKind.PROPERTY, "label", "Jar('jam')", imports=("from larder import Jar",))
    assert outcome(larder, made) == returned("jam 100 g")


@pytest.mark.parametrize(
    ("made", "type_name", "message", "deliberate"),
    [
        (call("refuse"), "ValueError", "not today", True),
        (call("stumble"), "AttributeError", "'NoneType' object has no attribute 'missing'", False),
        (call("borrowed"), "ValueError", "invalid literal for int() with base 10: 'x'", False),
        (
            call("refuse", "1"),
            "TypeError",
            "refuse() takes 0 positional arguments but 1 was given",
            False,
        ),
        (call("leave"), "SystemExit", "3", False),
        (call("shout"), "Loud", "", True),
        (call("stop"), "Stop", "here", True),
        (call("roar"), "Beast", "loud", True),
    ],
)
def test_exceptions_are_outcomes(
    larder: Path, made: Call, type_name: str, message: str, deliberate: bool
) -> None:
    found = outcome(larder, made)
    assert found.kind is OutcomeKind.RAISED
    assert found.value is None
    assert found.raised is not None
    assert (found.raised.type, found.raised.message, found.raised.deliberate) == (
        type_name,
        message,
        deliberate,
    )


def test_exceptions_of_the_project_come_with_their_import(larder: Path) -> None:
    assert outcome(larder, call("shout")).raised == Raised(
        "Loud", "", "Loud", ("from larder.acts import Loud",), deliberate=True
    )


def test_long_messages_are_cut(larder: Path) -> None:
    sample.write(larder, {"larder/loud.py": "def f():\n    raise KeyError('b' * 3000)\n"})
    raised = outcome(
        larder,
        Call(CallKind.FUNCTION, "f", imports=("import larder.loud", "from larder.loud import f")),
    ).raised
    assert raised is not None
    assert len(raised.message) == MAX_MESSAGE


@pytest.mark.parametrize("made", [call("sleep", "30"), call("stubborn", "30")])
def test_calls_that_take_too_long_are_stopped(larder: Path, made: Call) -> None:
    started = time.monotonic()
    assert outcome(larder, made, 0.1) == Outcome(OutcomeKind.TIMEOUT, detail="0.1")
    assert time.monotonic() - started < 5


def test_after_a_timeout_the_next_call_is_made(larder: Path) -> None:
    job = EvaluateJob((call("sleep", "30"), call("len", "[]")), call_timeout=0.1)
    assert [e.outcome.kind for e in evaluate(job, str(larder))] == [
        OutcomeKind.TIMEOUT,
        OutcomeKind.RETURNED,
    ]


def test_no_call_is_begun_after_the_jobs_time_but_the_first(larder: Path) -> None:
    job = EvaluateJob((call("len", "[]"),) * 3, seconds=-1.0)
    assert [e.index for e in evaluate(job, str(larder))] == [0]


@pytest.mark.parametrize(
    "made",
    [call("missing"), call("len", "1/0"), call("len", "nothing"), call("len", "(")],
)
def test_what_cannot_be_built_is_never_called(larder: Path, made: Call) -> None:
    assert outcome(larder, made).kind is OutcomeKind.UNBUILDABLE


def test_a_module_that_is_gone_makes_a_call_unbuildable(larder: Path) -> None:
    made = Call(CallKind.FUNCTION, "f", imports=("from larder.gone import f",))
    found = outcome(larder, made)
    assert found.kind is OutcomeKind.UNBUILDABLE
    assert found.detail.startswith("ModuleNotFoundError")


def test_imports_have_a_time_of_their_own(larder: Path) -> None:
    sample.write(larder, {"larder/slow.py": "import time\ntime.sleep(0.3)\n\ndef f():\n    pass\n"})
    made = Call(CallKind.FUNCTION, "f", imports=("from larder.slow import f",))
    assert outcome(larder, made, 0.1) == returned(None)


def test_a_process_that_a_call_forks_does_not_answer(larder: Path, tmp_path: Path) -> None:
    log = tmp_path / "answers"
    for result in evaluate(EvaluateJob((call("fork", "7"),)), str(larder)):
        with log.open("a") as file:
            file.write(f"{result.outcome.value}\n")
    assert len(log.read_text().splitlines()) == 1


def test_recipes_are_followed_afresh_for_every_call(larder: Path) -> None:
    counter = "(it := Counter(1), it.up(), it.up())[0]"
    assert outcome(larder, method(counter, "look")) == returned(3)
    assert outcome(larder, method(counter, "look")) == returned(3)
    assert outcome(larder, call("Counter.look", "it")).kind is OutcomeKind.UNBUILDABLE


def test_files_are_written_to_an_empty_directory(larder: Path) -> None:
    file = "(it := tmp_path / 'a.txt', it.write_text('a\\nb'))[0]"
    assert outcome(larder, call("lines", file)) == returned(2)
    assert outcome(larder, call("len", "list(tmp_path.iterdir())")) == returned(0)


@pytest.mark.parametrize(
    ("made", "value"),
    [
        (call("Masked", "3"), Value("Masked", parts={"{}.size": Value("int", "3")})),
        (call("Bomb"), Value("Bomb")),
    ],
    ids=["lies", "raises"],
)
def test_objects_are_not_asked_for_their_class(larder: Path, made: Call, value: Value) -> None:
    assert outcome(larder, made) == Outcome(OutcomeKind.RETURNED, value)


def test_what_is_written_to_a_stream_is_told(larder: Path) -> None:
    made = Call(
        CallKind.FUNCTION, "write", None, ("io.StringIO()", "'a'"), (), (IMPORT, "import io")
    )
    text = Value("str", "'a'")
    assert outcome(larder, made).changed_arguments == {
        "0": Value("StringIO", parts={"{}.getvalue()": text})
    }


def test_a_changed_object_is_told_by_its_parts(larder: Path) -> None:
    made = call("Counter.up", "Counter(1)")
    assert outcome(larder, made).changed_arguments == {
        "0": Value("Counter", parts={"{}.value": Value("int", "2")})
    }


def test_generators_are_listed_and_what_they_print_is_kept(larder: Path) -> None:
    found = outcome(larder, call("count", "3"))
    assert found.value == Value("list", "[0, 1, 2]")
    assert (found.iterated, found.awaited, found.stdout) == (True, False, "counting\n")


@pytest.mark.parametrize("made", [call("count", "10**9"), method("Counter(10**9)", "__iter__")])
def test_endless_iterators_are_told_by_their_first_items(larder: Path, made: Call) -> None:
    found = outcome(larder, made)
    assert not found.iterated
    assert found.value is not None
    assert found.value.type == "iterator"
    assert found.value.parts["list(itertools.islice({}, 5))"].source == "[0, 1, 2, 3, 4]"


def test_iterators_are_listed_up_to_the_limit(larder: Path) -> None:
    found = outcome(larder, call("count", str(MAX_ITEMS)))
    assert found.iterated
    assert found.value == Value("list", repr(list(range(MAX_ITEMS))))
    assert outcome(larder, method("Counter(2)", "__iter__")).value == Value("list", "[0, 1]")


def test_context_managers_are_entered(larder: Path) -> None:
    found = outcome(larder, call("opened", "'a'"))
    assert (found.value, found.entered) == (Value("str", "'A'"), True)
    stuck = outcome(larder, call("opened", "'stuck'"))
    assert stuck.raised is not None
    assert (stuck.raised.message, stuck.entered) == ("not closed", True)


def test_coroutines_are_awaited(larder: Path) -> None:
    found = outcome(larder, call("fetch", "1"))
    assert (found.value, found.awaited, found.iterated) == (Value("int", "1"), True, False)


def test_async_generators_are_collected(larder: Path) -> None:
    found = outcome(larder, call("stream", "2"))
    assert (found.value, found.awaited, found.iterated) == (Value("list", "[0, 1]"), True, True)


def test_endless_async_generators_are_only_named(larder: Path) -> None:
    found = outcome(larder, call("stream", "10**9"))
    assert (found.value, found.awaited, found.iterated) == (Value("async_generator"), False, False)


@pytest.mark.parametrize(
    ("name", "awaited", "iterated"),
    [("broken_fetch", True, False), ("broken_count", False, True), ("broken_stream", True, True)],
)
def test_an_exception_tells_how_it_was_reached(
    larder: Path, name: str, awaited: bool, iterated: bool
) -> None:
    found = outcome(larder, call(name))
    assert found.raised is not None
    assert found.raised.type == "LookupError"
    assert (found.awaited, found.iterated) == (awaited, iterated)


def test_a_running_loop_is_never_left_behind(larder: Path) -> None:
    outcome(larder, call("stream", "10**9"))
    with pytest.raises(RuntimeError):
        asyncio.get_running_loop()


@pytest.mark.filterwarnings("default")
def test_warnings_are_told_also_of_making_arguments(larder: Path) -> None:
    assert outcome(larder, call("warn")).warned == ("DeprecationWarning", "FutureWarning")
    assert outcome(larder, method("Old()", "__hash__")).warned == ("FutureWarning",)
    assert outcome(larder, call("say", "'quiet'")).warned == ()
    assert outcome(larder, call("warn")) == outcome(larder, call("warn"))


def test_output_is_capped(larder: Path) -> None:
    assert outcome(larder, call("say", "'ab'")).stdout == "ab\n"
    assert outcome(larder, call("say", "'x' * 9999")).stdout == "x" * MAX_STDOUT


def test_output_of_a_call_that_raises_is_kept(larder: Path) -> None:
    sample.write(larder, {"larder/loud.py": "def f():\n    print('a')\n    raise KeyError('b')\n"})
    made = Call(CallKind.FUNCTION, "f", imports=("from larder.loud import f",))
    assert outcome(larder, made).stdout == "a\n"


def test_changed_arguments_are_told(larder: Path) -> None:
    assert outcome(larder, call("grow", "[0]")).changed_arguments == {"0": Value("list", "[0, 1]")}
    assert outcome(larder, call("grow", items="[]")).changed_arguments == {
        "items": Value("list", "[1]")
    }
    assert outcome(larder, call("replace", "[0]")).changed_arguments == {}


def test_a_changed_receiver_is_told(larder: Path) -> None:
    changed = outcome(larder, method("Counter(1)", "up")).changed_arguments
    assert changed["self"].parts["{}.value"] == Value("int", "2")
    assert outcome(larder, method("Counter(1)", "look")).changed_arguments == {}


def test_reached_lines_come_with_each_call(larder: Path) -> None:
    lines = (larder / "larder/shelf.py").read_text().splitlines()
    first = next(n for n, line in enumerate(lines, 1) if line.startswith("def total"))
    watched = Target("t", "larder/shelf.py", "larder.shelf", "total", first, first + 3)
    imports = ("from larder.shelf import total",)
    calls = (
        Call(CallKind.FUNCTION, "total", None, ("['a']",), (), imports),
        Call(CallKind.FUNCTION, "total", None, ("[]",), (("dry", "True"),), imports),
        Call(CallKind.FUNCTION, "len", None, ("[]",)),
    )
    reached = [e.reach for e in evaluate(EvaluateJob(calls, (watched,)), str(larder))]
    assert reached[0].lines == {"larder/shelf.py": (first + 1, first + 3)}
    assert reached[1].lines == {"larder/shelf.py": (first + 1, first + 2)}
    assert reached[2] == Reach()


def test_what_looking_at_the_result_runs_is_not_reached(larder: Path) -> None:
    lines = (larder / "larder/_jar.py").read_text().splitlines()
    label = next(n for n, line in enumerate(lines, 1) if "def label" in line)
    watched = Target("t", "larder/_jar.py", "larder._jar", "Jar.label", label - 1, label + 1)
    made = Call(CallKind.FUNCTION, "Jar", None, ("'jam'",), (), ("from larder import Jar",))
    (result,) = evaluate(EvaluateJob((made,), (watched,)), str(larder))
    assert result.outcome.value is not None
    assert "{}.label" in result.outcome.value.parts
    assert result.reach == Reach()
