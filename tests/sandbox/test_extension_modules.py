"""A C extension in a ``src`` layout, with a generated version file, built and imported for real."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import anyio
import pytest

from regoose_ci.assembly.laboratory import SandboxedBuild, guest_interpreter
from regoose_ci.environments.interpreter import Interpreter, find_interpreter
from regoose_ci.environments.project import prepare_project
from regoose_ci.environments.project_build import ProjectBuilder
from regoose_ci.environments.requirements import find_requirements
from regoose_ci.environments.uv import Uv
from regoose_ci.sandbox.base import Command, Mount

from .lab import Lab
from .levels import levels

pytestmark = pytest.mark.network

PROJECT = {
    "pyproject.toml": """
        [build-system]
        requires = ["setuptools>=64", "setuptools-scm>=8"]
        build-backend = "setuptools.build_meta"
        [project]
        name = "quick"
        dynamic = ["version"]
        [tool.setuptools_scm]
        version_file = "src/quick/_version.py"
        [tool.setuptools.packages.find]
        where = ["src"]
        """,
    "setup.py": """
        from setuptools import Extension, setup
        setup(ext_modules=[Extension("quick._twice", ["src/quick/_twice.c"])])
        """,
    "src/quick/__init__.py": "from quick._twice import twice\nfrom quick._version import version\n",
    "src/quick/_twice.c": """
        #include <Python.h>
        static PyObject *twice(PyObject *self, PyObject *number) {
            return PyLong_FromLong(2 * PyLong_AsLong(number));
        }
        static PyMethodDef methods[] = {{"twice", twice, METH_O, ""}, {NULL, NULL, 0, NULL}};
        static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "_twice", "", -1, methods};
        PyMODINIT_FUNC PyInit__twice(void) { return PyModule_Create(&module); }
        """,
}


def interpreters() -> Iterator[Interpreter]:
    """Those of this machine from 3.10 to 3.13: beside the one in use, and on the PATH."""
    for minor in range(10, 14):
        beside = sorted(Path(sys.base_prefix).parent.glob(f"3.{minor}.*"))
        on_path = shutil.which(f"python3.{minor}")
        found = beside[-1] if beside else Path(on_path) if on_path else None
        if found is not None:
            yield find_interpreter(found, Path("/nonexistent"), None)


@pytest.mark.parametrize("lab", levels()[:1], indirect=True)
@pytest.mark.parametrize(
    "python", list(interpreters()), ids=lambda p: f"{p.version[0]}.{p.version[1]}"
)
def test_on_each_version_of_python(lab: Lab, python: Interpreter) -> None:
    assert built_and_imported(lab, python) == "42 1.5"


def test_at_each_level(lab: Lab) -> None:
    assert built_and_imported(lab, lab.interpreter) == "42 1.5"


def built_and_imported(lab: Lab, python: Interpreter) -> str:
    """Return what a program prints that imports the extension and the version."""
    seen = guest_interpreter(python)
    tree = lab.tree(PROJECT)
    files = {name: (tree / name).read_bytes() for name in PROJECT}
    builder = ProjectBuilder(
        SandboxedBuild(lab.sandbox, seen.mounts, seen.library_path),
        Uv(),
        python,
        seen.python,
        lab.place / "cache",
        tree.parent / f"{tree.name}-build",
    )

    async def build_and_import() -> str:
        overlay = tree.parent / f"{tree.name}-overlay"
        requirements = find_requirements(files.get, sorted(files))
        prepared = await prepare_project(tree, requirements, overlay, "1.5", builder)
        assert prepared.fallbacks == ()
        program = "import sys; sys.path.insert(0, '/work/repo/src'); import quick; "
        program += "print(quick.twice(21), quick.version)"
        library = (("LD_LIBRARY_PATH", seen.library_path),) if seen.library_path else ()
        command = (seen.python, "-I", "-S", "-c", program)
        mounts = (*seen.mounts, Mount(tree, "/work/repo"))
        return (await lab.sandbox.run(Command(command, mounts, library), 30)).output.splitlines()[
            -1
        ]

    return anyio.run(build_and_import)
