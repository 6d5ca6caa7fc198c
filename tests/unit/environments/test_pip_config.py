from __future__ import annotations

from pathlib import Path

import pytest

from regoose_ci.environments.pip_config import (
    forbids_index,
    read_pip_settings,
    translate_pip_config,
)

INDEX = "https://user:secret@mirror.example/simple"


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    """An environment whose pip configuration is one file that sets everything."""
    links = tmp_path / "wheels"
    links.mkdir()
    bundle = tmp_path / "bundle.pem"
    bundle.touch()
    (tmp_path / "pip.conf").write_text(
        f"[global]\nindex-url = {INDEX}\ncert = {bundle}\ntimeout = 60\n"
        f"[install]\nextra_index_url =\n    https://one.example/simple\n"
        f"    https://two.example/simple\nfind-links = {links} /nowhere\n"
    )
    return {"HOME": str(tmp_path), "PIP_CONFIG_FILE": str(tmp_path / "pip.conf")}


def test_pips_settings_become_uvs(environ: dict[str, str], tmp_path: Path) -> None:
    translated = translate_pip_config(environ)

    assert translated == {
        "UV_DEFAULT_INDEX": INDEX,
        "UV_INDEX": "https://one.example/simple https://two.example/simple",
        "UV_FIND_LINKS": str(tmp_path / "wheels"),
        "SSL_CERT_FILE": str(tmp_path / "bundle.pem"),
        "UV_HTTP_TIMEOUT": "60",
    }


def test_variables_go_before_files(environ: dict[str, str]) -> None:
    environ["PIP_INDEX_URL"] = "https://other.example/simple"

    assert read_pip_settings(environ)["index-url"] == "https://other.example/simple"


def test_uvs_own_index_is_not_overridden(environ: dict[str, str]) -> None:
    environ["UV_INDEX_URL"] = "https://uv.example/simple"

    assert not {"UV_DEFAULT_INDEX", "UV_INDEX"} & set(translate_pip_config(environ))


def test_an_index_in_uvs_configuration_file_is_not_overridden(
    environ: dict[str, str], tmp_path: Path
) -> None:
    file = tmp_path / ".config" / "uv" / "uv.toml"
    file.parent.mkdir(parents=True)
    file.write_text('[[index]]\nurl = "https://uv.example/simple"\n')

    assert not {"UV_DEFAULT_INDEX", "UV_INDEX"} & set(translate_pip_config(environ))


def test_a_variable_that_is_set_stays(environ: dict[str, str]) -> None:
    environ["SSL_CERT_FILE"] = "/own.pem"

    assert "SSL_CERT_FILE" not in translate_pip_config(environ)


@pytest.mark.parametrize(("value", "expected"), [("1", True), ("yes", True), ("0", False)])
def test_an_index_can_be_forbidden(environ: dict[str, str], value: str, expected: bool) -> None:
    environ["PIP_NO_INDEX"] = value

    assert forbids_index(environ) is expected


def test_a_broken_file_is_passed_over(environ: dict[str, str]) -> None:
    Path(environ["PIP_CONFIG_FILE"]).write_text("no section\n")

    assert translate_pip_config(environ).get("UV_DEFAULT_INDEX") is None
