"""Settings: one model for flags, environment, ``.env`` and ``[tool.regoose]`` of pyproject.toml.

Defaults are overridden by ``[tool.regoose]``, that by ``.env``, that by ``REGOOSE_*`` environment
variables, and those by flags.
"""

from __future__ import annotations

import difflib
import os
import shlex
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Literal

from dotenv import dotenv_values
from pydantic import BeforeValidator, Field, SecretStr, ValidationError, field_validator
from pydantic_settings import (
    BaseSettings,
    DotEnvSettingsSource,
    InitSettingsSource,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from regoose_ci.errors import UsageError

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

PREFIX = "REGOOSE_"
FailOn = Literal["behaviour-change", "unintended-change"]
EMBEDDED = "embedded"
MODEL_PROVIDERS = (
    "openai",
    "azure-openai",
    "anthropic",
    "gemini",
    "ollama",
    "lm-studio",
    "openai-compatible",
)
NEVER_COMMITTED = frozenset(
    {"api_key", "base_url", "provider", "fallback_providers", "prices", "record", "replay"}
)
"""They decide where keys and code go: a change under review must not be able to set them."""
_OF_THE_PROJECT = ("budget", "max_cost", "max_tokens", "jobs", "only", "fail_on", "with_")
_NEVER_SHOWN = ("api_key", "env", "base_url")


def _words(value: object) -> object:
    """Split a string as a shell would; leave lists as they are."""
    return shlex.split(value) if isinstance(value, str) else value


def _assignments(value: object) -> object:
    """Turn ``NAME=VALUE`` strings, or a table, into pairs."""
    if isinstance(value, Mapping):
        return tuple(value.items())
    words = _words(value)
    if not isinstance(words, list | tuple):
        return words
    return tuple(_assignment(word) if isinstance(word, str) else word for word in words)


def _assignment(word: str) -> tuple[str, str]:
    name, equals, value = word.partition("=")
    if not equals or not name.isidentifier():
        # The text may be a secret whose name was forgotten, so it is not repeated.
        raise ValueError("an entry is not of the form NAME=VALUE")
    return name, value


Words = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_words)]
Assignments = Annotated[tuple[tuple[str, str], ...], NoDecode, BeforeValidator(_assignments)]


def _default_cache() -> Path:
    chosen = os.environ.get("XDG_CACHE_HOME")
    if not chosen and os.geteuid() == 0:
        # Guests are mapped to another user, who cannot enter root's home.
        return Path("/var/cache/regoose")
    return Path(chosen or Path.home() / ".cache") / "regoose"


