"""What a test may import and touch. Lists of what is allowed: what is not on them is not."""

from __future__ import annotations

import sys

PURE_MODULES = frozenset(
    {
        "__future__", "abc", "argparse", "array", "ast", "base64", "binascii", "bisect", "calendar",
        "cmath", "collections", "colorsys", "configparser", "contextlib", "copy", "csv",
        "dataclasses", "datetime", "decimal", "difflib", "email", "enum", "errno", "fnmatch",
        "fractions", "functools", "graphlib", "hashlib", "heapq", "hmac", "html", "ipaddress",
        "itertools", "json", "keyword", "logging", "math", "ntpath", "numbers", "operator",
        "pathlib", "posixpath", "pprint", "queue", "random", "re", "secrets", "shlex", "stat",
        "statistics", "string", "struct", "textwrap", "tomllib", "traceback", "typing",
        "unicodedata", "uuid", "warnings", "weakref", "xml", "zlib", "zoneinfo",
    }
)  # fmt: skip
"""Standard modules from which everything may be used, unless `PARTIAL_MODULES` says less."""

PARTIAL_MODULES: dict[str, frozenset[str]] = {
    "asyncio": frozenset(
        {"run", "sleep", "gather", "wait_for", "wait", "Queue", "Event", "Lock", "Semaphore",
         "Future", "Task", "TaskGroup", "TimeoutError", "CancelledError", "QueueEmpty",
         "QueueFull", "create_task", "ensure_future", "timeout", "iscoroutine",
         "iscoroutinefunction", "AbstractEventLoop", "Condition"}
    ),
    "gzip": frozenset({"compress", "decompress", "BadGzipFile"}),
    "http": frozenset({"HTTPStatus", "HTTPMethod"}),
    "inspect": frozenset(
        {"signature", "Signature", "Parameter", "isfunction", "isclass", "iscoroutine",
         "iscoroutinefunction", "isgenerator", "isgeneratorfunction", "isasyncgen", "isawaitable",
         "isabstract", "getdoc", "cleandoc", "ismethod", "isroutine", "isbuiltin"}
    ),
    "io": frozenset(
        {"StringIO", "BytesIO", "TextIOWrapper", "BufferedReader", "IOBase", "TextIOBase",
         "RawIOBase", "BufferedIOBase", "UnsupportedOperation", "SEEK_SET", "SEEK_CUR", "SEEK_END"}
    ),
    "os": frozenset(
        {"path", "sep", "linesep", "fspath", "curdir", "pardir", "extsep", "pathsep", "altsep",
         "name", "PathLike", "fsencode", "fsdecode"}
    ),
    "platform": frozenset({"system", "python_implementation", "python_version"}),
    "pytest": frozenset(
        {"raises", "approx", "mark", "param", "warns", "deprecated_call", "fail",
         "CaptureFixture", "LogCaptureFixture", "ExceptionInfo", "RaisesGroup", "RaisesExc"}
    ),
    "pytest.mark": frozenset({"parametrize", "filterwarnings"}),
    "logging": frozenset(
        {"getLogger", "Logger", "LogRecord", "Formatter", "Filter", "NullHandler", "DEBUG", "INFO",
         "WARNING", "ERROR", "CRITICAL", "NOTSET", "getLevelName", "LoggerAdapter",
         "StreamHandler", "Handler"}
    ),
    "sys": frozenset(
        {"maxsize", "version_info", "platform", "float_info", "int_info", "byteorder",
         "maxunicode", "hexversion", "getsizeof", "implementation"}
    ),
    "time": frozenset(
        {"time", "time_ns", "monotonic", "perf_counter", "strftime", "strptime", "struct_time",
         "gmtime", "mktime", "localtime"}
    ),
    "types": frozenset(
        {"SimpleNamespace", "MappingProxyType", "GeneratorType", "NoneType", "FunctionType",
         "MethodType", "GenericAlias", "UnionType"}
    ),
    "unittest": frozenset({"mock"}),
    "urllib": frozenset({"parse"}),
    "xml": frozenset({"etree", "sax", "dom"}),
}  # fmt: skip
"""Modules of which only these names may be used, and which may not be passed on as a whole."""

