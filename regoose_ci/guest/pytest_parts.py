"""Everything that running a test imports, so that children are forked with it: half of its time."""

from __future__ import annotations

import importlib

from _pytest.config import default_plugins

_OWN = f"{__package__}.jobs.run_test"
_READS_VERSIONS = "email.message"
"""What `importlib.metadata` imports when it is first asked for one."""

for _name in (_OWN, _READS_VERSIONS, "pytest_metadata.plugin"):
    importlib.import_module(_name)
for _name in default_plugins:
    importlib.import_module(f"_pytest.{_name}")
