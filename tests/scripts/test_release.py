"""One version for all that is handed out, and notes for each that is."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from scripts import release
from stack.parts import ROOT


def checkout(folder: Path) -> Path:
    """The files that say the version, as they are."""
    for path in {place.path for place in (release.FIRST, *release.OTHERS)} | {"CHANGELOG.md"}:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / path, folder / path)
    return folder


def test_everything_says_the_same_version() -> None:
    """Images, clients, page and documents: none was forgotten when the version changed."""
    assert list(release.faults(None)) == []


def test_a_version_is_set_everywhere_at_once(tmp_path: Path) -> None:
    """Afterwards all agree, and nothing else of the files has changed."""
    folder = checkout(tmp_path)
    old = release.version(folder)

    release.write("9.8.7", folder)

    assert release.version(folder) == "9.8.7"
    assert list(release.faults(None, folder)) == []
    for place in (release.FIRST, *release.OTHERS):
        now = (folder / place.path).read_text()
        assert now.replace("9.8.7", old) == (ROOT / place.path).read_text()


def test_what_was_forgotten_is_named(tmp_path: Path) -> None:
    """A place that says another version is told, a version that is none is refused and nothing written."""
    folder = checkout(tmp_path)
    package = folder / "web" / "package.json"
    package.write_text(package.read_text().replace(release.version(folder), "0.0.9"))

    assert list(release.faults(None, folder)) == [
        f"web/package.json says 0.0.9, pyproject.toml {release.version(folder)}"
    ]
    with pytest.raises(release.Wrong, match=r"1\.2 is not"):
        release.write("1.2", folder)
    assert '"0.0.9"' in package.read_text()


def test_a_release_needs_its_tag_and_its_notes(tmp_path: Path) -> None:
    """The notes are what the changelog has under the version, and nothing of the one before."""
    folder = checkout(tmp_path)
    release.write("9.8.7", folder)
    changes = folder / "CHANGELOG.md"
    changes.write_text("# Changelog\n\n## [Unreleased]\n\n## [0.1.0] - 2026-01-01\n\n- Before.\n")

    assert list(release.faults("v9.8.6", folder)) == [
        "the tag is v9.8.6, the version 9.8.7",
        "CHANGELOG.md has nothing under [9.8.7]",
    ]

    changes.write_text(
        changes.read_text().replace("## [0.1.0]", "## [9.8.7] - 2026-02-02\n\n- New.\n\n## [0.1.0]")
    )
    assert list(release.faults("v9.8.7", folder)) == []
    assert release.notes("9.8.7", folder) == "- New."
    assert release.notes("0.1.0", folder) == "- Before."
