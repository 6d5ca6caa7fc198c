"""What runs inside the build sandbox: one hook of the project's build backend (PEP 517).

The tree comes in as a tar stream and what the hook makes goes out as another stream, so that a
build has nothing of the host to write to, wherever the container engine runs.
"""

from __future__ import annotations

SOURCE = "/work/build/source"
TEMPORARY = "/work/build/temporary"
BUILD_SITE = "/opt/build"

DRIVER = f"""
import importlib, json, os, resource, shutil, sys, tarfile
hook, backend, memory, *backend_path = sys.argv[1:]
output = "/work/build/output"
for directory in ({SOURCE!r}, {TEMPORARY!r}, output):
    os.mkdir(directory)
trusted = {{"filter": "fully_trusted"}} if hasattr(tarfile, "fully_trusted_filter") else {{}}
with tarfile.open(fileobj=sys.stdin.buffer, mode="r|") as archive:
    archive.extractall({SOURCE!r}, **trusted)
result = os.fdopen(os.dup(1), "wb")
os.dup2(2, 1)
os.dup2(os.open("/dev/null", os.O_RDONLY), 0)
resource.setrlimit(resource.RLIMIT_AS, (int(memory), int(memory)))
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
    result.write(json.dumps(list(ask(None))).encode())
else:
    wheel = os.path.join(output, os.path.basename(found.build_wheel(output, None, None)))
    with open(os.open(wheel, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb") as file:
        shutil.copyfileobj(file, result, 1 << 20)
result.close()
"""
