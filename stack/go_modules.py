"""Whether a program that Go built consists of the source that is known: one hash leads to all.

The hash of the main module fixes its archive, the archive holds the list of checksums of all modules that it uses
(go.sum), and every program says of which modules it consists. So it does not matter which proxy handed them out, nor
whether Go was told to ask a checksum database.

Source: golang.org/x/mod/sumdb/dirhash (Hash1); `go version -m`; go.dev/ref/mod, "go.sum files".
"""

from __future__ import annotations

import base64
import hashlib
import re
import zipfile
from pathlib import Path

from stack.errors import StackError


class UnknownSource(StackError):
    """A program is made of other source than the one that is known."""


def hash_of(archive: Path) -> str:
    """The hash of a module's archive as go.sum writes it, "h1:…". Blocking. Raises UnknownSource."""
    try:
        with zipfile.ZipFile(archive) as opened:
            lines = [
                f"{hashlib.sha256(opened.read(name)).hexdigest()}  {name}\n"
                for name in sorted(opened.namelist())
            ]
    except (OSError, zipfile.BadZipFile) as error:
        raise UnknownSource(f"the source in {archive} cannot be read: {error}") from error
    return "h1:" + base64.b64encode(hashlib.sha256("".join(lines).encode()).digest()).decode()


def check(built: str, archive: Path, *, module: str, version: str, module_hash: str) -> None:
    """Compares what a program says of itself with what is known. Blocking.

    Args:
        built: what `go version -m` prints of it.
        archive: of the main module, from Go's cache of downloads.
        module_hash: the one that is known, "h1:…".

    Raises:
        UnknownSource: names the first module that is not what it should be.
    """
    found = hash_of(archive)
    if found != module_hash:
        raise UnknownSource(f"the source of {module} {version} is another one than is known: {found}")
    known = _listed(archive, module, version) | {(module, version): module_hash}
    if re.search(r"^\t=>", built, re.MULTILINE):
        raise UnknownSource("a module was replaced by another one")
    used = re.findall(r"^\t(?:mod|dep)\t(\S+)\t(\S+)(?:\t(\S*))?$", built, re.MULTILINE)
    if (module, version) not in {(name, at) for name, at, _ in used}:
        raise UnknownSource(f"it was not built from {module} {version}")
    for name, at, checksum in used:
        if known.get((name, at)) != checksum:
            raise UnknownSource(f"{name} {at} is not what the go.sum of {module} says")


def _listed(archive: Path, module: str, version: str) -> dict[tuple[str, str], str]:
    """The hash of each module and version that the go.sum of the main module names."""
    with zipfile.ZipFile(archive) as opened:
        try:
            text = opened.read(f"{module}@{version}/go.sum").decode()
        except KeyError:
            raise UnknownSource(f"the source of {module} {version} has no go.sum") from None
    lines = [line.split() for line in text.splitlines() if line.strip()]
    return {(line[0], line[1]): line[-1] for line in lines}