EVALUATING = frozenset(
    {"typing.get_type_hints", "typing.ForwardRef", "string.Formatter", "dataclasses.make_dataclass"}
)
"""Names of pure modules that run text as code, or reach attributes by text."""
NETWORK = frozenset(
    {"requests", "httpx", "aiohttp", "urllib3", "websocket", "websockets", "paramiko", "pycurl",
     "boto3", "botocore", "openai", "anthropic", "grpc", "zmq", "pika", "redis", "docker"}
)  # fmt: skip
PROCESSES = frozenset({"sh", "plumbum", "pexpect", "ptyprocess", "psutil", "invoke", "fabric"})
MACHINERY = frozenset({"_pytest", "pluggy", "regoose_ci", "regoose_guest", "xdist"})

UNSAFE_MODULES = frozenset(
    {"os", "sys", "subprocess", "socket", "shutil", "ctypes", "importlib", "builtins", "posix",
     "multiprocessing", "pty", "runpy", "_pytest", "__builtins__"}
)  # fmt: skip
"""Not to be reached through another module either: ``pkg.text.os``."""

BUILTINS = frozenset(
    {"eval", "exec", "compile", "__import__", "breakpoint", "input", "exit", "quit", "globals",
     "locals", "__builtins__", "__loader__", "__spec__", "help", "copyright", "license"}
)  # fmt: skip
NEVER = frozenset({"eval", "exec", "__import__", "breakpoint", "globals", "locals"})
"""Of these not even a variable of the same name: in a class body it may be the builtin."""
ENDINGS = frozenset({"SystemExit", "KeyboardInterrupt", "GeneratorExit"})
INTERNALS = frozenset(
    {"__subclasses__", "__globals__", "__builtins__", "__base__", "__bases__", "__mro__",
     "__code__", "__closure__", "__loader__", "__spec__", "__import__", "__getattribute__",
     "__reduce__", "__reduce_ex__", "__self__", "__wrapped__", "f_globals", "f_locals", "f_back",
     "f_builtins", "gi_frame", "cr_frame", "ag_frame", "tb_frame", "gi_code", "cr_code",
     "__defaults__", "__kwdefaults__"}
)  # fmt: skip
FIXTURES_OF_PYTEST = frozenset({"request", "pytestconfig", "pytester", "testdir", "cache"})


def module_problem(module: str, own: frozenset[str], known: frozenset[str]) -> str:
    """Why a module may not be imported; empty when it may.

    ``own`` are the project's top-level modules, ``known`` others that its code and tests use.
    """
    root = module.partition(".")[0]
    if root in own:
        return ""
    if root in NETWORK:
        return f"`{root}` reaches the network"
    if root in PROCESSES:
        return f"`{root}` starts or looks at processes"
    if root in MACHINERY:
        return f"`{root}` is the machinery that judges the test"
    if root in PURE_MODULES or root in PARTIAL_MODULES:
        return ""
    if root in sys.stdlib_module_names or root.startswith("_"):
        return f"`{root}` is not among the modules that tests may use"
    if root not in known:
        return f"`{root}` is not used by the project"
    return ""


def name_problem(dotted: str) -> str:
    """Why a dotted name may not be used; empty when it may."""
    parts = dotted.split(".")
    if ".".join(parts[:2]) in EVALUATING:
        return f"`{dotted}` takes text for code"
    for depth in range(len(parts) - 1, 0, -1):
        module = ".".join(parts[:depth])
        allowed = PARTIAL_MODULES.get(module)
        if allowed is not None and parts[depth] not in allowed:
            return f"`{module}.{parts[depth]}` is not allowed in a test"
    hidden = _hidden_module(parts)
    return f"`{dotted}` reaches `{hidden}` through another module" if hidden else ""


def _hidden_module(parts: list[str]) -> str:
    """A module that another one is used to get at: ``os`` in ``pkg.text.os`` or ``random._os``."""
    root, *rest = parts
    if root not in sys.stdlib_module_names:
        return next((name for name in rest if name in UNSAFE_MODULES), "")
    harmless = PURE_MODULES | PARTIAL_MODULES.keys()
    for name in rest:
        bare = name.lstrip("_")
        if bare in UNSAFE_MODULES or (bare in sys.stdlib_module_names and bare not in harmless):
            return bare
        if name != bare and bare in PARTIAL_MODULES:
            return bare
    return ""
