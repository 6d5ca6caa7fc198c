"""Start the supervisor: ``python -I -S /opt/regoose/regoose_guest``."""

import importlib
import pathlib
import sys

here = pathlib.Path(__file__).resolve().parent
sys.path[:] = [path for path in sys.path if pathlib.Path(path).resolve() != here]
sys.path.insert(0, str(here.parent))
importlib.import_module(f"{here.name}.supervisor").main()