class Settings(BaseSettings):
    """Everything that can be configured; which change is reviewed is not part of it.

    Read it with `load_settings`, which knows the files and words the errors.
    """

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        populate_by_name=True,
        validate_default=True,
    )

    provider: str = Field(
        EMBEDDED,
        description="Who writes the tests: embedded, or one of `regoose providers`",
        examples=["openai"],
    )
    model: str | None = Field(None, description="The provider's model", examples=["gpt-5-mini"])
    large_model: str | None = Field(
        None,
        description="Model for what is complex or failed; the provider's usual one if empty",
        examples=["gpt-5"],
    )
    base_url: str | None = Field(
        None, description="URL of the provider's API", examples=["http://localhost:11434/v1"]
    )
    api_key: SecretStr | None = Field(
        None,
        description="Key of the provider's API; the vendor's variable if empty",
        examples=["sk-…"],
    )
    fallback_providers: Words = Field(
        (),
        description="Providers that stand in for the first and share its load",
        examples=["anthropic ollama"],
    )
    concurrency: int | None = Field(
        None, ge=1, le=256, description="Requests that one provider is sent at once", examples=[8]
    )
    requests_per_minute: int | None = Field(
        None, ge=1, description="Requests that one provider is sent in a minute", examples=[60]
    )
    budget: float = Field(
        60.0, gt=0, description="Seconds of exploration for the whole review", examples=[60]
    )
    max_cost: float | None = Field(
        None, gt=0, description="US dollars that language models may cost", examples=[0.5]
    )
    max_tokens: int | None = Field(
        None, gt=0, description="Tokens that language models may use", examples=[200000]
    )
    max_requests: int | None = Field(
        None, gt=0, description="Requests that language models may be sent", examples=[50]
    )
    max_seconds: float | None = Field(
        None, gt=0, description="Seconds in which language models may be asked", examples=[300]
    )
    max_answer_tokens: int | None = Field(
        None, ge=256, description="Tokens that one answer may have", examples=[8192]
    )
    request_timeout: float | None = Field(
        None, gt=0, description="Seconds that one request may take", examples=[180]
    )
    prices: Path | None = Field(
        None,
        description="JSON file with prices of models, in US dollars per million tokens",
        examples=["prices.json"],
    )
    record: Path | None = Field(
        None,
        description="File to record the session to, with the code that models are shown",
        examples=["session.rec"],
    )
    replay: Path | None = Field(
        None,
        description="Recorded session to play again, without any model",
        examples=["session.rec"],
    )
    jobs: int = Field(2, ge=1, le=64, description="Functions worked on at once", examples=[2])
    out: Path = Field(
        Path("regoose-report"), description="Directory of the report", examples=["regoose-report"]
    )
    only: Words = Field(
        (),
        description="Path globs or qualified names that limit the review",
        examples=["'shop/*.py' parse_price"],
    )
    fail_on: Annotated[tuple[FailOn, ...], NoDecode, BeforeValidator(_words)] = Field(
        (),
        description="What makes the exit code 1: behaviour-change, unintended-change",
        examples=["unintended-change"],
    )
    require_sandbox: bool = Field(
        True,
        description="End with exit code 3 where no sandbox works, instead of only listing changes",
        examples=["true"],
    )
    python: Path | None = Field(
        None,
        description="Interpreter or virtual environment with the project's dependencies",
        examples=[".venv"],
    )
    # With its own alias, because `with` is a keyword; pydantic-settings adds no prefix to one.
    with_: Words = Field(
        (),
        validation_alias=f"{PREFIX}WITH",
        description="Requirements to install besides the project's own",
        examples=["'numpy>=2,<3' tzdata"],
    )
    env: Assignments = Field(
        (),
        description="NAME=VALUE variables that the reviewed code sees",
        examples=["TZ=UTC APP_MODE=test"],
    )
    title: str = Field(
        "",
        description="Title of the change; the head commit's subject if empty",
        examples=["Round prices half up"],
    )
    description_file: Path | None = Field(
        None, description="File with the description of the change", examples=["description.md"]
    )
    sandbox_engine: Literal["auto", "podman", "docker"] = Field(
        "auto", description="Container engine: auto, podman or docker", examples=["auto"]
    )
    sandbox_image: str | None = Field(
        None,
        description="Image for the sandbox; the host's own /usr read-only if empty",
        examples=["localhost/python:3.12"],
    )
    memory_mb: int = Field(1024, ge=64, description="MiB of memory per guest", examples=[1024])
    pids: int = Field(128, ge=8, description="Processes and threads per guest", examples=[128])
    cache_dir: Path = Field(
        default_factory=_default_cache,
        description="Where environments are kept; $XDG_CACHE_HOME/regoose if empty",
        examples=["/var/cache/regoose"],
    )

    @field_validator("provider")
    @classmethod
    def _is_available(cls, provider: str) -> str:
        return _known_provider(provider, (EMBEDDED, *MODEL_PROVIDERS))

    @field_validator("fallback_providers")
    @classmethod
    def _are_models(cls, providers: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(_known_provider(provider, MODEL_PROVIDERS) for provider in providers)


def _known_provider(name: str, known: Sequence[str]) -> str:
    wanted = name.lower().replace("_", "-")
    if wanted not in known:
        raise ValueError(f"no such provider; there are {', '.join(known)}")
    return wanted


def setting_name(field: str) -> str:
    """The name users write, as a flag and in pyproject.toml: ``with_`` is ``with``."""
    return field.rstrip("_").replace("_", "-")


def variable_name(field: str) -> str:
    """The environment variable of a field: ``REGOOSE_MAX_COST``."""
    return PREFIX + field.rstrip("_").upper()


def load_settings(
    repository: Path,
    overrides: Mapping[str, object],
    *,
    trusted_files: bool = True,
    pyproject: str = "",
) -> Settings:
    """Read the settings that hold for a review of ``repository``.

    Args:
        repository: A directory of the reviewed work tree; its root's files are read.
        overrides: Flags by field name; a flag that was not given is absent.
        trusted_files: False where the work tree is not the user's own, as in Actions; then
            neither ``pyproject.toml`` nor ``.env`` is read.
        pyproject: Text to take instead of that file. It is the reviewed project's, so only
            settings that are about reviewing it are taken from it, and none of the machine's.

    Raises:
        UsageError: A value, a name or a file is wrong.
    """
    root = _work_tree(repository)
    table = _read_table(root / "pyproject.toml") if trusted_files else _project_table(pyproject)
    env_file = root / ".env" if trusted_files else None
    in_env_file = _read_env_file(root / ".env") if trusted_files else frozenset()

    class LocatedSettings(Settings):
        """`Settings` that knows this work tree's files and this command's flags."""

        @classmethod
        def settings_customise_sources(
            cls,
            settings_cls: type[BaseSettings],
            init_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - a fixed signature
            env_settings: PydanticBaseSettingsSource,
            dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
            file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        ) -> tuple[PydanticBaseSettingsSource, ...]:
            return (
                InitSettingsSource(settings_cls, init_kwargs=dict(overrides)),
                env_settings,
                DotEnvSettingsSource(settings_cls, env_file=env_file),
                InitSettingsSource(settings_cls, init_kwargs=dict(table)),
            )

    try:
        return LocatedSettings()
    except ValidationError as error:
        raise _usage_error(error, frozenset(overrides), in_env_file) from None


def set_in_env_file(repository: Path) -> frozenset[str]:
    """The fields that the work tree's ``.env`` sets.

    Raises:
        UsageError: The file cannot be read, or a name in it is wrong.
    """
    return _read_env_file(_work_tree(repository) / ".env")


def _work_tree(repository: Path) -> Path:
    start = repository.absolute()
    return next((p for p in (start, *start.parents) if (p / ".git").exists()), start)


def _project_table(pyproject: str) -> Mapping[str, object]:
    table = _parse_table(pyproject)
    return {name: value for name, value in table.items() if name in _OF_THE_PROJECT}


def _read_table(path: Path) -> Mapping[str, object]:
    """The ``[tool.regoose]`` table by field name; empty when there is none."""
    try:
        return _parse_table(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"pyproject.toml cannot be read: {error}", "Mend the file.") from error


def _parse_table(text: str) -> Mapping[str, object]:
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"pyproject.toml cannot be read: {error}", "Mend the file.") from error
    tool = document.get("tool")
    table = tool.get("regoose", {}) if isinstance(tool, dict) else {}
    if not isinstance(table, dict):
        raise UsageError("[tool.regoose] in pyproject.toml is not a table", "Mend the file.")
    fields = {setting_name(name): name for name in Settings.model_fields}
    for key in table:
        _check_name(f"[tool.regoose] {key}", key.replace("_", "-"), fields)
    for key in table:
        if key.replace("-", "_") in NEVER_COMMITTED:
            raise UsageError(
                f"[tool.regoose] {key} would be committed, so that a change could set it",
                f"Remove it and set {variable_name(key.replace('-', '_'))} in the environment or "
                "in .env.",
            )
    return {fields[key.replace("_", "-")]: value for key, value in table.items()}


