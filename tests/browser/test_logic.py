"""The page's own tests: its logic without a browser, by Vitest."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

LIMIT_S = 300
"""Usually a minute; other tests share the cores with it."""

pytestmark = pytest.mark.timeout(LIMIT_S + 60)


def test_the_logic_of_the_page_passes_its_own_tests(web: Path) -> None:
    """Vitest, as `npm test` in `web/` runs it; types are looked at when the page is built."""
    npm = shutil.which("npm")
    assert npm is not None, "npm is not installed"
    done = subprocess.run(
        [npm, "test"],
        cwd=Path(__file__).parents[2] / "web",
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
        check=False,
    )
    assert done.returncode == 0, (done.stdout + done.stderr)[-3000:]
    passed = re.search(r"Tests\s+(\d+) passed", re.sub(r"\x1b\[[0-9;]*m", "", done.stdout))
    assert passed is not None, done.stdout[-1000:]
    assert int(passed[1]) > 50
