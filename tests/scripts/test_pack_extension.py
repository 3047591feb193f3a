"""The extension's package is the same for the same sources, and its icons are as they are drawn."""

from __future__ import annotations

import json
import os
import zipfile
from pathlib import Path

from scripts.extension_icons import FOLDER, SIZES, drawn, png
from scripts.pack_extension import pack


def _built(folder: Path, *, moment: float) -> Path:
    files = {"manifest.json": json.dumps({"version": "1.2.3"}), "popup.js": "1", "chunks/a.js": "2"}
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        os.utime(path, (moment, moment))
    return folder


def test_the_same_files_make_the_same_package(tmp_path: Path) -> None:
    """Whenever they were written: in the order of their names, without times."""
    one = pack(_built(tmp_path / "a", moment=1e9), tmp_path / "1")
    other = pack(_built(tmp_path / "b", moment=1.5e9), tmp_path / "2")

    assert one.name == "hive-extension-1.2.3.zip"
    assert one.read_bytes() == other.read_bytes()
    with zipfile.ZipFile(one) as archive:
        assert archive.namelist() == ["chunks/a.js", "manifest.json", "popup.js"]
        assert archive.read("popup.js") == b"1"


def test_the_icons_are_drawn_by_the_script() -> None:
    """What lies in the repository is what it draws."""
    for size in SIZES:
        assert (FOLDER / f"{size}.png").read_bytes() == png(drawn(size))
