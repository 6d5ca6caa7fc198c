"""What runs inside the build sandbox: one hook of the project's build backend (PEP 517)."""

from __future__ import annotations

SOURCE = "/work/build/source"
OUTPUT = "/work/build/output"
TEMPORARY = "/work/build/temporary"
BUILD_SITE = "/opt/build"

DRIVER = f"""
import importlib, json, os, sys
hook, backend, *backend_path = sys.argv[1:]
sys.path[:0] = [*backend_path, {BUILD_SITE!r}]
os.chdir({SOURCE!r})
if not backend_path and backend.endswith(":__legacy__"):
    sys.path.insert(0, {SOURCE!r})
module, _, attribute = backend.partition(":")
found = importlib.import_module(module)
for name in filter(None, attribute.split(".")):
    found = getattr(found, name)
if hook == "requires":
    ask = getattr(found, "get_requires_for_build_wheel", lambda settings=None: [])
    answer = list(ask(None))
    with open({OUTPUT!r} + "/requires.json", "w") as file:
        json.dump(answer, file)
else:
    found.build_wheel({OUTPUT!r}, None, None)
"""
