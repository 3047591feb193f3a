"""Debian packages on machines of stand-ins: dpkg, apt and sudo are small scripts on a PATH."""

from __future__ import annotations

from pathlib import Path

import pytest

from stack.debian import Package, ensure, missing
from stack.errors import Missing, StackError

DPKG = """#!/bin/sh
shift 3
for name; do grep -qx "$name" "$MACHINE/installed" && echo "$name ii "; done
true
"""
APT_CACHE = """#!/bin/sh
shift
for name; do
  if grep -qx "$name" "$MACHINE/offered"; then echo "$name:"; echo "  Installed: (none)"; echo "  Candidate: 1.0"; fi
done
"""
APT_GET = """#!/bin/sh
echo "$*" >> "$MACHINE/done"
for word; do [ "$word" = update ] && cp "$MACHINE/offered-after-update" "$MACHINE/offered"; done
true
"""

SPEECH = Package(("espeak-ng",), "speech")
FRENCH = Package(("apertium-fra-spa", "apertium-fr-es"), "Spanish and French")
ITALIAN = Package(("apertium-spa-ita",), "Spanish and Italian", needed=False)


class Machine:
    """A folder that holds what the stand-ins know."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name, text in (("dpkg-query", DPKG), ("apt-cache", APT_CACHE), ("apt-get", APT_GET)):
            path = folder / name
            path.write_text(text)
            path.chmod(0o755)

    def knows(self, *, installed: str = "", offered: str = "", after_update: str = "") -> None:
        for name, text in (
            ("installed", installed), ("offered", offered), ("offered-after-update", after_update or offered),
        ):  # fmt: skip
            (self.folder / name).write_text("".join(f"{word}\n" for word in text.split()))

    @property
    def done(self) -> list[str]:
        path = self.folder / "done"
        return path.read_text().splitlines() if path.exists() else []

    def environment(self) -> dict[str, str]:
        return {"PATH": f"{self.folder}:/usr/bin:/bin", "MACHINE": str(self.folder)}


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


INSTALL = "-o DPkg::Lock::Timeout=300 install -y -q --no-install-recommends"
UPDATE = "-o DPkg::Lock::Timeout=300 update -q"


def test_nothing_is_done_where_nothing_is_missing(machine: Machine) -> None:
    """A package under any of its names counts; then apt is not run at all."""
    machine.knows(installed="espeak-ng apertium-fr-es")

    ensure([SPEECH, FRENCH], print, machine.environment(), user=0)

    assert machine.done == []


def test_only_what_is_missing_is_installed(machine: Machine) -> None:
    """As root, the missing packages are installed under the name that this Debian has."""
    machine.knows(installed="espeak-ng", offered="apertium-fr-es")

    ensure([SPEECH, FRENCH], print, machine.environment(), user=0)

    assert machine.done == [f"{INSTALL} apertium-fr-es"]


def test_empty_lists_are_refreshed_first(machine: Machine) -> None:
    """Where apt does not know a package, its lists are refreshed; going without is said."""
    machine.knows(after_update="espeak-ng")
    said: list[str] = []

    ensure([SPEECH, ITALIAN], said.append, machine.environment(), user=0)

    assert machine.done == [UPDATE, f"{INSTALL} espeak-ng"]
    assert said == [
        "refreshing the list of Debian packages",
        "this Debian has no apertium-spa-ita; going on without Spanish and Italian",
        "installing Debian packages: espeak-ng",
    ]


def test_a_needed_package_that_apt_does_not_have(machine: Machine) -> None:
    """A package that is needed and not offered is an error that names it and what it is for."""
    machine.knows()

    with pytest.raises(StackError, match="apt does not offer espeak-ng \\(speech\\)"):
        ensure([SPEECH], print, machine.environment(), user=0)


def test_without_a_package_that_can_be_spared_nothing_is_installed(machine: Machine) -> None:
    """Where apt has none of what is missing, and none of it is needed, that is said and apt installs nothing."""
    machine.knows()
    said: list[str] = []

    ensure([ITALIAN], said.append, machine.environment(), user=0)

    assert machine.done == [UPDATE]
    assert said[1:] == ["this Debian has no apertium-spa-ita; going on without Spanish and Italian"]


def test_without_root_the_command_is_told(machine: Machine) -> None:
    """Without root and sudo nothing is tried; the error has the exact command."""
    machine.knows(offered="espeak-ng apertium-fr-es")
    environment = machine.environment() | {"PATH": str(machine.folder)}
    for name in ("grep", "cp", "sh", "true"):
        (machine.folder / name).symlink_to(f"/bin/{name}")

    with pytest.raises(Missing) as caught:
        ensure([SPEECH, FRENCH], print, environment, user=1000)

    assert caught.value.command == (
        "sudo apt-get update && sudo apt-get install -y --no-install-recommends espeak-ng apertium-fr-es"
    )
    assert machine.done == []


def test_sudo_is_used_where_it_asks_nothing(machine: Machine) -> None:
    """Without root, sudo does it when it needs no password."""
    machine.knows(offered="espeak-ng")
    sudo = machine.folder / "sudo"
    sudo.write_text('#!/bin/sh\n[ "$1" = -n ] && exit 0\necho sudo >> "$MACHINE/done"\nexec "$@"\n')
    sudo.chmod(0o755)

    ensure([SPEECH], print, machine.environment(), user=1000)

    assert machine.done == ["sudo", f"{INSTALL} espeak-ng"]


def test_missing_without_dpkg(tmp_path: Path) -> None:
    """On a system that is not Debian everything counts as missing, and the packages are named with their use."""
    assert missing([SPEECH], {"PATH": str(tmp_path)}) == [SPEECH]
    with pytest.raises(Missing, match=r"no apt-get here to install them: espeak-ng \(speech\)"):
        ensure([SPEECH], print, {"PATH": str(tmp_path)}, user=0)
