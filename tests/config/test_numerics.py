"""NumPy computes on the thread that asks, in every process of the house, whatever is imported first."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

ASKS = """
import ctypes, importlib, pathlib, sys
importlib.import_module(sys.argv[1])
import numpy
libraries = pathlib.Path(numpy.__file__).parent.parent / "numpy.libs"
(library,) = libraries.glob("libscipy_openblas64_*.so")
print(ctypes.CDLL(str(library)).scipy_openblas_get_num_threads64_())
"""


def threads(module: str, **variables: str) -> int:
    """Of NumPy's library in a process that begins with a module."""
    clean = {name: value for name, value in os.environ.items() if not name.endswith("_NUM_THREADS")}
    command = [sys.executable, "-c", ASKS, module]
    said = subprocess.run(
        command, check=True, capture_output=True, text=True, env=clean | variables, timeout=100
    )
    return int(said.stdout)


@pytest.mark.parametrize(
    "module",
    [
        "cli.main",
        "speech_service.__main__",
        "worker.__main__",
        "voice_service.__main__",
        "auth_service.__main__",
    ],
)
def test_products_take_no_second_thread(module: str) -> None:
    """Threads that wait for the next product spin, and take a third of what recognising takes."""
    assert threads(module) == 1


def test_who_knows_better_says_so() -> None:
    """A variable that is set already stays."""
    wanted = min(2, os.cpu_count() or 1)

    assert threads("cli.main", OPENBLAS_NUM_THREADS=str(wanted)) == wanted
