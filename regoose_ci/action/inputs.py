"""The action's inputs: settings that a workflow may set, and what only the action has."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, ValidationError
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from regoose_ci.config import PREFIX, Settings, setting_name, variable_name
from regoose_ci.errors import UsageError

_PREFIX = f"{PREFIX}ACTION_"
SETTINGS = (
    "provider",
    "model",
    "base_url",
    "api_key",
    "max_cost",
    "max_tokens",
    "budget",
    "only",
    "fail_on",
    "python_version",
    "with_",
    "setup",
    "env",
    "require_sandbox",
    "jobs",
    "memory_mb",
    "pids",
)
"""Settings that are inputs. Each other one can be set as ``REGOOSE_*`` in the step's ``env``."""


def _words(value: object) -> object:
    return tuple(value.split()) if isinstance(value, str) else value


class ActionSettings(BaseSettings):
    """What the phases around a review need to know."""

    model_config = SettingsConfigDict(
        env_prefix=_PREFIX, env_ignore_empty=True, frozen=True, extra="ignore"
    )

    comment: bool = Field(True, description="Whether the pull request gets a comment")
    commands: bool = Field(
        False,
        description="Whether the comment tells of `/regoose`; for workflows that run on comments",
    )
    skip: Annotated[tuple[Literal["draft", "bot"], ...], NoDecode, BeforeValidator(_words)] = Field(
        ("draft",), description="Pull requests that are not reviewed: draft, bot"
    )
    artifact: str = Field(
        "regoose-report",
        pattern=r"^[A-Za-z0-9_.-]{1,100}\z",
        description="Name of the artifact with the report",
    )


@dataclass(frozen=True)
class Input:
    """One input of action.yml; ``variable`` is what a phase reads it from, if one does."""

    name: str
    description: str
    default: str
    variable: str | None = None


_TOKEN = Input("github-token", "Token for comments and reactions", "${{ github.token }}")
_MACHINE = (
    Input("image", "Image of Regoose CI; built from this action's Dockerfile if empty", ""),
    Input("engine", "Container engine of the runner: auto, podman or docker", "auto"),
    Input("network", "Network of the engine that Regoose uses; the engine's own if empty", ""),
    Input("certificates", "Directory of the runner to use as /etc/ssl/certs", ""),
)


def read_inputs() -> ActionSettings:
    """Read ``REGOOSE_ACTION_*``.

    Raises:
        UsageError: A value is wrong.
    """
    try:
        return ActionSettings()
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        name = setting_name(str(first["loc"][0]))
        info = ActionSettings.model_fields[name]
        raise UsageError(f"The input {name} is wrong: {first['msg']}.", f"{info.description}."
                         ) from None  # fmt: skip


def review_inputs() -> Sequence[Input]:
    """The inputs that a review reads."""
    fields = {name: info for name, info in Settings.model_fields.items() if name in SETTINGS}
    # Without defaults of their own: those would override what the base commit configures.
    return [
        Input(setting_name(name), _with_default(info), "", variable_name(name))
        for name, info in fields.items()
    ]


def conversation_inputs() -> Sequence[Input]:
    """The inputs that the phases around a review read."""
    fields = ActionSettings.model_fields
    return [
        Input(
            setting_name(name), info.description or "", shown(info.default), _PREFIX + name.upper()
        )
        for name, info in fields.items()
    ]


def _with_default(info: FieldInfo) -> str:
    default = shown(info.default)
    return f"{info.description} ({default} by default)" if default else info.description or ""


def all_inputs() -> Sequence[Input]:
    """All inputs, in the order of the documents."""
    return [*review_inputs(), *conversation_inputs(), _TOKEN, *_MACHINE]


def shown(default: object) -> str:
    """A setting's default as it is written in a document; empty where there is none."""
    if default in (None, ""):
        return ""
    if isinstance(default, bool):
        return str(default).lower()
    if isinstance(default, tuple):
        return " ".join(map(str, default))
    return f"{default:g}" if isinstance(default, float) else str(default)
