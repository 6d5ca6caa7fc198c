from __future__ import annotations

import inspect
import re
from pathlib import Path

import pytest

from regoose_ci.cli_options import SHARED
from regoose_ci.config import MODEL_PROVIDERS, Settings, setting_name, variable_name
from regoose_ci.config_sources import load_settings
from regoose_ci.errors import UsageError
from regoose_ci.providers import registry

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def _no_settings_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for field in Settings.model_fields:
        monkeypatch.delenv(variable_name(field), raising=False)


def write_pyproject(directory: Path, table: str) -> None:
    (directory / "pyproject.toml").write_text(f"[tool.regoose]\n{table}\n", encoding="utf-8")


def write_env(directory: Path, text: str) -> None:
    (directory / ".env").write_text(text, encoding="utf-8")


def failure(directory: Path, **overrides: object) -> UsageError:
    with pytest.raises(UsageError) as caught:
        load_settings(directory, overrides)
    return caught.value


def test_defaults_need_no_file(tmp_path: Path) -> None:
    settings = load_settings(tmp_path / "missing", {})

    assert (settings.provider, settings.budget, settings.require_sandbox) == ("embedded", 60, True)


def test_each_source_overrides_the_one_below(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_pyproject(tmp_path, "jobs = 11\nbudget = 11\npids = 11\nmemory-mb = 111")
    write_env(tmp_path, "REGOOSE_JOBS=12\nREGOOSE_BUDGET=12\nREGOOSE_PIDS=12\n")
    monkeypatch.setenv("REGOOSE_JOBS", "13")
    monkeypatch.setenv("REGOOSE_BUDGET", "13")

    settings = load_settings(tmp_path, {"jobs": 14})

    assert (settings.jobs, settings.budget, settings.pids, settings.memory_mb) == (14, 13, 12, 111)


def test_with_follows_the_same_order_although_it_has_an_alias(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_pyproject(tmp_path, 'with = ["from-pyproject"]')
    assert load_settings(tmp_path, {}).with_ == ("from-pyproject",)
    write_env(tmp_path, "REGOOSE_WITH=from-env-file")
    assert load_settings(tmp_path, {}).with_ == ("from-env-file",)
    monkeypatch.setenv("REGOOSE_WITH", "from-environment")
    assert load_settings(tmp_path, {}).with_ == ("from-environment",)
    assert load_settings(tmp_path, {"with_": ["flag"]}).with_ == ("flag",)


def test_files_are_found_at_the_root_of_the_work_tree(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "src").mkdir()
    write_pyproject(tmp_path, "jobs = 5")

    assert load_settings(tmp_path / "src", {}).jobs == 5


def test_files_of_an_untrusted_work_tree_are_not_read(tmp_path: Path) -> None:
    write_pyproject(tmp_path, "jobs = 5\nunknown = 1")
    write_env(tmp_path, "REGOOSE_BASE_URL=http://attacker.example")

    settings = load_settings(tmp_path, {}, trusted_files=False)

    assert (settings.jobs, settings.base_url) == (2, None)


def test_of_a_reviewed_project_only_what_is_about_it_is_taken(tmp_path: Path) -> None:
    text = """
        [tool.regoose]
        budget = 5
        only = ["shop/*.py"]
        env = {A = "1"}
        require-sandbox = false
        sandbox-image = "evil"
        out = "/etc"
        """
    settings = load_settings(tmp_path, {}, trusted_files=False, pyproject=text)

    assert (settings.budget, settings.only) == (5, ("shop/*.py",))
    untouched = load_settings(tmp_path, {"budget": 5, "only": ["shop/*.py"]}, trusted_files=False)
    assert settings.model_dump() == untouched.model_dump()


def test_lists_are_quoted_as_in_a_shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REGOOSE_WITH", "'numpy >=2,<3' tzdata")
    monkeypatch.setenv("REGOOSE_ENV", "TZ=UTC MODE='a b'")
    monkeypatch.setenv("REGOOSE_FAIL_ON", "behaviour-change unintended-change")

    settings = load_settings(tmp_path, {})

    assert settings.with_ == ("numpy >=2,<3", "tzdata")
    assert settings.env == (("TZ", "UTC"), ("MODE", "a b"))
    assert settings.fail_on == ("behaviour-change", "unintended-change")


def test_env_may_be_a_table(tmp_path: Path) -> None:
    write_pyproject(tmp_path, 'env = {TZ = "UTC"}')

    assert load_settings(tmp_path, {}).env == (("TZ", "UTC"),)


def test_other_variables_in_an_env_file_are_ignored(tmp_path: Path) -> None:
    write_env(tmp_path, "DATABASE_URL=postgres://localhost\nTITLE=other\n")

    assert load_settings(tmp_path, {}).title == ""


@pytest.mark.parametrize(
    ("table", "message", "remedy"),
    [
        ("bugdet = 5", "[tool.regoose] bugdet is not a setting", "Did you mean budget?"),
        ("jobs = 0", "[tool.regoose] jobs 0: ", "Functions worked on at once, for example 2."),
        ('env = ["TZ"]', "[tool.regoose] env: ", "NAME=VALUE variables"),
        ('api-key = "sk-1"', "[tool.regoose] api-key would be committed", "REGOOSE_API_KEY"),
        ('base_url = "http://a"', "[tool.regoose] base_url would be committed", "REGOOSE_BASE_URL"),
        ('provider = "openai"', "[tool.regoose] provider would be committed", "REGOOSE_PROVIDER"),
        ('replay = "rec"', "[tool.regoose] replay would be committed", "REGOOSE_REPLAY"),
        ("jobs = ", "pyproject.toml cannot be read: ", "Mend the file."),
        ("[tool]\nregoose = 1", "pyproject.toml cannot be read: ", "Mend the file."),
    ],
)
def test_mistakes_in_pyproject_are_named(
    tmp_path: Path, table: str, message: str, remedy: str
) -> None:
    write_pyproject(tmp_path, table)

    error = failure(tmp_path)

    assert error.message.startswith(message)
    assert remedy in error.remedy


def test_a_table_of_another_type_is_named(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool]\nregoose = 1\n", encoding="utf-8")

    assert failure(tmp_path).message == "[tool.regoose] in pyproject.toml is not a table"


def test_mistakes_name_the_source_that_won(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_pyproject(tmp_path, 'budget = "soon"')
    assert failure(tmp_path).message.startswith("[tool.regoose] budget 'soon': ")
    write_env(tmp_path, "REGOOSE_BUDGET=later")
    assert failure(tmp_path).message.startswith("REGOOSE_BUDGET in .env 'later': ")
    monkeypatch.setenv("REGOOSE_BUDGET", "-1")
    assert failure(tmp_path).message.startswith("REGOOSE_BUDGET '-1': ")
    assert failure(tmp_path, budget=0).message.startswith("--budget 0: ")


def test_an_unknown_variable_in_an_env_file_is_named(tmp_path: Path) -> None:
    write_env(tmp_path, "REGOOSE_JBOS=3")

    error = failure(tmp_path)

    assert error.message == "REGOOSE_JBOS in .env is not a setting"
    assert error.remedy == "Did you mean REGOOSE_JOBS?"


def test_providers_are_those_there_are_adapters_for(tmp_path: Path) -> None:
    assert MODEL_PROVIDERS == registry.NAMES
    assert load_settings(tmp_path, {"provider": "Azure_OpenAI"}).provider == "azure-openai"
    assert failure(tmp_path, provider="oracle").message.startswith("--provider 'oracle': no such")
    assert "no such provider" in failure(tmp_path, fallback_providers="embedded").message


@pytest.mark.parametrize(
    ("name", "value"), [("env", ["token-without-name"]), ("env", "'unclosed-token")]
)
def test_values_that_may_be_secret_are_not_repeated(
    tmp_path: Path, name: str, value: object
) -> None:
    error = failure(tmp_path, **{name: value})

    assert "token" not in error.message + error.remedy


def test_a_key_does_not_show_in_the_settings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REGOOSE_API_KEY", "sk-very-secret")

    assert "very-secret" not in repr(load_settings(tmp_path, {}))


def test_cache_is_in_the_users_cache_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))

    assert load_settings(tmp_path, {}).cache_dir == tmp_path / "regoose"


def test_env_example_shows_every_setting_and_no_other() -> None:
    text = (ROOT / ".env.example").read_text(encoding="utf-8")

    shown = re.findall(r"^# (.*)\n# (REGOOSE_\w+)=.+$", text, re.MULTILINE)

    fields = Settings.model_fields.items()
    assert shown == [(f"{info.description}.", variable_name(name)) for name, info in fields]


def test_env_example_can_be_used_as_it_is(tmp_path: Path) -> None:
    text = (ROOT / ".env.example").read_text(encoding="utf-8")
    write_env(tmp_path, re.sub(r"^# (?=REGOOSE_\w+=)", "", text, flags=re.MULTILINE))

    settings = load_settings(tmp_path, {})

    assert settings.with_ == ("numpy>=2,<3", "tzdata")
    assert settings.only == ("shop/*.py", "parse_price")
    assert settings.env == (("TZ", "UTC"), ("APP_MODE", "test"))
    assert settings.title == "Round prices half up"


def test_every_shared_option_is_a_setting() -> None:
    assert set(SHARED) <= set(Settings.model_fields)
    assert all(option.default.default is None for option in SHARED.values())
    assert all(option.kind is inspect.Parameter.KEYWORD_ONLY for option in SHARED.values())


def test_names_of_a_setting() -> None:
    assert (setting_name("with_"), variable_name("with_")) == ("with", "REGOOSE_WITH")
    assert (setting_name("max_cost"), variable_name("max_cost")) == ("max-cost", "REGOOSE_MAX_COST")
