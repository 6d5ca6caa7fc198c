from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from regoose_ci.assembly.experiment import TEST_FILE
from regoose_ci.assembly.shell import _CUSTOMIZE, _LAUNCHER, plan_shell
from regoose_ci.domain.revisions import Revision
from regoose_ci.guest.protocol import GuestSetup
from regoose_ci.sandbox.base import GuestLimits, GuestSpec, Mount
from regoose_ci.sandbox.container import ContainerSandbox
from regoose_ci.sandbox.flags import Engine, run_arguments

SPEC = GuestSpec(
    (Mount(Path("/trees/base"), "/work/repo"),),
    "/opt/python/bin/python3",
    GuestSetup(("/work/repo/src",), ("/opt/env0",), env=(("APP", "1"), ("PYTHONPATH", "/evil"))),
    library_path="/opt/python/lib",
)


@pytest.fixture
def sandbox(tmp_path: Path) -> ContainerSandbox:
    engine = Engine("podman", "rootless", rootfs=Path("/skeleton"))
    return ContainerSandbox(engine, (), GuestLimits(memory_mb=300, pids=20), tmp_path)


def test_a_shell_is_a_guest_with_a_terminal(sandbox: ContainerSandbox) -> None:
    plan = plan_shell(sandbox, SPEC, Revision.BASE, "def test_a(): ...\n")

    as_guest = run_arguments(sandbox.engine, plan.container)
    assert [part for part in plan.command if part != "--tty"] == as_guest
    assert plan.command.index("--tty") < plan.command.index("/skeleton")
    assert plan.container.mounts == SPEC.mounts
    assert (plan.container.limits.memory_mb, plan.container.limits.pids) == (300, 20)


def test_a_shell_has_the_guests_variables(sandbox: ContainerSandbox) -> None:
    env = dict(plan_shell(sandbox, SPEC, Revision.BASE, "").container.env)

    assert (env["APP"], env["LD_LIBRARY_PATH"]) == ("1", "/opt/python/lib")
    assert env["PYTHONPATH"] == "/tmp/regoose"
    assert env["PS1"].startswith("(base)")


def test_a_text_too_long_for_a_command_is_left_out(sandbox: ContainerSandbox) -> None:
    plan = plan_shell(sandbox, SPEC, Revision.HEAD, "x = '" + "é" * 60_000 + "'")

    assert max(len(part.encode()) for part in plan.command) < 10_000


def test_text_that_no_command_can_hold_is_escaped(sandbox: ContainerSandbox) -> None:
    plan = plan_shell(sandbox, SPEC, Revision.HEAD, "x = '\0\ud800'")

    assert r"x = '\0\ud800'" in plan.command
    assert TEST_FILE in plan.command


def test_python_in_a_shell_sees_what_guests_see(tmp_path: Path) -> None:
    home, tree, site = tmp_path / "home", tmp_path / "tree", tmp_path / "site"
    for directory in (tree, site):
        directory.mkdir()
    (tree / "till.py").write_text("WHERE = 'tree'\n")
    (site / "till.py").write_text("WHERE = 'site'\n")
    (site / "extra.py").write_text("")
    customize = _CUSTOMIZE.format(
        roots=[str(tree)], sites=[str(site)], tools="/tools", home=str(home)
    )
    command = [sys.executable, "-I", "-S", "-c", _LAUNCHER, str(home), "# a test\n", customize]
    script = "python -c 'import sys, till, extra; print(till.WHERE, sys.path[-1])'; cat $TEST; pwd"

    done = subprocess.run(
        [*command, str(tmp_path / "test.py"), str(tree)],
        input=f"{script}\nexit\n", capture_output=True, text=True, check=False, timeout=30,
        env={"PATH": f"{home}/bin:/usr/bin:/bin", "PYTHONPATH": str(home),
             "TEST": str(tmp_path / "test.py")},
    )  # fmt: skip

    assert done.stdout.splitlines() == ["tree /tools", "# a test", str(tree)]
