"""Whether a file of a model holds the bytes, or the arrays, that are known of it."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np

from stack.download import Checksum
from stack.model import File


def fits(file: File, path: Path) -> bool:
    """Reads the whole file. A NumPy archive may be packed otherwise, as long as its arrays are the same."""
    if Checksum("sha256", file.sha256).of(path) == file.sha256:
        return True
    return bool(file.arrays) and arrays(path) == dict(file.arrays)


def arrays(path: Path) -> dict[str, str]:
    """The arrays of a NumPy archive with the SHA-256 of each; none where it cannot be read."""
    try:
        with np.load(path, allow_pickle=False) as archive:
            return {
                name: hashlib.sha256(np.ascontiguousarray(archive[name], "<f4").tobytes()).hexdigest()
                for name in archive.files
            }
    except (OSError, ValueError, EOFError):
        return {}
