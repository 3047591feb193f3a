"""The machines that do the work: which services run on each, and how busy it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from pipeline.machine import MachineLoad
from speech_service.client import RemoteMachines
from speech_service.client.machines import AskedMachine

HEARING: Final = "hearing"
TRANSLATION: Final = "translation"
SPEECH: Final = "speech"


@dataclass(frozen=True, slots=True)
class Node:
    """A machine; where nobody answers, what should be one."""

    urls: tuple[str, ...]
    """Of its services."""
    kinds: tuple[str, ...]
    """What they do: `HEARING`, `TRANSLATION`, `SPEECH`."""
    load: MachineLoad | None
    """None: its service does not answer."""


class NodeWatch:
    """Asks the speech services.

    Args:
        services: by kind the URLs of those that do it.
    """

    def __init__(self, machines: RemoteMachines, services: Mapping[str, Sequence[str]]) -> None:
        self._machines = machines
        self._kinds: dict[str, list[str]] = {}
        for kind, urls in services.items():
            for url in urls:
                self._kinds.setdefault(url, []).append(kind)

    async def look(self) -> list[Node]:
        """As it is now: machines that answer by name, then URLs where nobody does. Raises nothing."""
        asked = await self._machines.look(self._kinds)
        by_machine: dict[str, list[AskedMachine]] = {}
        for one in asked:
            if one.load is not None:
                by_machine.setdefault(one.load.name, []).append(one)
        there = [self._node(found) for _, found in sorted(by_machine.items())]
        return there + [self._node([one]) for one in asked if one.load is None]

    def _node(self, asked: Sequence[AskedMachine]) -> Node:
        urls = tuple(one.url for one in asked)
        kinds = dict.fromkeys(kind for url in urls for kind in self._kinds[url])
        return Node(urls, tuple(kinds), asked[-1].load)
