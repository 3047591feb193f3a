"""The meeting on the terminal while it goes on, and the table at its end."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Sequence
from types import TracebackType

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from demo.participants import SeenCaption
from protocol.captions import COMMITTED, FINAL, SEGMENT_ID

SHOWN_LINES = 6
COLOURS = ("cyan", "magenta", "yellow", "green")


class Screen:
    """Shows captions as they come: committed words bright, tentative ones dim; lag for each language.

    Where there is no terminal, every final line is printed once instead.
    """

    def __init__(self, console: Console, languages: tuple[str, ...]) -> None:
        self.console = console
        self._languages = languages
        self._lines: dict[str, deque[tuple[str, SeenCaption]]] = {
            language: deque(maxlen=SHOWN_LINES) for language in languages
        }
        self._lag: dict[str, float] = {}
        self._speaking: dict[str, float] = {}
        self._colours: dict[str, str] = {}
        self._status = ""
        self._began_s = time.monotonic()
        self._live = Live(console=console, refresh_per_second=10, get_renderable=self._draw, transient=False)
        self._is_live = False

    def __enter__(self) -> Screen:
        self._began_s = time.monotonic()
        if self.console.is_terminal:
            self._live.start()
            self._is_live = True
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._is_live:
            self._live.stop()
            self._is_live = False

    def say(self, status: str) -> None:
        """What is going on."""
        self._status = status
        if not self._is_live:
            self.console.print(f"[dim]{self._clock()}[/dim] {status}")

    def caption(self, seen: SeenCaption) -> None:
        """Shows a caption; a later revision replaces it."""
        language = seen.attributes.get("language", "")
        lines = self._lines.get(language)
        if lines is None:
            return
        segment = seen.attributes.get(SEGMENT_ID, "")
        self._speaking[seen.speaker] = seen.at_s
        final = seen.attributes.get(FINAL) == "true"
        for index, (known, _) in enumerate(lines):
            if known == segment:
                lines[index] = (segment, seen)
                break
        else:
            lines.append((segment, seen))
        if final and not self._is_live:
            self.console.print(self._line(seen, with_language=True))

    def lag(self, language: str, lag_s: float) -> None:
        """Shows how far a language is behind."""
        self._lag[language] = lag_s

    def _draw(self) -> RenderableType:
        now = time.monotonic()
        speaking = ", ".join(name for name, at_s in self._speaking.items() if now - at_s < 1.5)
        head = Text.assemble(
            (self._clock(), "bold"), "  ", self._status, "  ", (f"speaking: {speaking or 'nobody'}", "dim")
        )
        panels: list[RenderableType] = [head]
        for language in self._languages:
            body = Text("\n").join(self._line(seen) for _, seen in self._lines[language])
            lag = f"{self._lag[language]:.1f} s behind" if language in self._lag else "original"
            title = f"{language}  [dim]{lag}[/dim]"
            panels.append(Panel(body, title=title, title_align="left", height=SHOWN_LINES + 4))
        return Group(*panels)

    def _line(self, seen: SeenCaption, *, with_language: bool = False) -> Text:
        colour = self._colours.setdefault(seen.speaker, COLOURS[len(self._colours) % len(COLOURS)])
        stable = int(seen.attributes.get(COMMITTED) or len(seen.text))
        head = f"{seen.attributes.get('language', '')} " if with_language else ""
        return Text.assemble(
            (head, "bold"),
            (f"{seen.speaker}: ", colour),
            seen.text[:stable],
            (seen.text[stable:], "dim italic"),
        )

    def _clock(self) -> str:
        elapsed = int(time.monotonic() - self._began_s)
        return f"{elapsed // 60:02}:{elapsed % 60:02}"


def table(title: str, columns: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> Table:
    """A plain table; all but the first column are aligned right."""
    made = Table(title=title, title_justify="left", title_style="bold", header_style="dim", box=None)
    for number, column in enumerate(columns):
        made.add_column(column, justify="left" if number == 0 else "right", overflow="fold")
    for row in rows:
        made.add_row(*row)
    return made
