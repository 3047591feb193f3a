"""Simple plots as SVG: lines over a grid, and bars."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from html import escape

WIDTH, HEIGHT = 640, 320
LEFT, RIGHT, TOP, BOTTOM = 56, 16, 34, 44
COLOURS = ("#1f6feb", "#d1570a", "#1a7f37", "#8250df", "#9a6700", "#57606a")

Points = Sequence[tuple[float, float]]


def lines(title: str, across: str, up: str, series: Mapping[str, Points]) -> str:
    """Each series as a line in its own colour, named in the corner."""
    points = list(itertools.chain.from_iterable(series.values()))
    x_to = _round_up(max((x for x, _ in points), default=1.0))
    y_from, y_to = _reach([y for _, y in points] or [1.0])

    def place(x: float, y: float) -> str:
        return f"{_across(x / x_to):.1f},{_up((y - y_from) / (y_to - y_from)):.1f}"

    drawn = []
    for number, (name, each) in enumerate(series.items()):
        colour = COLOURS[number % len(COLOURS)]
        path = " ".join(place(x, y) for x, y in each)
        drawn.append(f'<polyline fill="none" stroke="{colour}" stroke-width="2" points="{path}"/>')
        drawn.append(_text(WIDTH - RIGHT, TOP + 14 + 16 * number, name, "end", colour))
    return _frame(title, across, up, x_to, y_from, y_to, drawn)


def _reach(heights: Sequence[float]) -> tuple[float, float]:
    """From where to where the axis goes: from 0, unless something lies below."""
    lowest = min(heights)
    return (-_round_up(-lowest) if lowest < 0 else 0.0), _round_up(max(heights))


def bars(title: str, up: str, values: Mapping[str, float]) -> str:
    """A bar for each value, its name under it."""
    top = _round_up(max((0.0, *values.values())) or 1.0)
    lowest = min(0.0, *values.values()) if values else 0.0
    bottom = -_round_up(-lowest) if lowest < 0 else 0.0
    step = 1 / max(1, len(values))
    drawn = []
    for number, (name, value) in enumerate(values.items()):
        zero, end = _up(-bottom / (top - bottom)), _up((value - bottom) / (top - bottom))
        left, right = _across((number + 0.15) * step), _across((number + 0.85) * step)
        drawn.append(
            f'<rect x="{left:.1f}" y="{min(zero, end):.1f}" width="{right - left:.1f}" '
            f'height="{abs(zero - end):.1f}" fill="{COLOURS[0]}"><title>{escape(name)}: {value:g}</title></rect>'
        )
        if len(values) <= 12:
            drawn.append(_text((left + right) / 2, HEIGHT - BOTTOM + 16, name, "middle", "#57606a"))
    return _frame(title, "", up, None, bottom, top, drawn)


def _frame(
    title: str,
    across: str,
    up: str,
    x_to: float | None,
    y_from: float,
    y_to: float,
    drawn: Sequence[str],
) -> str:
    marks = []
    for part in range(5):
        share = part / 4
        y = _up(share)
        marks.append(f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}" stroke="#d0d7de"/>')
        marks.append(_text(LEFT - 6, y + 4, f"{y_from + share * (y_to - y_from):g}", "end", "#57606a"))
        if x_to is not None:
            marks.append(
                _text(_across(share), HEIGHT - BOTTOM + 16, f"{share * x_to:g}", "middle", "#57606a")
            )
    middle = (LEFT + WIDTH - RIGHT) / 2
    names = [
        _text(LEFT, 18, title, "start", "#1f2328"),
        _text(middle, HEIGHT - 8, across, "middle", "#57606a"),
        _text(LEFT, TOP - 4, up, "start", "#57606a"),
    ]
    inside = "\n".join([*marks, *drawn, *names])
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" '
        f'font-size="12">\n<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>\n{inside}\n</svg>\n'
    )


def _across(share: float) -> float:
    return LEFT + share * (WIDTH - LEFT - RIGHT)


def _up(share: float) -> float:
    return HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM)


def _text(x: float, y: float, text: str, anchor: str, colour: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{colour}">{escape(text)}</text>'


def _round_up(value: float) -> float:
    """The next of 1, 2, 4, 8 or 10 times a power of ten, so that quarters are plain numbers."""
    if value <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(value))
    return next(step * power for step in (1, 2, 4, 8, 10) if value <= step * power * (1 + 1e-9))
