"""What is measured is what is tested for it."""

from __future__ import annotations

import subprocess
import tomllib

from scripts.figures import ROOT


def test_the_rooms_that_are_measured_are_those_whose_tests_run() -> None:
    """And all the others are left to the rest of `make test`."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    which = subprocess.run(
        [ROOT / "scripts/coverage.sh", "--which"], capture_output=True, text=True, check=True
    )

    assert which.stdout.split() == [f"tests/{room}" for room in project["tool"]["coverage"]["run"]["source"]]
