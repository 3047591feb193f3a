"""Fetching models in a terminal: a bar for each file, lines for everything else."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TaskID, TextColumn, TransferSpeedColumn

if TYPE_CHECKING:
    from config.settings import Settings
    from stack.model import Model
    from stack.models import ModelStore


class Display:
    """Shows how a model arrives, on standard error."""

    def __init__(self) -> None:
        self._console = Console(stderr=True)

    def say(self, line: str) -> None:
        """Prints one line as it stands: brackets in it are no markup."""
        self._console.print(f"hive: {line}", soft_wrap=True, highlight=False, markup=False)

    async def fetch(self, store: ModelStore, model: Model) -> None:
        """Fetches one model. Raises StackError."""
        with self._bars() as bars:
            await store.fetch(model, say=self.say, progress=_Bars(bars).told)
        self.say(f"{model.name} is here: {store.path(model)}")

    def bars(self) -> _Bars:
        """For work that is not a model of the catalogue; to be used as a context."""
        return _Bars(self._bars())

    def _bars(self) -> Progress:
        columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
        return Progress(*columns, console=self._console, disable=not self._console.is_terminal)


class _Bars:
    """A bar for each file, from the moment it is heard of."""

    def __init__(self, bars: Progress) -> None:
        self._progress = bars
        self._shown: dict[str, TaskID] = {}

    def __enter__(self) -> _Bars:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def told(self, name: str, here: int, whole: int | None) -> None:
        if name not in self._shown:
            self._shown[name] = self._progress.add_task(name, total=whole)
        self._progress.update(self._shown[name], completed=here, total=whole)


async def provide(settings: Settings) -> None:
    """Has the models that fit this machine before something starts; goes on with those that there are.

    Then measures the machine, once, while nothing else of ours runs on it yet.
    """
    from pipeline.engines.measurements import kept
    from pipeline.engines.measuring import measured
    from pipeline.engines.recognition.whisper.models import installed
    from stack import provision

    display = Display()
    machine = await asyncio.to_thread(provision.machine)
    await provision.provide(settings, provision.wanted(settings, machine), display.fetch, display.say)
    if settings.profile == "embedded" or not installed(settings.models.directory / "whisper"):
        return  # what needs no model costs too little to be measured
    if await asyncio.to_thread(kept, settings) is None:
        display.say("measuring what this machine can do, once; about half a minute")
        await measured(settings)
