"""Runs a module of ours by the Python of another environment: `python -I apart.py MODULE [ARGUMENT…]`.

Of all that is ours it lends that environment the package `pipeline` alone. With our packages on its path, libraries of
there would be given versions of here, which is what the environment of its own is against.
"""

from __future__ import annotations

import importlib.util
import runpy
import sys
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[2]


def lend(package: Path) -> None:
    """Makes a package known by its name, and nothing beside it."""
    found = importlib.util.spec_from_file_location(
        package.name, package / "__init__.py", submodule_search_locations=[str(package)]
    )
    assert found is not None
    assert found.loader is not None
    module = importlib.util.module_from_spec(found)
    sys.modules[package.name] = module
    found.loader.exec_module(module)


if __name__ == "__main__":
    del sys.argv[0]
    lend(PACKAGE)
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
