"""Bodies of test functions: lines that arrange, act and assert, and the same flipped."""

from __future__ import annotations

import ast
import dataclasses
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from regoose_ci.comparison.calls import (
    helper_lines,
    is_statement,
    observed_imports,
    render_call,
    render_observed,
)
from regoose_ci.comparison.source import parse_expression
from regoose_ci.domain.observations import Call, CallKind, Outcome, Raised
from regoose_ci.generation.embedded.arranging import arranged
from regoose_ci.generation.embedded.assertions import Check, checks_of
from regoose_ci.generation.embedded.naming import usable_name, variable_for

_PYTEST = "import pytest"
_INDENT = "    "
_WORTH_A_VARIABLE = 25


@dataclass(frozen=True, slots=True)
class Body:
    """The lines of a test function; ``flipped`` are the same with the assertions negated.

    ``arguments`` are fixtures and parametrized names; ``decorator`` is empty or one decorator.
    """

    lines: tuple[str, ...]
    flipped: tuple[str, ...]
    imports: tuple[str, ...]
    arguments: tuple[str, ...] = ()
    decorator: str = ""


def value_body(
    call: Call, outcome: Outcome, checks: Sequence[Check], parameters: Sequence[str], width: int
) -> Body:
    """Assert the value of a call; long inputs get a name first."""
    ready = arranged(call, parameters)
    call, setup = ready.call, [*ready.lines]
    if _compares_with_singleton(call):
        call, named = _named(call, "0", parameters)
        setup += named
    if len(checks) == 1 and _first_line(call, outcome, checks[0]) > width:
        call, longest = _with_longest_argument_named(call, parameters)
        setup += longest
    setup += helper_lines(call, outcome)
    subject = render_observed(call, outcome)
    if len(checks) > 1:
        name = usable_name("outcome", call) if "result" in subject else "result"
        setup.append(f"{name} = {subject}")
        subject = name
    imports = (*observed_imports(call, outcome), *(i for c in checks for i in c.imports))
    return Body(
        (*setup, *(c.render(subject) for c in checks)),
        (*setup, *(c.render_flipped(subject) for c in checks)),
        imports,
        ready.fixtures,
    )


def raising_body(call: Call, outcome: Outcome, raised: Raised, pattern: str) -> Body:
    """Assert that a call raises, with a message that ``pattern`` matches.

    ``raised`` must have a name that tests can use.
    """
    ready = arranged(call, ())
    call = ready.call
    setup = (*ready.lines, *helper_lines(call, outcome))
    act = _as_statement(call, outcome)
    return Body(
        (*setup, f"with pytest.raises({raised.name}, match={pattern}):", _INDENT + act),
        (
            *setup,
            "try:",
            _INDENT + act,
            f"except {raised.name} as error:",
            _INDENT + 'raise AssertionError("it was raised") from error',
        ),
        (*observed_imports(call, outcome), *raised.imports, _PYTEST),
        ready.fixtures,
    )


def argument_body(
    call: Call, outcome: Outcome, changed: Mapping[str, Check], parameters: Sequence[str]
) -> Body | None:
    """Assert what became of arguments (keys as in ``Outcome.changed_arguments``)."""
    ready = arranged(call, parameters)
    call, setup = ready.call, [*ready.lines]
    names: dict[str, str] = {}
    for key in changed:
        given = _argument(call, key)
        if given is not None and given.isidentifier():
            names[key] = given
            continue
        replaced = _with_argument_named(call, key, parameters, names.values())
        if replaced is None:
            return None
        call, names[key], lines = replaced
        setup += lines
    shown, flipped = [], []
    setup += helper_lines(call, outcome)
    imports = [*observed_imports(call, outcome)]
    value = outcome.value
    if value is not None and value.source != "None" and not is_statement(call):
        check = checks_of(value)[0]
        imports += check.imports
        shown.append(check.render(render_observed(call, outcome)))
        flipped.append(check.render_flipped(render_observed(call, outcome)))
    else:
        shown.append(_as_statement(call, outcome))
        flipped.append(shown[0])
    for key, check in changed.items():
        imports += check.imports
        shown.append(check.render(names[key]))
        flipped.append(check.render_flipped(names[key]))
    return Body((*setup, *shown), (*setup, *flipped), tuple(imports), ready.fixtures)


def stdout_body(call: Call, outcome: Outcome, check: Check) -> Body:
    """Assert what a call prints."""
    ready = arranged(call, ())
    call = ready.call
    setup = (*ready.lines, *helper_lines(call, outcome))
    act = _as_statement(call, outcome)
    read = "capsys.readouterr().out"
    return Body(
        (*setup, act, check.render(read)),
        (*setup, act, check.render_flipped(read)),
        (*observed_imports(call, outcome), *check.imports),
        (*ready.fixtures, "capsys"),
    )


def _as_statement(call: Call, outcome: Outcome) -> str:
    """The call on a line of its own, in a form that no linter takes for a forgotten one."""
    if is_statement(call):
        return render_call(call)
    source = render_observed(call, outcome)
    return source if isinstance(parse_expression(source), ast.Call) else f"_ = {source}"


def _first_line(call: Call, outcome: Outcome, check: Check) -> int:
    """How long the assert statement is, up to a long expected value that takes lines of its own."""
    line = len(check.render(render_observed(call, outcome)))
    expected = len(check.expected)
    return line - expected + 1 if expected > _WORTH_A_VARIABLE else line


def _with_longest_argument_named(call: Call, parameters: Sequence[str]) -> tuple[Call, list[str]]:
    keys = ["self", *map(str, range(len(call.args))), *(key for key, _ in call.kwargs)]
    longest = max(keys, key=lambda k: len(_argument(call, k) or ""), default=None)
    if longest is None or len(_argument(call, longest) or "") < _WORTH_A_VARIABLE:
        return call, []
    return _named(call, longest, parameters)


def _compares_with_singleton(call: Call) -> bool:
    """Whether the call reads ``x == None``: true to what is tested, but no linter lets it pass."""
    is_equality = call.kind is CallKind.METHOD and call.name in {"__eq__", "__ne__"}
    return is_equality and call.args in {("None",), ("True",), ("False",)}


def _named(call: Call, key: str, parameters: Sequence[str]) -> tuple[Call, list[str]]:
    replaced = _with_argument_named(call, key, parameters, ())
    return (replaced[0], replaced[2]) if replaced is not None else (call, [])


def _with_argument_named(
    call: Call, key: str, parameters: Sequence[str], taken: Collection[str]
) -> tuple[Call, str, list[str]] | None:
    """The call with one argument held by a variable, the variable, and its assignment."""
    source = _argument(call, key)
    if source is None:
        return None
    if isinstance(parse_expression(source), ast.Name):
        return call, source, []  # a recipe's lines named it already
    name = variable_for(int(key) if key.isdigit() else key, call, parameters)
    if name in taken:
        return None
    line = f"{name} = {source}"
    if key == "self":
        return dataclasses.replace(call, receiver=name), name, [line]
    if key.isdigit():
        args = (*call.args[: int(key)], name, *call.args[int(key) + 1 :])
        return dataclasses.replace(call, args=args), name, [line]
    kwargs = tuple((k, name if k == key else v) for k, v in call.kwargs)
    return dataclasses.replace(call, kwargs=kwargs), name, [line]


def _argument(call: Call, key: str) -> str | None:
    if key == "self":
        return call.receiver if call.kind is not CallKind.FUNCTION else None
    if key.isdigit():
        return call.args[int(key)] if int(key) < len(call.args) else None
    return dict(call.kwargs).get(key)
