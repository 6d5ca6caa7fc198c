"""The forked child: sees the project, runs jobs, writes results to its pipe, and dies."""

from __future__ import annotations

import importlib
import os
import resource
import site
import sys
from collections.abc import Iterator
from typing import BinaryIO

from . import decode
from .protocol import END, ITEM, TOOLS, GuestSetup, Request, read_frame, to_json, write_frame

_JOBS = {
    "describe": ("describe", "describe", "DescribeJob"),
    "evaluate": ("evaluate", "evaluate", "EvaluateJob"),
    "mutate": ("mutate", "mutate", "MutateJob"),
    "record": ("record", "record", "RecordJob"),
    "run_test": ("run_test", "run_test", "RunTestJob"),
    "run_tests": ("run_test", "run_tests", "RunTestsJob"),
}
_ENVIRONMENT = {
    "HOME": "/tmp",  # noqa: S108 - the guest's own, a tmpfs
    "PATH": "/usr/bin:/bin",
    "LANG": "C.UTF-8",
    "TZ": "UTC",
}
_PYTEST_JOBS = ("record", "run_test", "run_tests")
_JUDGES = ("pytest", "_pytest", "pytest_jsonreport", "pytest_metadata")


def serve(setup: GuestSetup, requests: BinaryIO, replies: BinaryIO) -> None:
    """Enter the project and answer requests until there are none."""
    _enter(setup)
    while True:
        frame = read_frame(requests)
        if frame is None:
            return
        request = decode.request(frame)
        error = ""
        try:
            for item in _run(request, setup):
                write_frame(replies, ITEM + to_json(item))
        except Exception as problem:  # noqa: BLE001 - whatever it is, the host is told
            error = f"{type(problem).__name__}: {problem}"[:500]
        token = read_frame(requests)  # only now, so that reviewed code did not find it lying about
        write_frame(replies, END + (token or b"") + error.encode(errors="backslashreplace"))


def _run(request: Request, setup: GuestSetup) -> Iterator[object]:
    module_name, function_name, job_name = _JOBS[request.job]
    if request.job in _PYTEST_JOBS:
        _make_way_for_project(setup)
    module = importlib.import_module(f"{__package__}.jobs.{module_name}")
    job = decode.job(job_name, request.payload)
    yield from getattr(module, function_name)(job)


def _enter(setup: GuestSetup) -> None:
    """Give the process the project's paths, environment and limits."""
    _limit(setup)
    os.environ.clear()
    os.environ.update(_ENVIRONMENT)
    os.environ.update({"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONDONTWRITEBYTECODE": "1"})
    os.environ.update(dict(setup.env))
    if setup.clock_offset:
        importlib.import_module(f"{__package__}.clock").set_ahead(setup.clock_offset)
    sys.dont_write_bytecode = True
    sys.argv = ["python"]
    sys.path[:] = [*setup.import_roots, *(p for p in sys.path if p != TOOLS)]
    for directory in setup.site_dirs:
        site.addsitedir(directory)
    sys.path.append(TOOLS)
    _forget_tools()
    os.chdir("/work/repo")


def _forget_tools() -> None:
    """Drop our tools' modules, so that the project's own versions of them are imported."""
    for name, module in list(sys.modules.items()):
        if (getattr(module, "__file__", None) or "").startswith(TOOLS):
            _TOOLS_LOADED[name] = sys.modules.pop(name)


_TOOLS_LOADED: dict[str, object] = {}


def _make_way_for_project(setup: GuestSetup) -> None:
    """Bring our pytest back, and of its helpers those that the project's tree does not hold.

    A project may be one of those helpers, but nothing in its tree becomes the pytest that judges.
    """
    for name, module in _TOOLS_LOADED.items():
        root = name.split(".", maxsplit=1)[0]
        taken = root not in _JUDGES and any(
            os.path.exists(f"{d}/{root}") or os.path.exists(f"{d}/{root}.py")  # noqa: PTH110
            for d in setup.import_roots
        )
        if not taken:
            sys.modules[name] = module  # type: ignore[assignment]
    _TOOLS_LOADED.clear()


def _limit(setup: GuestSetup) -> None:
    def limit(kind: int, value: int) -> None:
        hard = resource.getrlimit(kind)[1]
        value = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(kind, (value, value))

    limit(resource.RLIMIT_CORE, 0)
    limit(resource.RLIMIT_DATA, setup.memory_mb << 20)
    limit(resource.RLIMIT_FSIZE, setup.file_mb << 20)
    os.umask(0o077)
