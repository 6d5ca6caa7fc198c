"""Settings: one model for flags, environment, ``.env`` and ``[tool.regoose]`` of pyproject.toml."""

from __future__ import annotations

import os
import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

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

    Read it with `config_sources.load_settings`, which knows the files and words the errors.
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
        None,
        gt=0,
        description="Seconds from the start after which language models are not asked any more",
        examples=[300],
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
    python_version: Literal["3.10", "3.11", "3.12", "3.13", "3.14"] | None = Field(
        None,
        description="Version of Python for the reviewed code, fetched if the machine has none; "
        "if empty, one that the project allows",
        examples=["3.12"],
    )
    # With its own alias, because `with` is a keyword; pydantic-settings adds no prefix to one.
    with_: Words = Field(
        (),
        validation_alias=f"{PREFIX}WITH",
        description="Requirements to install besides the project's own",
        examples=["'numpy>=2,<3' tzdata"],
    )
    setup: str = Field(
        "",
        description="Shell lines to run on both revisions first, in the sandbox without a "
        "network; files that they add are kept",
        examples=["cp settings.example.py settings.py"],
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
