"""The machines that do the work: which services run on each, and how busy it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from pipeline.machine import MachineLoad
from speech_service.client import SpeechCopies
from speech_service.client.machines import AskedMachine, look_at_machines
from speech_service.client.one_copy import Copy

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
        copies: of the services, held by whoever made them.
    """

    def __init__(self, copies: SpeechCopies) -> None:
        self._kinds = {
            HEARING: copies.hearing,
            TRANSLATION: copies.translation,
            SPEECH: copies.speech,
        }

    async def look(self) -> list[Node]:
        """As it is now: machines that answer by name, then places where nobody does. Raises nothing."""
        kinds: dict[str, list[str]] = {}
        asked: dict[str, Copy] = {}
        for kind, copies in self._kinds.items():
            for copy in copies:
                kinds.setdefault(copy.place, []).append(kind)
                asked.setdefault(copy.place, copy)
        found = await look_at_machines(asked.values())
        by_machine: dict[str, list[AskedMachine]] = {}
        for one in found:
            if one.load is not None:
                by_machine.setdefault(one.load.name, []).append(one)
        there = [_node(machine, kinds) for _, machine in sorted(by_machine.items())]
        return there + [_node([one], kinds) for one in found if one.load is None]


def _node(asked: Sequence[AskedMachine], kinds: Mapping[str, Sequence[str]]) -> Node:
    places = tuple(one.place for one in asked)
    found = dict.fromkeys(kind for place in places for kind in kinds[place])
    return Node(places, tuple(found), asked[-1].load)
