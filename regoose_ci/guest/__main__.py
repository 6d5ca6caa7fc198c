"""Start the supervisor, or the module that is named.

``python -I -S /opt/regoose/regoose_guest [MODULE [ARGUMENT…]]``
"""

import importlib
import pathlib
import sys

here = pathlib.Path(__file__).resolve().parent
sys.path[:] = [path for path in sys.path if pathlib.Path(path).resolve() != here]
sys.path.insert(0, str(here.parent))
module = sys.argv[1] if len(sys.argv) > 1 else "supervisor"
importlib.import_module(f"{here.name}.{module}").main()
