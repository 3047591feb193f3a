"""Debian packages: which are needed for what, which are missing, and installing them."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from stack.errors import Missing, StackError

Report = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Package:
    """A package under the names that it has had in Debian's releases, the newest first."""

    names: tuple[str, ...]
    purpose: str
    needed: bool = True
    """Without it the embedded profile does not run at all, or the tests do not."""


def _package(names: str, purpose: str, *, needed: bool = True) -> Package:
    return Package(tuple(names.split("|")), purpose, needed)


ENGINES = (
    _package("espeak-ng", "speech of the embedded profile"),
    _package("libespeak-ng1", "speech of the embedded profile"),
    _package("apertium", "translation of the embedded profile"),
    _package("apertium-eng-spa", "English and Spanish"),
    _package("apertium-eng-cat", "English and Catalan"),
    _package("apertium-fra-spa|apertium-fr-es", "Spanish and French"),
    _package("apertium-spa-por|apertium-es-pt", "Spanish and Portuguese", needed=False),
    _package("apertium-spa-ita", "Spanish and Italian", needed=False),
    _package("apertium-spa-cat", "Spanish and Catalan", needed=False),
    _package("flite", "the voice of the demo's talk"),
)
"""What the embedded engines and the demo need."""

TESTS = (
    _package("chromium", "browser tests"),
    _package("coturn", "tests behind a relay"),
    _package("ffmpeg", "recordings in common formats, for tests"),
    _package("redis-server", "tests of several services together"),
    _package("sox", "recordings in common formats, for tests"),
)
"""What the tests need beside the engines."""


def installed(names: Iterable[str]) -> frozenset[str]:
    """Those of the named packages that are installed; empty where there is no dpkg."""
    if shutil.which("dpkg-query") is None:
        return frozenset()
    answer = subprocess.run(
        ["dpkg-query", "-W", "-f", "${Package} ${db:Status-Abbrev}\n", *names],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=False, timeout=60,
    )  # fmt: skip
    lines = (line.split() for line in answer.stdout.splitlines())
    return frozenset(line[0] for line in lines if len(line) > 1 and line[1] == "ii")


def missing(packages: Iterable[Package]) -> list[Package]:
    """The packages of which no name is installed."""
    packages = list(packages)
    here = installed(name for package in packages for name in package.names)
    return [package for package in packages if not here.intersection(package.names)]


def command(packages: Iterable[Package]) -> str:
    """The command that installs packages, ready to be pasted; as root itself it needs no sudo."""
    names = " ".join(_offered(package) or package.names[-1] for package in packages)
    sudo = "" if os.geteuid() == 0 else "sudo "
    return f"{sudo}apt-get update && {sudo}apt-get install -y --no-install-recommends {names}"


def _offered(package: Package) -> str | None:
    """The first name of a package that apt can install; None if apt knows none (or its lists are empty)."""
    if shutil.which("apt-cache") is None:
        return None
    answer = subprocess.run(
        ["apt-cache", "policy", *package.names],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=False, timeout=120,
        env=os.environ | {"LC_ALL": "C"},
    )  # fmt: skip
    offers = dict(re.findall(r"^(\S+):\n.*\n  Candidate: (\S+)", answer.stdout, re.MULTILINE))
    return next((name for name in package.names if offers.get(name, "(none)") != "(none)"), None)


def ensure(packages: Iterable[Package], report: Report) -> None:
    """Installs what is missing, as root or through sudo.

    Raises:
        Missing: packages are missing and we may not install them; holds the exact command.
        StackError: apt failed.
    """
    absent = missing(packages)
    if not absent:
        return
    if shutil.which("apt-get") is None:
        wanted = ", ".join(f"{package.names[0]} ({package.purpose})" for package in absent)
        raise Missing(f"these Debian packages are missing, and there is no apt-get here to install them: {wanted}")
    prefix = privilege(os.environ)
    if prefix is None:
        raise Missing("Debian packages are missing and need root to be installed; run", command=command(absent))
    if any(_offered(package) is None for package in absent):
        report("refreshing the list of Debian packages")
        _apt(prefix, "update", "-q")
    names = []
    for package in absent:
        if name := _offered(package):
            names.append(name)
        elif package.needed:
            raise StackError(f"apt does not offer {' or '.join(package.names)} ({package.purpose})")
        else:
            report(f"this Debian has no {' or '.join(package.names)}; going on without {package.purpose}")
    if names:
        report(f"installing Debian packages: {' '.join(names)}")
        _apt(prefix, "install", "-y", "-q", "--no-install-recommends", *names)


def privilege(environment: Mapping[str, str]) -> list[str] | None:
    """What to put before a command that needs root: nothing, sudo, or None when there is no way.

    sudo may ask for a password only where somebody is there to type it.
    """
    if os.geteuid() == 0:
        return []
    sudo = shutil.which("sudo", path=environment.get("PATH", ""))
    if sudo is None:
        return None
    asks = subprocess.run(
        [sudo, "-n", "true"],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False, timeout=30,
    ).returncode  # fmt: skip
    if asks and not (sys.stdin is not None and sys.stdin.isatty()):
        return None
    return [sudo]


def _apt(prefix: list[str], *arguments: str) -> None:
    """Runs apt-get; what it prints goes to standard error for the person who waits."""
    full = [*prefix, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-o", "DPkg::Lock::Timeout=300", *arguments]
    try:
        done = subprocess.run(full, stdin=None if sys.stdin.isatty() else subprocess.DEVNULL, stdout=sys.stderr,
                              check=False, timeout=1800)  # fmt: skip
    except subprocess.TimeoutExpired as error:
        raise StackError("apt-get did not end within 30 minutes") from error
    if done.returncode:
        raise StackError(f"apt-get {arguments[0]} failed with exit status {done.returncode}")
