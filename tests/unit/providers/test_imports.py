from __future__ import annotations

import subprocess
import sys


def test_the_sdk_is_imported_by_those_who_ask_a_model_only() -> None:
    program = (
        "import sys, regoose_ci.providers.registry, regoose_ci.providers.session;"
        "print(sorted({'openai', 'httpx2'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"
