"""Attempts to reach something outside, or to gain rights inside."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from regoose_ci.sandbox.base import Guest

from .lab import Lab, attack, new_tag
from .levels import SECRET


def test_a29_no_network(lab: Lab) -> None:
    """Aims at a listener of our own on the host's loopback, and else only looks."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        result = lab.attack(f"""
            import socket, time

            def attack():
                began = time.monotonic()
                failed = []
                for family, kind, address in (
                    (socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", {port})),
                    (socket.AF_INET6, socket.SOCK_STREAM, ("::1", {port})),
                ):
                    try:
                        socket.socket(family, kind).connect(address)
                    except OSError:
                        failed.append(family.name)
                for kind, protocol in ((socket.SOCK_RAW, 1), (socket.SOCK_RAW, 255)):
                    try:
                        socket.socket(socket.AF_INET, kind, protocol)
                    except OSError:
                        failed.append("raw")
                try:
                    socket.getaddrinfo("name.invalid", 80)
                except OSError:
                    failed.append("dns")
                routes = open("/proc/net/route").read().splitlines()[1:]
                interfaces = [name for _, name in socket.if_nameindex()]
                return failed, routes, interfaces, time.monotonic() - began < 3
        """)

    failed = ["AF_INET", "AF_INET6", "raw", "raw", "dns"]
    assert result.value == (failed, [], ["lo"], True)


def test_a30_sockets_of_the_host_are_out_of_reach(lab: Lab) -> None:
    name = f"\0{new_tag()}"
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(name)
        listener.listen()
        result = lab.attack(f"""
            import os, socket

            def attack():
                reached = []
                try:
                    socket.socket(socket.AF_UNIX).connect({name!r})
                    reached.append("abstract socket")
                except OSError:
                    pass
                try:
                    socket.socket(socket.AF_VSOCK, socket.SOCK_STREAM)
                    reached.append("vsock")
                except OSError:
                    pass
                for top in ("/run", "/var", "/tmp", "/dev"):
                    for directory, names, files in os.walk(top):
                        reached += [f for f in files if f.endswith(".sock")]
                return reached, len(open("/proc/net/route").readlines())
        """)

    assert isinstance(result.value, tuple)
    reached, routes = result.value
    assert reached == []
    assert routes <= 1  # the heading: no route to a metadata address


def test_a31_planted_secrets(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GITHUB_TOKEN", "OPENAI_API_KEY", "HTTPS_PROXY", "http_proxy"):
        monkeypatch.setenv(name, f"http://user:{SECRET}@proxy.invalid:3128")
    config = {".env.sample": "", "package/__init__.py": ""}
    result = lab.using(
        """
        import os

        def attack():
            secret = "-".join(["s3cr3t", "of", "the", "host"]).encode()
            found = []
            for top in ("/proc/self", "/proc/1", "/run", "/etc", "/tmp", "/home", "/root",
                        "/work", "/dev/shm", "/var"):
                for directory, names, files in os.walk(top):
                    if directory.count("/") > 6:
                        names.clear()
                    for name in files:
                        path = os.path.join(directory, name)
                        if name in ("clear_refs", "mem", "pagemap", "kmsg"):
                            continue
                        try:
                            descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
                            if secret in os.read(descriptor, 1 << 20):
                                found.append(path)
                            os.close(descriptor)
                        except OSError:
                            pass
            if secret.decode() in repr(os.environ):
                found.append("environ")
            return found, os.path.exists("/work/repo/.git"), sorted(os.listdir("/root"))[:3] \
                if os.path.exists("/root") else []
        """,
        _value,
        config,
    )

    assert result == ([], False, [])


async def _value(guest: Guest) -> object:
    return (await attack(guest)).value


def test_a32_host_processes_are_invisible(lab: Lab) -> None:
    result = lab.attack("""
        import os

        def attack():
            pids = sorted(int(name) for name in os.listdir("/proc") if name.isdigit())
            return pids, os.getpid()
    """)

    assert isinstance(result.value, tuple)
    pids, own = result.value
    assert set(pids) <= {1, own}


def test_a33_no_rights_to_gain(lab: Lab) -> None:
    result = lab.attack("""
        import os, subprocess

        def attack():
            wanted = ("CapEff", "CapPrm", "CapBnd", "CapAmb", "NoNewPrivs", "Seccomp")
            lines = [line.split(":") for line in open("/proc/self/status")]
            status = {name: int(value.strip(), 16) for name, value in
                      [l for l in lines if l[0] in wanted]}
            gained = []
            for program in ("/usr/bin/su", "/usr/bin/mount", "/usr/bin/newgrp", "/usr/bin/passwd"):
                if os.path.exists(program):
                    code = ("import os,sys; os.execv(%r, [%r, '--help'])" % (program, program))
                    subprocess.run([program, "--help"], capture_output=True)
            try:
                os.setuid(0)
                gained.append("uid 0")
            except OSError:
                pass
            child = subprocess.run(["/usr/bin/id", "-u"], capture_output=True, text=True).stdout
            return status, gained, int(child) != 0
    """)

    assert isinstance(result.value, tuple)
    status, gained, unprivileged = result.value
    assert {n: v for n, v in status.items() if n.startswith("Cap")} == dict.fromkeys(
        ("CapEff", "CapPrm", "CapBnd", "CapAmb"), 0
    )
    assert (status["NoNewPrivs"], status["Seccomp"]) == (1, 2)
    assert (gained, unprivileged) == ([], True)


def test_a34_system_calls_that_are_denied(lab: Lab) -> None:
    result = lab.attack("""
        import ctypes, os

        libc = ctypes.CDLL(None, use_errno=True)
        buffer = ctypes.create_string_buffer(8)
        iov = (ctypes.c_size_t * 2)(ctypes.addressof(buffer), 8)
        CALLS = {  # x86_64
            "mount": (165, b"none", b"/tmp", b"tmpfs", 0, 0),
            "umount": (166, b"/tmp", 0),
            "unshare user": (272, 0x10000000),
            "clone new user": (56, 0x10000000 | 17, 0, 0, 0, 0),
            "setns": (308, 0, 0),
            "bpf": (321, 0, 0, 0),
            "keyctl": (250, 0, -3, 1),
            "add_key": (248, b"user", b"x", b"y", 1, -3),
            "io_uring_setup": (425, 8, 0),
            "ptrace parent": (101, 16, 1, 0, 0),
            "process_vm_readv parent": (310, 1, iov, 1, iov, 1, 0),
            "pidfd_getfd": (438, 0, 0, 0),
            "vsock": (41, 40, 1, 0),
            "kernel crypto": (41, 38, 5, 0),
            "perf_event_open": (298, 0, 0, -1, -1, 0),
            "userfaultfd": (323, 0),
            "reboot": (169, 0, 0, 0),
            "init_module": (175, 0, 0, b""),
            "pivot_root": (155, b"/", b"/"),
            "chroot": (161, b"/tmp"),
            "open_by_handle_at": (304, 0, 0, 0),
        }

        def attack():
            allowed = []
            parent = os.getpid()
            for name, (number, *arguments) in CALLS.items():
                if libc.syscall(number, *arguments) >= 0:
                    if os.getpid() != parent:
                        os._exit(0)
                    allowed.append(name)
            for file in ("mem", "fd", "environ", "maps", "root", "cwd", "exe"):
                try:
                    path = "/proc/1/" + file
                    os.listdir(path) if file == "fd" else open(path, "rb").read(1) \
                        if file in ("mem", "environ", "maps") else os.readlink(path)
                    allowed.append(path)
                except OSError:
                    pass
            return allowed
    """)

    assert result.value == []


def test_a35_control_groups_and_kernel_settings(lab: Lab) -> None:
    result = lab.attack(
        """
        import os

        def attack():
            written = []
            for top in ("/sys", "/proc/sys", "/proc/self/ns"):
                for directory, names, files in os.walk(top):
                    for name in files:
                        path = os.path.join(directory, name)
                        if os.access(path, os.W_OK):
                            try:
                                open(path, "w").write("1")
                                written.append(path)
                            except OSError:
                                pass
            for path in ("/proc/sysrq-trigger", "/proc/kcore", "/proc/keys", "/proc/timer_list"):
                try:
                    if open(path, "rb").read(1):
                        written.append(path)
                except OSError:
                    pass
            return written
    """,
        deadline=30,
    )

    assert result.value == []
    assert Path("/proc/sys/kernel/core_pattern").exists()
    assert os.getpid() > 1
