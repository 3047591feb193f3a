"""Building the web app, with stand-ins for node and npm."""

from __future__ import annotations

from pathlib import Path

import pytest

from stack.errors import StackError
from stack.webapp import ensure

NPM = """\
#!/bin/sh
echo a line
echo "$*" >> calls
if [ "$1" = run ]; then mkdir -p dist && echo built > dist/index.html; fi
"""


def web_with(tmp_path: Path, *, npm: str = NPM, node: str = "v20.20.2") -> tuple[Path, dict[str, str]]:
    """A small app, and a machine with that node."""
    web, programs = tmp_path / "web", tmp_path / "bin"
    (web / "src").mkdir(parents=True)
    programs.mkdir()
    (web / "package.json").write_text("{}")
    (web / "src" / "main.tsx").write_text("one")
    for name, text in (("npm", npm), ("node", f"#!/bin/sh\necho {node}\n")):
        (programs / name).write_text(text)
        (programs / name).chmod(0o755)
    return web, {"PATH": f"{programs}:/usr/bin:/bin"}


def test_it_is_built_when_its_sources_change(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """The first call builds, the second finds everything as it is, a change makes it build again; one line each."""
    web, machine = web_with(tmp_path)

    assert ensure(web, print, machine)
    assert ensure(web, print, machine)
    (web / "src" / "main.tsx").write_text("two")
    assert ensure(web, print, machine)

    assert (web / "calls").read_text().splitlines() == ["ci --no-audit --no-fund", "run build"] * 2
    assert capfd.readouterr() == ("building the web app; this takes a minute or two\n" * 2, "")


def test_an_old_node_is_said(tmp_path: Path) -> None:
    """Where Node is too old the stack goes on without the app, and says why."""
    web, machine = web_with(tmp_path, node="v18.20.4")
    said: list[str] = []

    assert not ensure(web, said.append, machine)
    assert said == ["the web app is not built: it needs npm and Node 20.19 or newer, here is Node 18.20"]


def test_a_build_that_fails_is_an_error(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """A failing build ends in one clear error below what npm said, and nothing counts as built."""
    web, machine = web_with(tmp_path, npm="#!/bin/sh\necho no such package\nexit 7\n")

    with pytest.raises(StackError, match=r"npm ci --no-audit --no-fund in .* failed with exit status 7"):
        ensure(web, print, machine)
    assert not (web / "dist").exists()
    assert "no such package" in capfd.readouterr().err
