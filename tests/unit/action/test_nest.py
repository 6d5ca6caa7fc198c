"""``.ci/nest``, with a container engine that only notes what it is asked."""

from __future__ import annotations

import os
import signal
import subprocess
import tarfile
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from regoose_ci.providers.registry import ADAPTERS

NEST = Path(__file__).parents[3] / ".ci/nest"
ENGINE = """\
#!/bin/bash
printf '%s\\n' "$@" --- >> "$NOTES/asked"
case $1 in
    run) echo profile ;;
    start) cat > "$NOTES/sent.tar"; echo '::set-output::x'; exit "$(cat "$NOTES/code")" ;;
    cp) cp -a "$NOTES/out/." "$3" ;;
esac
"""
WAITING = """\
#!/bin/bash
printf '%s\\n' "$@" --- >> "$NOTES/asked"
case $1 in
    start) cat > /dev/null; until [[ -e $NOTES/told ]]; do sleep 0.02; done; exit 130 ;;
    kill) touch "$NOTES/told" ;;
    cp) cp -a "$NOTES/out/." "$3" ;;
esac
"""


@dataclass(frozen=True)
class Machine:
    """A machine with an engine of that kind, a work directory and what the engine noted."""

    place: Path

    @property
    def work(self) -> Path:
        return self.place / "work"

    @property
    def notes(self) -> Path:
        return self.place / "notes"

    def command(self, *arguments: str) -> list[str]:
        return [str(NEST), "--work", str(self.work), *arguments]

    def environment(self, **variables: str) -> dict[str, str]:
        path = f"{self.place}/bin:{os.environ['PATH']}"
        return {"PATH": path, "NOTES": str(self.notes), "HOME": str(self.place), **variables}

    def run(self, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.command(*arguments), env=self.environment(**variables),
            capture_output=True, text=True, check=False, timeout=60,
        )  # fmt: skip

    def asked(self, verb: str) -> list[str]:
        """The arguments of the one call with that verb."""
        calls = (self.notes / "asked").read_text().split("---\n")
        (found,) = [call.splitlines()[1:] for call in calls if call.split("\n")[0] == verb]
        return found

    def install(self, engine: str) -> None:
        for name in ("docker", "podman"):
            (self.place / "bin" / name).write_text(engine)
            (self.place / "bin" / name).chmod(0o755)


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    for name in ("bin", "work", "notes/out"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "notes/code").write_text("0")
    (tmp_path / "notes/out/report.json").write_text("{}")
    made = Machine(tmp_path)
    made.install(ENGINE)
    return made


def options(call: list[str], name: str) -> list[str]:
    return [call[number + 1] for number, word in enumerate(call) if word == name]


def test_what_executes_nothing_gets_no_rights(machine: Machine) -> None:
    machine.run("image", "action", "prepare", "in", "out")
    call = machine.asked("create")

    assert options(call, "--cap-drop") == ["all"]
    assert options(call, "--cap-add") == []
    assert options(call, "--security-opt") == ["no-new-privileges"]
    assert {"--read-only", "--user", "--pids-limit", "--memory"} <= set(call)


def test_a_sandbox_inside_gets_what_it_needs(machine: Machine) -> None:
    machine.run("--sandbox", "image", "review")
    call = machine.asked("create")

    assert options(call, "--cap-drop") == ["all"]
    assert options(call, "--cap-add") == ["SETUID", "SETGID"]
    seccomp, *others = options(call, "--security-opt")
    assert seccomp.startswith("seccomp=/")
    assert others == ["systempaths=unconfined", "apparmor=unconfined"]
    assert {"--read-only", "--user", "--pids-limit", "--memory"} <= set(call)


@pytest.mark.parametrize("extra", [(), ("--sandbox",)])
@pytest.mark.parametrize("engine", ["docker", "podman"])
def test_nothing_of_the_machine_is_mounted(
    machine: Machine, engine: str, extra: tuple[str, ...]
) -> None:
    machine.run("--engine", engine, *extra, "image", "review")
    call = machine.asked("create")

    assert options(call, "--volume") == ["/home/regoose"]
    assert {"--mount", "--privileged", "--network", "--pid", "--device"} & set(call) == set()


