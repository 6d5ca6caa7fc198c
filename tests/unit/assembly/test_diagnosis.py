"""What `regoose doctor` says in each situation a machine can be in."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from regoose_ci.assembly.diagnosis import checks_of, limit_checks
from regoose_ci.assembly.machine import MachineFacts
from regoose_ci.domain.diagnosis import Check
from regoose_ci.domain.report import Level, SandboxInfo
from regoose_ci.sandbox.flags import Engine
from regoose_ci.sandbox.probe import FILES_UNSEEN, Attempt, CanaryReport

ROOTLESS = frozenset({"git", "podman", "crun", "newuidmap", "newgidmap"})
SEEN = CanaryReport.model_construct()
"""A canary that reported; what it saw is in ``SandboxInfo.degraded`` here."""


def attempt(problem: str = "", level: Level = "rootless", *extra: str) -> Attempt:
    engine = Engine("podman", level, Path("/root-of-guests"), runtime="crun", extra=extra)
    return Attempt(engine, None if problem else SEEN, problem)


def machine(**facts: object) -> MachineFacts:
    """A Debian machine on which a sandbox works, but for ``facts``."""
    usual = MachineFacts(
        commands=ROOTLESS, package_manager="apt-get", podman_version="5.4.2", attempts=(attempt(),)
    )
    return dataclasses.replace(usual, **facts)  # type: ignore[arg-type]


def broken(**facts: object) -> MachineFacts:
    """The same, but that no sandbox works."""
    return machine(**{"attempts": (attempt("cannot set up namespace"),), **facts})


def problems(facts: MachineFacts) -> dict[str, Check]:
    return {check.name: check for check in checks_of(facts) if check.status != "ok"}


def test_nothing_is_wrong_where_a_sandbox_works() -> None:
    checks = checks_of(machine())

    assert {check.status for check in checks} == {"ok"}
    assert checks[-1].detail == "a container of level rootless works (crun)"


def test_what_could_have_been_in_the_way_is_not_brought_up_where_a_sandbox_works() -> None:
    facts = machine(subordinate_ids=0, apparmor_restricts=True, docker="stopped")

    assert problems(facts) == {}


@pytest.mark.parametrize(
    ("manager", "is_root", "remedy"),
    [
        ("apt-get", False, "sudo apt-get install podman uidmap"),
        ("apt-get", True, "apt-get install podman"),
        ("dnf", False, "sudo dnf install podman shadow-utils"),
        ("", False, "install podman shadow-utils"),
    ],
)
def test_no_container_engine(manager: str, is_root: bool, remedy: str) -> None:
    facts = MachineFacts(
        commands=frozenset({"git"}), package_manager=manager, is_root=is_root, attempts=()
    )

    assert problems(facts) == {
        "engine": Check("engine", "missing", "neither Podman nor Docker", remedy)
    }


def test_an_engine_without_subordinate_ids() -> None:
    found = problems(broken(subordinate_ids=0, next_subordinate_id=231_072, user="robin"))

    assert found["subordinate ids"].remedy == (
        "sudo usermod --add-subuids 231072-296607 --add-subgids 231072-296607 robin"
        " && podman system migrate"
    )
    assert found["container"].remedy == ""


def test_an_engine_without_newuidmap() -> None:
    found = problems(broken(commands=frozenset({"git", "podman", "crun"})))

    assert found["newuidmap"].remedy == "sudo apt-get install uidmap"


def test_newuidmap_without_its_privileges() -> None:
    found = problems(broken(maps_are_privileged=False))

    assert found["newuidmap"].remedy == "sudo chmod u+s /usr/bin/newuidmap /usr/bin/newgidmap"


@pytest.mark.parametrize(("cgroup", "words"), [("v1", "v1"), ("hybrid", "v1 and v2 (hybrid)")])
def test_an_old_cgroup_without_a_runtime_that_takes_it(cgroup: str, words: str) -> None:
    found = problems(broken(cgroup=cgroup))

    assert found["runtime"] == Check(
        "runtime", "missing", f"crun refuses cgroup {words}", "sudo apt-get install runc"
    )


@pytest.mark.parametrize("cgroup", ["v1", "hybrid"])
def test_limits_that_an_old_cgroup_does_not_hold(cgroup: str) -> None:
    sandbox = SandboxInfo(engine="podman", level="rootless", degraded=("memory", "cpus"))
    (check,) = limit_checks(machine(cgroup=cgroup), sandbox)

    assert check.status == "degraded"
    assert check.detail.startswith("memory, cpus: cgroup v1")
    assert "systemd.unified_cgroup_hierarchy=1" in check.remedy


def test_limits_that_are_not_delegated() -> None:
    sandbox = SandboxInfo(engine="podman", level="rootless", degraded=("cpus",))
    (check,) = limit_checks(machine(controllers=frozenset({"memory", "pids"})), sandbox)

    assert "not delegated to dev: cpu" in check.detail
    assert "Delegate=cpu memory pids" in check.remedy


def test_limits_in_a_container() -> None:
    sandbox = SandboxInfo(engine="podman", level="rootless", degraded=("memory",))
    (check,) = limit_checks(machine(cgroup="none"), sandbox)

    assert check.remedy == "set limits on the container around this one"


def test_limits_that_hold() -> None:
    assert limit_checks(machine(), SandboxInfo(engine="podman", level="rootless")) == ()


def test_user_namespaces_that_the_kernel_forbids() -> None:
    none_at_all = problems(broken(max_user_namespaces=0))
    for_root = problems(broken(unprivileged_namespaces=False))

    assert none_at_all["user namespaces"].remedy == "sudo sysctl -w user.max_user_namespaces=15000"
    assert for_root["user namespaces"].remedy == (
        "sudo sysctl -w kernel.unprivileged_userns_clone=1"
    )


def test_user_namespaces_that_apparmor_restricts() -> None:
    found = problems(broken(apparmor_restricts=True))

    assert found["apparmor"].detail == "only packaged programs may make user namespaces"
    assert found["apparmor"].remedy == "sudo apt-get install podman, instead of one from elsewhere"


def test_a_missing_tun_device_is_in_nobodys_way() -> None:
    (check,) = [c for c in checks_of(machine(tun=False)) if c.name == "/dev/net/tun"]

    assert check.status == "ok"
    assert "need not be" in check.detail


def test_a_missing_tun_device_that_an_engine_insists_on() -> None:
    facts = broken(tun=False, attempts=(attempt("open /dev/net/tun: permission denied"),))

    assert problems(facts)["/dev/net/tun"].remedy == (
        "sudo modprobe tun && sudo chmod 0666 /dev/net/tun"
    )


@pytest.mark.parametrize(
    ("kernel", "status", "remedy"),
    [
        ((6, 1), "ok", ""),
        ((5, 4), "degraded", "sudo apt-get install fuse-overlayfs"),
        ((3, 10), "missing", "bring the system up to date: 4.18 is needed, 5.11 better"),
    ],
)
def test_an_old_kernel(kernel: tuple[int, int], status: str, remedy: str) -> None:
    check = checks_of(machine(kernel=kernel))[0]

    assert (check.name, check.status, check.remedy) == ("system", status, remedy)


@pytest.mark.parametrize(
    ("system", "name", "remedy"),
    [("Darwin", "macOS", "limactl"), ("Windows", "Windows", "wsl --install")],
)
def test_systems_without_linux_containers(system: str, name: str, remedy: str) -> None:
    (check,) = checks_of(MachineFacts(system=system))

    assert check.status == "missing"
    assert check.detail.startswith(name)
    assert remedy in check.remedy


@pytest.mark.parametrize(
    ("daemon", "remedy"),
    [
        ("stopped", "sudo systemctl start docker"),
        ("forbidden", "sudo usermod -aG docker dev, then log in again"),
    ],
)
def test_a_docker_that_cannot_be_used(daemon: str, remedy: str) -> None:
    facts = MachineFacts(
        commands=frozenset({"git", "docker"}), docker=daemon, package_manager="apt-get"
    )

    assert problems(facts)["docker"].remedy == remedy


def test_a_failure_that_nothing_explains_is_quoted_once() -> None:
    twice = (attempt("conmon is missing"), attempt("conmon is missing"))
    canaries = [c for c in checks_of(broken(attempts=twice)) if c.name == "container"]

    assert [(c.detail, c.remedy) for c in canaries] == [
        ("podman: conmon is missing", "podman system migrate")
    ]


def test_a_docker_daemon_that_does_not_see_our_files() -> None:
    blind = Attempt(Engine("docker", "docker", image="image"), None, FILES_UNSEEN)
    facts = MachineFacts(
        commands=frozenset({"git", "docker"}), docker="running", package_manager="apt-get",
        attempts=(blind,),
    )  # fmt: skip

    check = problems(facts)["container"]
    assert check.detail == f"docker: {FILES_UNSEEN}"
    assert check.remedy == "sudo apt-get install podman, or run Regoose's image with .ci/nest"


def test_a_missing_git() -> None:
    found = problems(machine(commands=ROOTLESS - {"git"}))

    assert found["git"].remedy == "sudo apt-get install git"
