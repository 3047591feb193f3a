"""`scripts/bootstrap.sh` on machines of stand-ins: a Python that notes what it is asked."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from stack.parts import ROOT

PYTHON = """#!/bin/sh
echo "$*" | head -n 1 >> "$NOTES"
case "$*" in
    *version_info\\ \\<*) [ -z "$TOO_OLD" ] ;;
    *"import ensurepip"*) [ -z "$NO_VENV" ] ;;
    *-venv*) echo python3.11-venv ;;
    *"import pip"*) true ;;
    *purelib*) echo "$PWD/.venv" ;;
    "-m venv"*) mkdir -p .venv/bin && cp "$0" .venv/bin/python ;;
    -VV|--version) echo "Python 3.11.2" ;;
esac
"""


def machine(tmp_path: Path, **variables: str) -> tuple[Path, dict[str, str]]:
    """A checkout with lock files, and a PATH with this Python, a user who is not root, and no sudo."""
    checkout, programs = tmp_path / "checkout", tmp_path / "bin"
    (checkout / "scripts").mkdir(parents=True)
    programs.mkdir()
    shutil.copy(ROOT / "scripts" / "bootstrap.sh", checkout / "scripts")
    for name in ("requirements.lock", "requirements-dev.lock"):
        (checkout / name).write_text(f"{name}\n")
    for name, text in (
        ("python3", PYTHON),
        ("id", "#!/bin/sh\necho 1000\n"),
        ("apt-get", "#!/bin/sh\nexit 1\n"),
    ):
        (programs / name).write_text(text)
        (programs / name).chmod(0o755)
    for name in (
        "bash",
        "cat",
        "chmod",
        "cp",
        "cut",
        "dirname",
        "echo",
        "grep",
        "head",
        "mkdir",
        "sha256sum",
        "sh",
    ):
        (programs / name).symlink_to(str(shutil.which(name)))
    return checkout, {"PATH": str(programs), "NOTES": str(tmp_path / "notes"), **variables}


def bootstrap(checkout: Path, environment: dict[str, str], purpose: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(checkout / "scripts" / "bootstrap.sh"), purpose],
        env=environment, capture_output=True, text=True, check=False, timeout=30, stdin=subprocess.DEVNULL,
    )  # fmt: skip


def asked(environment: dict[str, str], *words: str) -> list[str]:
    """What Python was asked that holds one of the words; forgotten then."""
    notes = Path(environment["NOTES"])
    lines = [line for line in notes.read_text().splitlines() if any(word in line for word in words)]
    notes.unlink()
    return lines


def test_a_second_run_installs_nothing(tmp_path: Path) -> None:
    """The environment is made from the lock with hashes, once; the demo also runs in the environment for tests."""
    checkout, environment = machine(tmp_path)
    pip = "-m pip install --disable-pip-version-check --require-hashes --only-binary :all: --no-deps -r"

    first = bootstrap(checkout, environment, "demo")
    assert first.returncode == 0, first.stderr
    assert asked(environment, "-m") == [
        "-m venv --clear .venv", f"{pip} requirements.lock", "-m stack.prepare demo",
    ]  # fmt: skip

    assert bootstrap(checkout, environment, "demo").returncode == 0
    assert asked(environment, "-m") == ["-m stack.prepare demo"]

    assert bootstrap(checkout, environment, "dev").returncode == 0
    assert asked(environment, "-m") == [f"{pip} requirements-dev.lock", "-m stack.prepare dev"]

    assert bootstrap(checkout, environment, "up").returncode == 0
    assert asked(environment, "-m") == ["-m stack.prepare up"]

    (checkout / "requirements.lock").write_text("changed\n")
    assert bootstrap(checkout, environment, "demo").returncode == 0
    assert asked(environment, "-m") == [f"{pip} requirements.lock", "-m stack.prepare demo"]


def test_the_command_works_from_anywhere(tmp_path: Path) -> None:
    """`.venv/bin/hive` is there and may be run, and a line in site-packages makes our packages importable."""
    checkout, environment = machine(tmp_path)

    bootstrap(checkout, environment, "demo")

    assert (checkout / ".venv" / "hive.pth").read_text() == f"{checkout}\n"
    hive = checkout / ".venv" / "bin" / "hive"
    assert os.access(hive, os.X_OK)
    assert hive.read_text().startswith(f"#!{checkout}/.venv/bin/python\n")


def test_a_python_without_venv(tmp_path: Path) -> None:
    """Where Debian's package for virtual environments is missing and may not be installed, the command is told."""
    checkout, environment = machine(tmp_path, NO_VENV="1")

    done = bootstrap(checkout, environment, "demo")

    assert done.returncode == 3
    assert done.stderr.splitlines()[-1] == (
        "hive: error: this Python cannot make virtual environments; "
        "run: sudo apt-get update && sudo apt-get install -y python3.11-venv"
    )


def test_no_python_that_is_new_enough(tmp_path: Path) -> None:
    """A machine with an old Python alone is told what is needed."""
    checkout, environment = machine(tmp_path, TOO_OLD="1")

    done = bootstrap(checkout, environment, "demo")

    assert done.returncode == 3
    assert done.stderr.splitlines()[-1].startswith(
        "hive: error: Python 3.11, 3.12 or 3.13 is needed; found: "
    )


@pytest.mark.parametrize("purpose", ["nonsense", "run"])
def test_wrong_use(tmp_path: Path, purpose: str) -> None:
    """An unknown purpose is an error of usage."""
    checkout, environment = machine(tmp_path)

    assert bootstrap(checkout, environment, purpose).returncode == 2
