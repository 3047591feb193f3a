#!/usr/bin/env python3
"""Looks up every locked dependency in a database of known vulnerabilities, without telling anybody what is used here.

    scripts/audit.py [--database PATH|URL]

The database is OSV's: PATH holds PyPI/all.zip and npm/all.zip, as OSV publishes them for each ecosystem and as
`osv-scanner` keeps them; below a URL they are fetched from PyPI/all.zip and npm/all.zip and kept for a day. Without
--database the variables ADVISORIES and OSV_SCANNER_LOCAL_DB_CACHE_DIRECTORY name it.

Exit status 1: something that is locked is known to be vulnerable. 0: nothing is, or it could not be looked up, which
the last line then says: "NOT LOOKED UP". 2: wrong usage.
"""

from __future__ import annotations

import argparse
import functools
import json
import os
import re
import sys
import time
import urllib.request
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

ROOT: Final = Path(__file__).resolve().parent.parent
KEPT_S: Final = 86_400.0
FETCH_LIMIT_S: Final = 120.0
OLD_DAYS: Final = 30


class NotLookedUp(Exception):
    """The database cannot be had or read; says why."""


@dataclass(frozen=True, slots=True, order=True)
class Dependency:
    """A package as it is locked."""

    ecosystem: str
    """As OSV spells it: "PyPI" or "npm"."""
    name: str
    version: str
    lock: str


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """A vulnerability of a locked dependency."""

    dependency: Dependency
    advisory: str
    fixed: str
    summary: str


# --- what is locked ----------------------------------------------------------------------------------------


def python_lock(text: str, lock: str) -> Iterator[Dependency]:
    """The packages of a requirements file with fixed versions."""
    for name, version in re.findall(r"^([A-Za-z0-9][\w.-]*)(?:\[[^\]]*\])?==([^\s;\\]+)", text, re.MULTILINE):
        yield Dependency("PyPI", canonicalize_name(name), version, lock)


def node_lock(text: str, lock: str) -> Iterator[Dependency]:
    """The packages of a package-lock.json of version 2 or 3."""
    for path, entry in json.loads(text)["packages"].items():
        if path and not entry.get("link") and "version" in entry:
            name = entry.get("name") or path.rpartition("node_modules/")[2]
            yield Dependency("npm", name, entry["version"], lock)


LOCKS: Final[Mapping[str, Callable[[str, str], Iterator[Dependency]]]] = {
    "requirements.lock": python_lock,
    "requirements-dev.lock": python_lock,
    "requirements-gpu.lock": python_lock,
    "requirements-ray.lock": python_lock,
    "web/package-lock.json": node_lock,
}


def locked(root: Path) -> list[Dependency]:
    """All that is locked, each package with each version once."""
    found: dict[tuple[str, str, str], Dependency] = {}
    for lock, read in LOCKS.items():
        for one in read((root / lock).read_text(encoding="utf-8"), lock):
            found.setdefault((one.ecosystem, one.name, one.version), one)
    return sorted(found.values())


# --- versions ----------------------------------------------------------------------------------------------


@functools.total_ordering
class NodeVersion:
    """A version by the order of semver.org, section 11."""

    def __init__(self, text: str) -> None:
        found = re.fullmatch(r"v?(\d+)\.(\d+)\.(\d+)(?:-([0-9A-Za-z.-]+))?(?:\+.*)?", text.strip())
        if found is None:
            raise ValueError(f"{text!r} is no semantic version")
        before = found[4].split(".") if found[4] else []
        self._key = (
            tuple(int(number) for number in found.group(1, 2, 3)),
            not before,
            [(0, int(part), "") if part.isdecimal() else (1, 0, part) for part in before],
        )

    def __eq__(self, other: object) -> bool:
        return isinstance(other, NodeVersion) and self._key == other._key

    def __lt__(self, other: NodeVersion) -> bool:
        return self._key < other._key

    def __hash__(self) -> int:
        return hash(str(self._key))


_ORDER: Final[Mapping[str, Callable[[str], Any]]] = {"PyPI": Version, "npm": NodeVersion}


def is_affected(version: str, affected: Mapping[str, Any], ecosystem: str) -> bool:
    """Whether an entry of `affected` means a version. What cannot be compared counts as affected.

    Source: OSV schema, "Evaluation": a version is affected if it is listed, or lies in a range of its ecosystem.
    """
    if version in affected.get("versions", ()):
        return True
    ranges = [each for each in affected.get("ranges", ()) if each.get("type") in ("SEMVER", "ECOSYSTEM")]
    try:
        return any(_is_within(version, each.get("events", ()), _ORDER[ecosystem]) for each in ranges)
    except (ValueError, InvalidVersion):
        return True


def _is_within(version: str, events: Iterable[Mapping[str, str]], order: Callable[[str], Any]) -> bool:
    here = order(version)
    limits = [each["limit"] for each in events if "limit" in each]
    if limits and not any(limit == "*" or here < order(limit) for limit in limits):
        return False
    turns = []
    for each in events:
        for kind, rank in (("introduced", 0), ("fixed", 1), ("last_affected", 2)):
            if kind in each:
                first = each[kind] == "0"
                turns.append((not first, None if first else order(each[kind]), rank, kind))
    inside = False
    for _, at, _, kind in sorted(turns, key=functools.cmp_to_key(_by_version)):
        if kind == "introduced" and (at is None or at <= here):
            inside = True
        elif (kind == "fixed" and at is not None and at <= here) or (
            kind == "last_affected" and at is not None and at < here
        ):
            inside = False
    return inside