def test_variables_go_in_by_name_and_only_those_asked_for(machine: Machine) -> None:
    variables = {
        "GITHUB_TOKEN": "t0ken", "ACTIONS_RUNTIME_TOKEN": "t0ken", "AWS_SECRET": "t0ken",
        "REGOOSE_API_KEY": "k3y", "REGOOSE_BUDGET": "4", "REGOOSE_OUT": "/etc",
        "REGOOSE_PYTHON": "/usr", "REGOOSE_PYTHON_VERSION": "3.12",
        "REGOOSE_ACTION_COMMENT": "true", "HTTPS_PROXY": "http://proxy",
        "UV_PYTHON_INSTALL_MIRROR": "https://mirror", "UV_INDEX_URL": "https://t0ken@index",
    }  # fmt: skip
    machine.run("--prefix", "REGOOSE_", "image", "review", **variables)
    asked = (machine.notes / "asked").read_text()
    assert set(options(machine.asked("create"), "--env")) == {
        "REGOOSE_API_KEY", "REGOOSE_BUDGET", "REGOOSE_PYTHON_VERSION",
        "REGOOSE_ACTION_COMMENT", "HTTPS_PROXY",
        "UV_PYTHON_INSTALL_MIRROR",
    }  # fmt: skip
    (machine.notes / "asked").unlink()
    machine.run(
        "--env", "GITHUB_TOKEN", "--prefix", "REGOOSE_ACTION_", "image", "publish", **variables
    )
    assert set(options(machine.asked("create"), "--env")) == {
        "GITHUB_TOKEN", "REGOOSE_ACTION_COMMENT", "HTTPS_PROXY",
        "UV_PYTHON_INSTALL_MIRROR",
    }  # fmt: skip
    asked += (machine.notes / "asked").read_text()
    assert "t0ken" not in asked
    assert "k3y" not in asked


def test_who_installs_is_told_the_indexes_by_name_and_nobody_else_is(machine: Machine) -> None:
    indexes = {
        "UV_INDEX": "ours=https://index", "UV_INDEX_OURS_PASSWORD": "t0ken",
        "UV_DEFAULT_INDEX": "https://t0ken@index", "PIP_EXTRA_INDEX_URL": "https://t0ken@index",
    }  # fmt: skip
    paths = {"PIP_CERT": "/etc/cert", "UV_CACHE_DIR": "/cache", "PIP_CONFIG_FILE": "/etc/pip"}
    machine.run("image", "action", "publish", **indexes, **paths)
    assert options(machine.asked("create"), "--env") == []
    (machine.notes / "asked").unlink()
    machine.run("--sandbox", "image", "action", "review", **indexes, **paths)

    assert set(options(machine.asked("create"), "--env")) == set(indexes)
    assert "t0ken" not in (machine.notes / "asked").read_text()


def test_a_review_with_a_model_gets_the_vendors_keys_and_none_of_their_addresses(
    machine: Machine,
) -> None:
    keys = {name for adapter in ADAPTERS for name in adapter.key_variables}
    addresses = {name for adapter in ADAPTERS for name in adapter.url_variables}
    variables = dict.fromkeys(keys | addresses, "t0ken")
    machine.run("--sandbox", "image", "action", "review", **variables)
    assert options(machine.asked("create"), "--env") == []
    (machine.notes / "asked").unlink()
    machine.run("--sandbox", "image", "action", "review", REGOOSE_PROVIDER="openai", **variables)

    assert set(options(machine.asked("create"), "--env")) == keys
    assert "t0ken" not in (machine.notes / "asked").read_text()


