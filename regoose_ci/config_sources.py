"""Where settings come from, and the sentence for one that is wrong.

Defaults are overridden by ``[tool.regoose]``, that by ``.env``, that by ``REGOOSE_*`` environment
variables, and those by flags.
"""

from __future__ import annotations

import difflib
import os
import sys
from collections.abc import Mapping
from pathlib import Path

from dotenv import dotenv_values
from pydantic import ValidationError
from pydantic_settings import (
    BaseSettings,
    DotEnvSettingsSource,
    InitSettingsSource,
    PydanticBaseSettingsSource,
)

from regoose_ci.config import NEVER_COMMITTED, PREFIX, Settings, setting_name, variable_name
from regoose_ci.errors import UsageError

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

OF_THE_PROJECT = frozenset(
    {
        "budget",
        "max_cost",
        "max_tokens",
        "jobs",
        "only",
        "fail_on",
        "python_version",
        "setup",
        "with_",
    }
)
"""What a reviewed project says of its own review, where its work tree is not the user's."""
_NEVER_SHOWN = ("api_key", "env", "base_url")


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
    return {name: value for name, value in table.items() if name in OF_THE_PROJECT}


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