def _by_version(one: tuple[bool, Any, int, str], two: tuple[bool, Any, int, str]) -> int:
    if one[1] is None or two[1] is None:
        return (one[1] is not None) - (two[1] is not None)
    if one[1] != two[1]:
        return -1 if one[1] < two[1] else 1
    return one[2] - two[2]


# --- the database ------------------------------------------------------------------------------------------


def archive(database: str, ecosystem: str, cache: Path) -> Path:
    """Where the records of an ecosystem are, fetched where `database` is a URL. Raises NotLookedUp."""
    if re.match(r"https?://", database):
        return _fetched(f"{database.rstrip('/')}/{ecosystem}/all.zip", cache / ecosystem / "all.zip")
    for folder in (Path(database), Path(database) / "osv-scalibr", Path(database) / "osv-scanner"):
        if (place := folder / ecosystem / "all.zip").is_file():
            return place
    raise NotLookedUp(f"there is no {ecosystem}/all.zip in {database}")


def _fetched(url: str, to: Path) -> Path:
    if to.is_file() and time.time() - to.stat().st_mtime < KEPT_S:
        return to
    to.parent.mkdir(parents=True, exist_ok=True)
    part = to.with_name(".all.zip.part")
    try:
        with urllib.request.urlopen(url, timeout=FETCH_LIMIT_S) as answer, part.open("wb") as file:  # noqa: S310  the operator names it
            while piece := answer.read(1 << 20):
                file.write(piece)
    except (OSError, ValueError) as error:
        raise NotLookedUp(f"{url} cannot be fetched: {error}") from error
    part.replace(to)
    return to


def records(path: Path) -> Iterator[dict[str, Any]]:
    """All that are not withdrawn. Raises NotLookedUp."""
    try:
        with zipfile.ZipFile(path) as opened:
            names = [name for name in opened.namelist() if name.endswith(".json")]
            if not names:
                raise NotLookedUp(f"{path} holds no advisories")
            for name in names:
                record = json.loads(opened.read(name))
                if not record.get("withdrawn"):
                    yield record
    except (OSError, zipfile.BadZipFile, ValueError) as error:
        raise NotLookedUp(f"{path} cannot be read: {error}") from error


def findings(dependencies: Iterable[Dependency], known: Iterable[Mapping[str, Any]]) -> list[Finding]:
    """The vulnerabilities among `known` that mean a version which is locked."""
    by_name: dict[tuple[str, str], list[Dependency]] = {}
    for one in dependencies:
        by_name.setdefault((one.ecosystem, one.name), []).append(one)
    found: set[Finding] = set()
    for record in known:
        for affected in record.get("affected", ()):
            package = affected.get("package", {})
            ecosystem, name = str(package.get("ecosystem", "")), str(package.get("name", ""))
            name = canonicalize_name(name) if ecosystem == "PyPI" else name
            for one in by_name.get((ecosystem, name), ()):
                if is_affected(one.version, affected, ecosystem):
                    summary = (
                        str(record.get("summary") or record.get("details") or "").strip().partition("\n")[0]
                    )
                    found.add(Finding(one, str(record.get("id")), _fixed(affected), summary[:100]))
    return sorted(found)


def _fixed(affected: Mapping[str, Any]) -> str:
    events = [event for each in affected.get("ranges", ()) for event in each.get("events", ())]
    return ", ".join(event["fixed"] for event in events if "fixed" in event)


# --- the command -------------------------------------------------------------------------------------------


def audit(root: Path, database: str, cache: Path, say: Callable[[str], None]) -> int:
    """The exit status; every ecosystem is looked up by itself, so that one that is away hides nothing of the other."""
    dependencies = locked(root)
    found: list[Finding] = []
    missed = []
    for ecosystem in sorted({one.ecosystem for one in dependencies}):
        own = [one for one in dependencies if one.ecosystem == ecosystem]
        newest = ""

        def dated(path: Path) -> Iterator[dict[str, Any]]:
            nonlocal newest
            for record in records(path):
                newest = max(newest, str(record.get("modified", "")))
                yield record

        try:
            if not database:
                raise NotLookedUp("no database is named: --database, or ADVISORIES")
            found += findings(own, dated(archive(database, ecosystem, cache)))
        except NotLookedUp as error:
            missed.append(f"audit: {len(own)} packages of {ecosystem} were NOT LOOKED UP: {error}")
            continue
        say(
            f"audit: {len(own)} packages of {ecosystem} looked up; the newest advisory there is of {newest[:10]}"
        )
        if newest[:10] < time.strftime("%Y-%m-%d", time.gmtime(time.time() - OLD_DAYS * 86_400)):
            say(f"audit: that is more than {OLD_DAYS} days ago: fetch a newer database")
    for one in found:
        package = one.dependency
        fixed = f"fixed in {one.fixed}" if one.fixed else "no fix is known"
        say(
            f"audit: {package.name} {package.version} ({package.lock}): {one.advisory}, {fixed}: {one.summary}"
        )
    for line in missed:
        say(line)
    return 1 if found else 0


def main(arguments: list[str] | None = None) -> int:
    described = (__doc__ or "").partition("\n")
    parser = argparse.ArgumentParser(
        description=described[0], epilog=described[2], formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--database", metavar="PATH|URL", help="OSV's records, for each ecosystem in one archive"
    )
    parser.add_argument("--root", type=Path, default=ROOT, help=argparse.SUPPRESS)
    chosen = parser.parse_args(arguments)
    named = (
        chosen.database
        or os.environ.get("ADVISORIES")
        or os.environ.get("OSV_SCANNER_LOCAL_DB_CACHE_DIRECTORY")
    )
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "hive" / "advisories"
    return audit(chosen.root, named or "", cache, functools.partial(print, flush=True))


if __name__ == "__main__":
    sys.exit(main())