def _read_env_file(path: Path) -> frozenset[str]:
    """The fields that ``.env`` sets; variables of others are none of our business."""
    try:
        names = [name.upper() for name in dotenv_values(path)] if path.is_file() else []
    except (OSError, ValueError) as error:
        raise UsageError(f".env cannot be read: {error}", "Mend the file.") from error
    fields = {variable_name(name): name for name in Settings.model_fields}
    ours = [name for name in names if name.startswith(PREFIX)]
    for name in ours:
        _check_name(f"{name} in .env", name, fields)
    return frozenset(fields[name] for name in ours)


def _check_name(shown: str, name: str, known: Mapping[str, str]) -> None:
    if name in known:
        return
    close = difflib.get_close_matches(name, known, n=1)
    remedy = f"Did you mean {close[0]}?" if close else f"Settings are: {', '.join(known)}."
    raise UsageError(f"{shown} is not a setting", remedy)


def _usage_error(
    error: ValidationError, flags: frozenset[str], in_env_file: frozenset[str]
) -> UsageError:
    """One sentence on the first wrong value: where it stands, what it is, what it should be."""
    first = error.errors(include_url=False)[0]
    fields = {variable_name(name): name for name in Settings.model_fields}
    located = str(first["loc"][0])
    field = fields.get(located.upper(), located)
    if field in flags:
        place = f"--{setting_name(field)}"
    elif variable_name(field) in (name.upper() for name in os.environ):
        place = variable_name(field)
    elif field in in_env_file:
        place = f"{variable_name(field)} in .env"
    else:
        place = f"[tool.regoose] {setting_name(field)}"
    message = first["msg"].removeprefix("Value error, ")
    value = "" if field in _NEVER_SHOWN else f" {first['input']!r}"
    info = Settings.model_fields[field]
    example = f", for example {info.examples[0]}" if info.examples else ""
    return UsageError(f"{place}{value}: {message}", f"{info.description}{example}.")
