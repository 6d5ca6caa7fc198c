"""What the host's pip configuration says about where packages come from, in uv's terms.

uv reads its own configuration and ignores pip's. Someone whose machine reaches packages only
through a mirror, with a certificate bundle of its own, has usually told pip.
"""

from __future__ import annotations

import configparser
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

_INDEXES = ("UV_DEFAULT_INDEX", "UV_INDEX", "UV_INDEX_URL", "UV_EXTRA_INDEX_URL")
_TRANSLATED = {
    "index-url": "UV_DEFAULT_INDEX",
    "extra-index-url": "UV_INDEX",
    "find-links": "UV_FIND_LINKS",
    "trusted-host": "UV_INSECURE_HOST",
    "cert": "SSL_CERT_FILE",
    "client-cert": "SSL_CLIENT_CERT",
    "proxy": "ALL_PROXY",
    "timeout": "UV_HTTP_TIMEOUT",
    "keyring-provider": "UV_KEYRING_PROVIDER",
}
_SECTIONS = ("global", "install", "download")


def translate_pip_config(environ: Mapping[str, str]) -> dict[str, str]:
    """Give the variables that make uv use what pip is configured to use.

    A variable that is set already stays as it is, and where uv has an index of its own (in its
    variables or its user or system configuration file) pip's indexes are not looked at.
    """
    settings = read_pip_settings(environ)
    own_index = any(environ.get(name) for name in _INDEXES) or _uv_file_names_index(environ)
    translated: dict[str, str] = {}
    for key, variable in _TRANSLATED.items():
        value = settings.get(key, "")
        if not value or environ.get(variable) or (own_index and variable in _INDEXES):
            continue
        text = _in_uv_form(key, value)
        if text:
            translated[variable] = text
    return translated


def forbids_index(environ: Mapping[str, str]) -> bool:
    """Tell whether pip is to use no index at all, for which uv has an option but no variable."""
    return read_pip_settings(environ).get("no-index", "").lower() in {"1", "true", "yes", "on"}


def read_pip_settings(environ: Mapping[str, str]) -> dict[str, str]:
    """Read pip's settings: system, user and site files, then ``PIP_*`` variables, last wins."""
    settings: dict[str, str] = {}
    for file in _pip_files(environ):
        parser = configparser.RawConfigParser()
        try:
            parser.read_string(file.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError, configparser.Error):
            continue  # pip itself refuses to start with such a file; uv may still work
        for section in _SECTIONS:
            if parser.has_section(section):
                settings |= {k.replace("_", "-"): v for k, v in parser.items(section)}
    for name, value in environ.items():
        if name.startswith("PIP_") and value:
            settings[name.removeprefix("PIP_").lower().replace("_", "-")] = value
    return settings


def _pip_files(environ: Mapping[str, str]) -> Iterator[Path]:
    home = Path(environ.get("HOME") or "/nonexistent")
    configured = Path(environ.get("XDG_CONFIG_HOME") or home / ".config")
    for directory in (environ.get("XDG_CONFIG_DIRS") or "/etc/xdg").split(":"):
        yield Path(directory) / "pip" / "pip.conf"
    yield Path("/etc/pip.conf")
    yield home / ".pip" / "pip.conf"
    yield configured / "pip" / "pip.conf"
    yield Path(sys.prefix) / "pip.conf"
    if environ.get("PIP_CONFIG_FILE"):
        yield Path(environ["PIP_CONFIG_FILE"])


def _uv_file_names_index(environ: Mapping[str, str]) -> bool:
    home = Path(environ.get("HOME") or "/nonexistent")
    configured = Path(environ.get("XDG_CONFIG_HOME") or home / ".config")
    files = [configured / "uv" / "uv.toml", Path("/etc/uv/uv.toml")]
    if environ.get("UV_CONFIG_FILE"):
        files = [Path(environ["UV_CONFIG_FILE"])]
    return any(file.is_file() and "index" in file.read_text(errors="replace") for file in files)


def _in_uv_form(key: str, value: str) -> str:
    words = value.split()
    if key == "find-links":
        # pip passes over a directory that is not there, uv stops at it. uv separates by commas.
        return ",".join(w for w in words if "://" in w or Path(w).exists())
    if key == "cert":
        return value if Path(value).is_file() else ""
    if key == "timeout":
        return value if value.isdigit() else ""
    return " ".join(words)
