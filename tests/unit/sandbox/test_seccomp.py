from __future__ import annotations

import json
from pathlib import Path

from regoose_ci.sandbox.seccomp import ensure_profile

ORIGINAL = {
    "defaultAction": "SCMP_ACT_ERRNO",
    "archMap": [{"architecture": "SCMP_ARCH_X86_64", "subArchitectures": ["SCMP_ARCH_X86"]}],
    "syscalls": [
        {"names": ["read", "unshare", "clone", "socket", "keyctl"], "action": "SCMP_ACT_ALLOW"},
        {"names": ["bpf"], "action": "SCMP_ACT_ALLOW", "includes": {"caps": ["CAP_SYS_ADMIN"]}},
    ],
}


def written(tmp_path: Path) -> dict[str, object]:
    original = tmp_path / "original.json"
    original.write_text(json.dumps(ORIGINAL))
    path = ensure_profile(tmp_path, (tmp_path / "missing.json", original))
    assert path is not None
    profile: dict[str, object] = json.loads(path.read_text())
    return profile


def test_what_reviewed_code_does_not_need_is_denied(tmp_path: Path) -> None:
    rules = written(tmp_path)["syscalls"]
    assert isinstance(rules, list)

    free = {
        n for r in rules if r["action"] == "SCMP_ACT_ALLOW" and "args" not in r for n in r["names"]
    }
    assert free == {"read"}


def test_processes_and_sockets_stay_possible_within_conditions(tmp_path: Path) -> None:
    rules = written(tmp_path)["syscalls"]
    assert isinstance(rules, list)

    conditions = {
        (r["names"][0], a["value"], a["op"]) for r in rules if "args" in r for a in r["args"]
    }
    assert ("clone", 0x7E020000, "SCMP_CMP_MASKED_EQ") in conditions
    assert {value for name, value, _ in conditions if name == "socket"} == {1, 2, 10, 16}


def test_the_rest_of_the_profile_is_kept_for_the_native_architecture(tmp_path: Path) -> None:
    profile = written(tmp_path)

    assert profile["defaultAction"] == "SCMP_ACT_ERRNO"
    assert profile["archMap"] == [{"architecture": "SCMP_ARCH_X86_64", "subArchitectures": []}]


def test_without_a_profile_of_the_engine_there_is_none(tmp_path: Path) -> None:
    broken = tmp_path / "broken.json"
    broken.write_text("{}")

    assert ensure_profile(tmp_path, (tmp_path / "missing.json", broken)) is None
