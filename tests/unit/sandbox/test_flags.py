from __future__ import annotations

from pathlib import Path

import pytest

from regoose_ci.errors import InfrastructureError
from regoose_ci.sandbox.base import GuestLimits, Mount
from regoose_ci.sandbox.flags import MAPPED_ROOT, ContainerSpec, Engine, run_arguments

PODMAN = Engine("podman", "rootless", Path("/skeleton"))
SPEC = ContainerSpec("name", ("python", "-c", "pass"))


def pairs(command: list[str]) -> set[tuple[str, str]]:
    return {(command[i], command[i + 1]) for i in range(len(command) - 1)}


@pytest.mark.parametrize(
    "engine",
    [
        PODMAN,
        Engine("podman", "userns", Path("/skeleton"), runtime="runc"),
        Engine("docker", "docker", Path("/skeleton"), "image"),
        Engine("podman", "rootless", image="image"),
    ],
    ids=["rootless", "userns", "docker", "image"],
)
def test_every_engine_gets_the_isolating_flags(engine: Engine) -> None:
    command = run_arguments(engine, SPEC)

    assert {"--rm", "--read-only"} <= set(command)
    assert {
        ("--cap-drop", "ALL"),
        ("--security-opt", "no-new-privileges"),
        ("--network", "none"),
        ("--ulimit", "core=0:0"),
    } <= pairs(command)
    assert not {"--privileged", "--cap-add", "--device", "--volume", "-v"} & set(command)
    assert command[-3:] == ["python", "-c", "pass"]


def test_a_mapped_root_is_nobody_on_the_host() -> None:
    command = run_arguments(Engine("podman", "userns", Path("/skeleton")), SPEC)

    assert ("--uidmap", f"0:{MAPPED_ROOT}:65536") in pairs(command)
    assert ("--gidmap", f"0:{MAPPED_ROOT}:65536") in pairs(command)


def test_docker_gets_a_user_without_account_and_no_proxy() -> None:
    command = run_arguments(Engine("docker", "docker", Path("/s"), "image"), SPEC)

    assert ("--user", f"{MAPPED_ROOT + 1000}:{MAPPED_ROOT + 1000}") in pairs(command)
    assert ("--env", "HTTPS_PROXY=") in pairs(command)
    assert ("--env", "http_proxy=") in pairs(command)
    assert "--rootfs" not in command
    assert "image" in command


def test_limits_hold_for_memory_with_swap_and_for_processes_twice() -> None:
    limits = GuestLimits(memory_mb=100, pids=7, cpus=0.5, tmp_mb=9)

    command = run_arguments(PODMAN, ContainerSpec("name", ("true",), limits=limits))

    assert {
        ("--memory", "100m"),
        ("--memory-swap", "100m"),
        ("--pids-limit", "7"),
        ("--ulimit", "nproc=7:7"),
        ("--cpus", "0.5"),
        ("--tmpfs", "/tmp:rw,size=9m,mode=1777"),
    } <= pairs(command)


def test_mounts_are_read_only() -> None:
    command = run_arguments(PODMAN, ContainerSpec("name", ("true",), (Mount(Path("/a"), "/x"),)))

    assert ("--mount", "type=bind,source=/a,target=/x,readonly") in pairs(command)
    assert ("--mount", "type=bind,source=/usr,target=/usr,readonly") in pairs(command)


def test_an_image_of_its_own_gets_nothing_of_the_host() -> None:
    command = run_arguments(Engine("podman", "rootless", image="image"), SPEC)

    assert "--mount" not in command


def test_a_comma_in_a_path_is_refused() -> None:
    spec = ContainerSpec("name", ("true",), (Mount(Path("/a,b"), "/x"),))

    with pytest.raises(InfrastructureError, match="comma"):
        run_arguments(PODMAN, spec)
