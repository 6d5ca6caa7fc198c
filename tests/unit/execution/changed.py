from __future__ import annotations

from regoose_ci.domain.changes import ChangedFunction, ChangeKind, FunctionKind, FunctionSource


def changed(qualname: str, *parameters: str, path: str = "shop/prices.py") -> ChangedFunction:
    """A function of two lines whose second was changed."""
    text = f"def {qualname}(n):\n    return n\n"
    module = path.removesuffix(".py").replace("/", ".")
    source = FunctionSource(path, module, qualname, 1, 2, text, frozenset({2}))
    return ChangedFunction(
        ChangeKind.MODIFIED, FunctionKind.FUNCTION, source, source, parameters=parameters
    )
