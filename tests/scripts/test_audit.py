"""`scripts/audit.py`: what is locked, held against a database of advisories that these tests make."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from stack.parts import ROOT


def checkout(tmp_path: Path, *, python: str = "1.2.0", node: str = "2.0.0") -> Path:
    """Lock files with one package of interest each."""
    (tmp_path / "web").mkdir()
    for lock in (
        "requirements.lock",
        "requirements-dev.lock",
        "requirements-gpu.lock",
        "requirements-ray.lock",
    ):
        (tmp_path / lock).write_text(
            f"some-engine=={python} ; python_version < '3.13' \\\n    --hash=sha256:{'0' * 64}\nother[extra]==1.0 \\\n"
        )
    packages = {
        "": {"name": "hive-web", "version": "0.1.0"},
        "node_modules/@scope/view": {"version": node},
        "node_modules/a/node_modules/inner": {"version": "1.0.0"},
        "node_modules/link": {"link": True},
    }
    (tmp_path / "web" / "package-lock.json").write_text(
        json.dumps({"lockfileVersion": 3, "packages": packages})
    )
    return tmp_path


def advisory(ecosystem: str, name: str, *events: dict[str, str], **more: Any) -> dict[str, Any]:
    kind = "SEMVER" if ecosystem == "npm" else "ECOSYSTEM"
    affected = {
        "package": {"ecosystem": ecosystem, "name": name},
        "ranges": [{"type": kind, "events": list(events)}],
    }
    record = {"id": f"TEST-{ecosystem}-1", "modified": "2020-01-02T00:00:00Z", "summary": "it breaks"}
    return record | {"affected": [affected | more.pop("affected", {})]} | more


def database(folder: Path, *known: dict[str, Any], only: str = "") -> Path:
    """The archives as OSV publishes them."""
    for ecosystem in ("PyPI", "npm"):
        if only in ("", ecosystem):
            (folder / ecosystem).mkdir(parents=True)
            with zipfile.ZipFile(folder / ecosystem / "all.zip", "w") as opened:
                nothing = advisory(ecosystem, "nobody-has-it", {"introduced": "0"}, id="TEST-0")
                for record in (nothing, *known):
                    if record["affected"][0]["package"]["ecosystem"] == ecosystem:
                        opened.writestr(f"{record['id']}.json", json.dumps(record))
    return folder


def audit(root: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": os.environ["PATH"], "HOME": str(root), **variables}
    return subprocess.run(
        [sys.executable, str(ROOT / "scripts" / "audit.py"), "--root", str(root), *arguments],
        env=environment, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip


def test_a_vulnerable_dependency_is_named_and_fails(tmp_path: Path) -> None:
    """Of both locks: the package, its version, the advisory, and what mends it."""
    known = database(
        tmp_path / "osv",
        advisory("PyPI", "Some_Engine", {"introduced": "1.0"}, {"fixed": "1.10"}),
        advisory("npm", "@scope/view", {"introduced": "0"}, {"last_affected": "2.0.0"}),
    )

    done = audit(checkout(tmp_path), "--database", str(known))

    assert done.returncode == 1
    lines = done.stdout.splitlines()
    assert "audit: some-engine 1.2.0 (requirements.lock): TEST-PyPI-1, fixed in 1.10: it breaks" in lines
    assert "audit: @scope/view 2.0.0 (web/package-lock.json): TEST-npm-1, no fix is known: it breaks" in lines
    assert "audit: that is more than 30 days ago: fetch a newer database" in lines


@pytest.mark.parametrize(
    ("python", "node", "found"),
    [
        ("1.1", "1.0.0-rc.1", set()),
        ("1.2", "1.0.0", {"some-engine", "@scope/view"}),
        ("1.9.9", "1.9.9", {"some-engine", "@scope/view"}),
        ("1.10", "1.10.0", set()),
        ("1.10rc1", "1.10.0-rc.2", {"some-engine", "@scope/view"}),
        ("2.5", "2.5.0", {"some-engine", "@scope/view"}),
        ("2.6", "2.5.1", set()),
        ("3.0.0", "3.0.0", {"some-engine", "@scope/view"}),
        ("not-a-version", "not-a-version", {"some-engine", "@scope/view"}),
    ],
)
def test_versions_are_compared_as_their_ecosystem_does(
    tmp_path: Path, python: str, node: str, found: set[str]
) -> None:
    """Several intervals, versions listed one by one, releases before a release; what cannot be compared is told."""
    events = (
        {"introduced": "2.5.0"}, {"last_affected": "2.5.0"}, {"introduced": "1.2"}, {"fixed": "1.10"},
    )  # fmt: skip
    node_events = (
        {"introduced": "1.0.0"},
        {"fixed": "1.10.0"},
        {"introduced": "2.5.0"},
        {"last_affected": "2.5.0"},
    )
    listed = {"affected": {"versions": ["3.0.0"]}}
    known = database(
        tmp_path / "osv",
        advisory("PyPI", "some-engine", *events, **listed),
        advisory("npm", "@scope/view", *node_events, **listed),
    )

    done = audit(checkout(tmp_path, python=python, node=node), "--database", str(known))

    named = {line.split()[1] for line in done.stdout.splitlines() if "TEST-" in line}
    assert named == found, done.stdout
    assert done.returncode == bool(found)


def test_what_was_withdrawn_or_means_others_is_no_finding(tmp_path: Path) -> None:
    """A withdrawn advisory, one of another ecosystem with the same name, one of commits."""
    known = database(
        tmp_path / "osv",
        advisory("PyPI", "some-engine", {"introduced": "0"}, withdrawn="2021-01-01T00:00:00Z"),
        advisory("npm", "some-engine", {"introduced": "0"}),
        advisory(
            "npm",
            "inner",
            affected={"ranges": [{"type": "GIT", "events": [{"introduced": "0"}]}]},
            id="TEST-2",
        ),
    )

    done = audit(checkout(tmp_path), "--database", str(known))

    assert (done.returncode, "TEST-" in done.stdout) == (0, False)
    assert "NOT LOOKED UP" not in done.stdout
    assert "audit: 2 packages of PyPI looked up; the newest advisory there is of 2020-01-02" in done.stdout


@pytest.mark.parametrize("broken", ["unnamed", "missing", "damaged", "empty", "nobody"])
def test_what_could_not_be_looked_up_is_never_called_fine(tmp_path: Path, broken: str) -> None:
    """Without a database the last lines say so, for each ecosystem, and how many packages that leaves open."""
    place = tmp_path / "osv"
    for ecosystem in ("PyPI", "npm"):
        (place / ecosystem).mkdir(parents=True)
        if broken == "damaged":
            (place / ecosystem / "all.zip").write_bytes(b"no archive")
        if broken == "empty":
            zipfile.ZipFile(place / ecosystem / "all.zip", "w").close()
    arguments = {"unnamed": [], "nobody": ["--database", "http://127.0.0.1:9"]}.get(
        broken, ["--database", str(place)]
    )

    done = audit(checkout(tmp_path), *arguments)

    assert done.returncode == 0
    assert done.stderr == ""
    last = done.stdout.splitlines()[-2:]
    assert last[0].startswith("audit: 2 packages of PyPI were NOT LOOKED UP: ")
    assert last[1].startswith("audit: 2 packages of npm were NOT LOOKED UP: ")
    assert " looked up;" not in done.stdout


def test_one_database_that_is_away_hides_nothing_of_the_other(tmp_path: Path) -> None:
    """A finding fails even where the other ecosystem could not be looked up, which is said as well."""
    found = advisory("PyPI", "some-engine", {"introduced": "0"})
    known = database(tmp_path / "cache" / "osv-scanner", found, only="PyPI").parent

    done = audit(checkout(tmp_path), OSV_SCANNER_LOCAL_DB_CACHE_DIRECTORY=str(known))

    assert done.returncode == 1
    assert done.stdout.splitlines()[-1].startswith("audit: 2 packages of npm were NOT LOOKED UP: ")


async def test_a_database_is_fetched_once_a_day(tmp_path: Path) -> None:
    """From an address of the operator's own; the next run takes what was kept."""
    known = database(tmp_path / "served", advisory("npm", "inner", {"introduced": "0"}))
    app = web.Application()
    app.router.add_static("/", known)
    root = checkout(tmp_path)
    async with TestServer(app, host="127.0.0.1") as server:
        first = await asyncio.to_thread(audit, root, ADVISORIES=str(server.make_url("/")))
    shutil.rmtree(known)
    again = audit(root, ADVISORIES=f"http://127.0.0.1:{server.port}/")

    assert "TEST-npm-1" in first.stdout
    assert again.stdout == first.stdout
    assert (first.returncode, again.returncode) == (1, 1)


def test_the_projects_own_locks_are_read_whole() -> None:
    """Every package of our lock files is among those that are looked up."""
    done = audit(ROOT)

    python = {
        line.rstrip(" \\").partition(" ;")[0]
        for lock in (
            "requirements.lock",
            "requirements-dev.lock",
            "requirements-gpu.lock",
            "requirements-ray.lock",
        )
        for line in (ROOT / lock).read_text().splitlines()
        if line[:1].isalnum()
    }
    assert f"audit: {len(python)} packages of PyPI" in done.stdout
    assert " packages of npm" in done.stdout
