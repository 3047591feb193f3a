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
    _package("nginx", "tests of the way in from outside"),
    _package("prometheus", "tests of what is watched, with its promtool"),
    _package("redis-server", "tests of several services together"),
    _package("sox", "recordings in common formats, for tests"),
)
"""What the tests need beside the engines."""


def installed(names: Iterable[str], environment: Mapping[str, str] | None = None) -> frozenset[str]:
    """Those of the named packages that are installed; empty where there is no dpkg."""
    answer = _ask(environment, "dpkg-query", "-W", "-f", "${Package} ${db:Status-Abbrev}\\n", *names)
    lines = (line.split() for line in answer.splitlines())
    return frozenset(line[0] for line in lines if len(line) > 1 and line[1] == "ii")


def missing(packages: Iterable[Package], environment: Mapping[str, str] | None = None) -> list[Package]:
    """The packages of which no name is installed."""
    packages = list(packages)
    here = installed((name for package in packages for name in package.names), environment)
    return [package for package in packages if not here.intersection(package.names)]


def command(
    packages: Iterable[Package], environment: Mapping[str, str] | None = None, user: int | None = None
) -> str:
    """The command that installs packages, ready to be pasted; as root itself it needs no sudo."""
    names = " ".join(offered(package, environment) or package.names[-1] for package in packages)
    sudo = "" if (os.geteuid() if user is None else user) == 0 else "sudo "
    return f"{sudo}apt-get update && {sudo}apt-get install -y --no-install-recommends {names}"


def offered(package: Package, environment: Mapping[str, str] | None = None) -> str | None:
    """The first name of a package that apt can install; None if apt knows none (or its lists are empty)."""
    answer = _ask(environment, "apt-cache", "policy", *package.names)
    offers = dict(re.findall(r"^(\S+):\n.*\n  Candidate: (\S+)", answer, re.MULTILINE))
    return next((name for name in package.names if offers.get(name, "(none)") != "(none)"), None)


def _ask(environment: Mapping[str, str] | None, name: str, *arguments: str) -> str:
    """What a program prints; nothing where there is no such program."""
    environment = os.environ if environment is None else environment
    program = shutil.which(name, path=environment.get("PATH", ""))
    if program is None:
        return ""
    answer = subprocess.run(
        [program, *arguments],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        text=True, check=False, timeout=120, env=dict(environment) | {"LC_ALL": "C"},
    )  # fmt: skip
    return answer.stdout


def ensure(
    packages: Iterable[Package],
    report: Callable[[str], None],
    environment: Mapping[str, str] | None = None,
    *,
    user: int | None = None,
) -> None:
    """Installs what is missing, as root or through sudo.

    Args:
        packages: what is needed.
        report: told in one line about each step.
        environment: None for the process's own.
        user: the user's id; None for the process's own.

    Raises:
        Missing: packages are missing and we may not install them; holds the exact command.
        StackError: apt failed.
    """
    environment = os.environ if environment is None else environment
    user = os.geteuid() if user is None else user
    absent = missing(packages, environment)
    if not absent:
        return
    prefix = _way_to_install(absent, environment, user)
    if any(offered(package, environment) is None for package in absent):
        report("refreshing the list of Debian packages")
        _apt(prefix, environment, "update", "-q")
    if names := _to_be_had(absent, environment, report):
        report(f"installing Debian packages: {' '.join(names)}")
        _apt(prefix, environment, "install", "-y", "-q", "--no-install-recommends", *names)


def _way_to_install(absent: Iterable[Package], environment: Mapping[str, str], user: int) -> list[str]:
    """What to put before apt-get. Raises Missing where there is no apt-get or no right to use it."""
    if shutil.which("apt-get", path=environment.get("PATH", "")) is None:
        wanted = ", ".join(f"{package.names[0]} ({package.purpose})" for package in absent)
        raise Missing(f"Debian packages are missing, and there is no apt-get here to install them: {wanted}")
    prefix = privilege(environment, user)
    if prefix is None:
        told = command(absent, environment, user)
        raise Missing("Debian packages are missing and need root to be installed; run", command=told)
    return prefix


def _to_be_had(
    absent: Iterable[Package], environment: Mapping[str, str], report: Callable[[str], None]
) -> list[str]:
    """The names under which apt has packages. Raises StackError where it has none for what is needed."""
    names = []
    for package in absent:
        if name := offered(package, environment):
            names.append(name)
        elif package.needed:
            raise StackError(f"apt does not offer {' or '.join(package.names)} ({package.purpose})")
        else:
            report(f"this Debian has no {' or '.join(package.names)}; going on without {package.purpose}")
    return names


def privilege(environment: Mapping[str, str], user: int) -> list[str] | None:
    """What to put before a command that needs root: nothing, sudo, or None when there is no way.

    sudo may ask for a password only where somebody is there to type it.
    """
    if user == 0:
        return []
    sudo = shutil.which("sudo", path=environment.get("PATH", ""))
    if sudo is None:
        return None
    asks = subprocess.run(
        [sudo, "-n", "true"], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        check=False, timeout=30, env=dict(environment),
    ).returncode  # fmt: skip
    return None if asks and not _somebody_is_there() else [sudo]


def _somebody_is_there() -> bool:
    return sys.stdin is not None and sys.stdin.isatty()


def _apt(prefix: list[str], environment: Mapping[str, str], *arguments: str) -> None:
    """Runs apt-get; what it prints goes to standard error for the person who waits."""
    program = [*prefix, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-o", "DPkg::Lock::Timeout=300"]
    try:
        done = subprocess.run(
            [*program, *arguments], stdin=None if _somebody_is_there() else subprocess.DEVNULL,
            stdout=sys.__stderr__, check=False, timeout=1800, env=dict(environment),
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        raise StackError("apt-get did not end within 30 minutes") from error
    if done.returncode:
        raise StackError(f"apt-get {arguments[0]} failed with exit status {done.returncode}")
