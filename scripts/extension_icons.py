#!/usr/bin/env python3
"""Draws the extension's icons, `web/public/mark.svg` in four sizes, into `extension/icons`."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

FOLDER: Final = Path(__file__).resolve().parents[1] / "extension" / "icons"
SIZES: Final = (16, 32, 48, 128)

_VIEW: Final = 32.0
"""Width and height of the drawing in its own units."""
_FINER: Final = 8
"""So many points a pixel in each direction."""
_CORNERS: Final = ((16, 2.2), (27.9, 9.1), (27.9, 22.9), (16, 29.8), (4.1, 22.9), (4.1, 9.1))
_BARS: Final = ((10, 14, 18), (14, 10.5, 21.5), (18, 12.5, 19.5), (22, 14.5, 17.5))
"""Each: where it stands, its upper and its lower end."""
_BAR_RADIUS: Final = 1.2
_GROUND: Final = (0x0D, 0x6E, 0x6E)
_INK: Final = (0xFF, 0xFF, 0xFF)


def drawn(size: int) -> NDArray[np.uint8]:
    """The mark: shape (size, size, 4), red, green, blue and opacity."""
    at = (np.arange(size * _FINER) + 0.5) * _VIEW / (size * _FINER)
    x, y = np.meshgrid(at, at)
    inside, ink = _hexagon(x, y), _bars(x, y)
    opacity = _averaged(inside, size)
    share = np.divide(_averaged(ink & inside, size), opacity, out=np.zeros_like(opacity), where=opacity > 0)
    colours = np.array(_GROUND) * (1 - share[..., None]) + np.array(_INK) * share[..., None]
    return np.dstack((colours, opacity * 255)).round().astype(np.uint8)


def _hexagon(x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.bool_]:
    inside = np.ones_like(x, dtype=bool)
    for (x0, y0), (x1, y1) in zip(_CORNERS, _CORNERS[1:] + _CORNERS[:1], strict=True):
        inside &= (x1 - x0) * (y - y0) - (y1 - y0) * (x - x0) >= 0
    return inside


def _bars(x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.bool_]:
    near = [np.hypot(x - at, y - np.clip(y, upper, lower)) <= _BAR_RADIUS for at, upper, lower in _BARS]
    return np.asarray(np.any(near, axis=0))


def _averaged(points: NDArray[np.bool_], size: int) -> NDArray[np.float64]:
    return np.asarray(points.reshape(size, _FINER, size, _FINER).mean(axis=(1, 3)))


def png(pixels: NDArray[np.uint8]) -> bytes:
    """A picture of shape (height, width, 4) as a file, the same bytes each time."""
    height, width, _ = pixels.shape
    rows = b"".join(b"\0" + row.tobytes() for row in pixels)
    header = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + _chunk(b"IHDR", header)
        + _chunk(b"IDAT", zlib.compress(rows, 9))
        + _chunk(b"IEND", b"")
    )


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def main() -> None:
    """Writes all sizes."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for size in SIZES:
        (FOLDER / f"{size}.png").write_bytes(png(drawn(size)))


if __name__ == "__main__":
    main()