def test_files_are_sent_as_a_stream_and_links_stay_links(machine: Machine) -> None:
    (machine.work / "plan").mkdir()
    (machine.work / "plan/plan.json").write_text("{}")
    (machine.work / "plan/link").symlink_to("/etc/passwd")
    (machine.work / "other").write_text("not asked for")
    machine.run("--send", "plan", "image", "review")

    with tarfile.open(machine.notes / "sent.tar") as sent:
        members = {member.name: member.issym() for member in sent}
    assert members == {"plan": False, "plan/plan.json": False, "plan/link": True}


def test_what_is_received_leads_nowhere_else(machine: Machine) -> None:
    out = machine.notes / "out"
    (out / "secret").symlink_to("/etc/passwd")
    (out / "tests").mkdir()
    (out / "tests/up").symlink_to("../..")
    os.mkfifo(out / "fifo")
    assert machine.run("--receive", "report", "image", "review").returncode == 0

    found = {str(p.relative_to(machine.work)) for p in machine.work.rglob("*")}
    assert found == {"report", "report/report.json", "report/tests"}


@pytest.mark.parametrize("code", [0, 1, 3])
def test_the_exit_code_is_regooses(machine: Machine, code: int) -> None:
    (machine.notes / "code").write_text(str(code))

    assert machine.run("image", "review").returncode == code
    assert machine.asked("rm")[:2] == ["--force", "--volumes"]


def test_as_a_step_it_leaves_the_code_and_lets_nothing_printed_be_a_command(
    machine: Machine,
) -> None:
    (machine.notes / "code").write_text("1")
    outputs = machine.place / "outputs"
    done = machine.run("--step", "--sandbox", "image", "review", GITHUB_OUTPUT=str(outputs))

    assert done.returncode == 0
    assert outputs.read_text() == "code=1\n"
    first, printed, last = done.stdout.splitlines()
    token = first.removeprefix("::stop-commands::")
    assert len(token) == 32
    assert (printed, last) == ("::set-output::x", f"::{token}::")


def test_a_step_passes_outputs_and_the_summary_on(machine: Machine) -> None:
    (machine.notes / "out/outputs").write_text("task=review\n")
    (machine.notes / "out/summary.md").write_text("said\n")
    files = {name: str(machine.place / name) for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")}
    (machine.notes / "code").write_text("3")

    assert machine.run("--step", "--receive", "plan", "image", "prepare", **files).returncode == 3
    assert Path(files["GITHUB_OUTPUT"]).read_text() == "task=review\n"
    assert Path(files["GITHUB_STEP_SUMMARY"]).read_text() == "said\n"


def test_what_a_killed_run_has_left_is_removed(machine: Machine) -> None:
    machine.install(ENGINE.replace("    run) echo", "    ps) echo left ;;\n    run) echo"))
    machine.run("image", "review")

    calls = (machine.notes / "asked").read_text().split("---\n")
    assert "rm\n--force\n--volumes\nleft\n" in calls
    assert options(machine.asked("ps"), "--filter") == [f"label=regoose.work={machine.work}"]
    assert options(machine.asked("create"), "--label") == [f"regoose.work={machine.work}"]


def test_a_cancelled_step_still_gets_its_report(machine: Machine) -> None:
    machine.install(WAITING)
    outputs = machine.place / "outputs"
    with subprocess.Popen(
        machine.command("--step", "--sandbox", "--receive", "report", "image", "review"),
        env=machine.environment(GITHUB_OUTPUT=str(outputs)), stdout=subprocess.DEVNULL,
    ) as nest:  # fmt: skip
        end = time.monotonic() + 30
        while "start" not in _text(machine.notes / "asked") and time.monotonic() < end:
            time.sleep(0.02)
        nest.send_signal(signal.SIGINT)
        assert nest.wait(30) == 0
    assert machine.asked("kill")[:2] == ["--signal", "INT"]
    assert (machine.work / "report/report.json").exists()
    assert outputs.read_text() == "code=130\n"


def _text(path: Path) -> str:
    return path.read_text() if path.exists() else ""
