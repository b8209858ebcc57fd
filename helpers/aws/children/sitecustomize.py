"""In Python programs that are started while the door stands, it stands, too, and is shut.

Its folder is on their PYTHONPATH, and Python imports a module of this name first of all
(https://docs.python.org/3/library/site.html). It costs a program that does without AWS nothing.
"""

import sys
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path
from types import ModuleType
from typing import Any

HERE = Path(__file__).resolve().parent


class _Watch:
    """Waits for the class of boto3's clients, and shuts the door behind it."""

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        if name != "botocore.client":
            return None
        sys.meta_path.remove(self)
        spec = PathFinder.find_spec(name, path, target)
        if spec and spec.loader:
            load = spec.loader.exec_module

            def load_and_shut(module: ModuleType) -> None:
                load(module)
                _shut()

            spec.loader.exec_module = load_and_shut  # type: ignore[method-assign]
        return spec


def _shut() -> None:
    if (home := str(HERE.parents[2])) not in sys.path:
        sys.path.append(home)
    from helpers.aws import door

    door.shut()


def _go_on_with_the_other() -> None:
    """The environment may have a sitecustomize of its own."""
    sys.path[:] = [each for each in sys.path if Path(each).resolve() != HERE]
    own = sys.modules.pop(__name__)
    try:
        __import__(__name__)
    except ImportError:
        sys.modules[__name__] = own


sys.meta_path.insert(0, _Watch())
_go_on_with_the_other()
