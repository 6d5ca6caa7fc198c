"""A seccomp profile that is stricter than the engine's own.

Podman's profile lets ordinary users make user namespaces, mount in them, use the kernel's key
store and trace each other, because containers are nested in containers. Reviewed code needs none
of it, and all of it is kernel that an attack could reach.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from regoose_ci.temporary import temporary_directory

ENGINE_PROFILES = (
    Path("/etc/containers/seccomp.json"),
    Path("/usr/share/containers/seccomp.json"),
)
DENIED = frozenset(
    [
        "add_key",
        "keyctl",
        "request_key",
        "mount",
        "umount",
        "umount2",
        "mount_setattr",
        "move_mount",
        "open_tree",
        "fsopen",
        "fsconfig",
        "fsmount",
        "fspick",
        "pivot_root",
        "chroot",
        "setns",
        "unshare",
        "clone3",
        "bpf",
        "perf_event_open",
        "userfaultfd",
        "io_uring_setup",
        "io_uring_enter",
        "io_uring_register",
        "ptrace",
        "process_vm_readv",
        "process_vm_writev",
        "process_madvise",
        "kcmp",
        "pidfd_getfd",
        "name_to_handle_at",
        "open_by_handle_at",
        "fanotify_init",
        "lookup_dcookie",
        "clone",
        "socket",
    ]
)
"""Not allowed at all; ``clone`` and ``socket`` come back with conditions."""
FAMILIES = (1, 2, 10, 16)
"""Address families: Unix, IPv4, IPv6, and netlink, which name look-ups ask for interfaces."""

_NAMESPACES = 0x7E02_0000
"""All flags of ``clone`` that make a namespace."""
_NO_SUCH_CALL = 38


class _Part(BaseModel):
    """Part of a profile; what is not named here is kept as it is."""

    model_config = ConfigDict(extra="allow", populate_by_name=True)


class _Condition(_Part):
    index: int
    value: int
    op: str
    value_two: int = Field(0, alias="valueTwo")


class _Rule(_Part):
    names: list[str]
    action: str
    args: list[_Condition] | None = None


class _Architecture(_Part):
    architecture: str
    others: list[str] | None = Field(None, alias="subArchitectures")


class Profile(_Part):
    """A seccomp profile as container engines read it."""

    architectures: list[_Architecture] = Field(default_factory=list, alias="archMap")
    syscalls: list[_Rule]


def ensure_profile(cache: Path, originals: tuple[Path, ...] = ENGINE_PROFILES) -> Path | None:
    """Write this machine's profile into ``cache``; Docker takes it as well as Podman.

    Returns ``None`` where the engine's own profile is not found or not understood; the engine
    then applies that one, and the probe reports what it allows.
    """
    for original in originals:
        try:
            profile = Profile.model_validate_json(original.read_bytes())
        except (OSError, ValidationError):
            continue
        text = stricter(profile).model_dump_json(by_alias=True, exclude_none=True)
        path = cache / f"seccomp-{hashlib.sha256(text.encode()).hexdigest()[:12]}.json"
        if not path.exists():
            with temporary_directory("seccomp", cache) as directory:
                part = directory / path.name
                part.write_text(text)
                part.replace(path)
        return path
    return None


def stricter(profile: Profile) -> Profile:
    """Return ``profile`` without what is denied here, and for the native architecture alone.

    Programs of the machine's 32-bit variant are refused, because their calls evade conditions.
    """
    rules: list[_Rule] = []
    for rule in profile.syscalls:
        names = [name for name in rule.names if name not in DENIED]
        if names:
            rules.append(rule.model_copy(update={"names": names}))
    rules.append(_allow("clone", _NAMESPACES, "SCMP_CMP_MASKED_EQ"))
    rules += [_allow("socket", family, "SCMP_CMP_EQ") for family in FAMILIES]
    rules.append(_Rule(names=["clone3"], action="SCMP_ACT_ERRNO", errnoRet=_NO_SUCH_CALL))
    native = [a.model_copy(update={"others": []}) for a in profile.architectures]
    return profile.model_copy(update={"syscalls": rules, "architectures": native})


def _allow(name: str, value: int, operator: str) -> _Rule:
    """Allow a call if its first argument is ``value``, or has none of its bits (``MASKED``)."""
    condition = _Condition(index=0, value=value, op=operator, valueTwo=0)
    return _Rule(names=[name], action="SCMP_ACT_ALLOW", args=[condition])
