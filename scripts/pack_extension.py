#!/usr/bin/env python3
"""Packs the built extension for the stores into `build/extension`: the same sources give the same bytes."""

from __future__ import annotations

import json
import sys
import zipfile
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[1]
BUILT: Final = ROOT / "extension" / "dist"

_MOMENT: Final = (1980, 1, 1, 0, 0, 0)
"""The earliest that a ZIP can say: when a file was written is nobody's business."""
_MODE: Final = 0o100644 << 16


def pack(built: Path, folder: Path) -> Path:
    """Packs all files of `built`, named by the version in its manifest.

    Raises:
        FileNotFoundError: nothing was built.
    """
    version = json.loads((built / "manifest.json").read_text(encoding="utf-8"))["version"]
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / f"hive-extension-{version}.zip"
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for path in sorted(built.rglob("*"), key=lambda path: path.relative_to(built).as_posix()):
            if path.is_file():
                archive.writestr(_entry(path.relative_to(built).as_posix()), path.read_bytes())
    return target


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, _MOMENT)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = _MODE
    entry.create_system = 3
    return entry


if __name__ == "__main__":
    print(pack(BUILT, Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "build" / "extension"))
