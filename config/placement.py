"""How engines are placed on Ray, where `services.placement` says so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, ClassVar, Final, Literal, TypeVar

from pydantic import ConfigDict, Field

from config.sections import STRICT, NotNegative

ServiceRole = Literal["stt", "mt", "tts"]
ReplicaCount = Annotated[int, Field(ge=1, le=1000)]

_MOST: Final = 2
_CORES: Final = 1.0
_QUEUE: Final = 4.0

_Number = TypeVar("_Number", int, float)


@dataclass(frozen=True, slots=True)
class Placing:
    """What one service gets."""

    least: int
    most: int
    gpus: float
    """For each replica."""
    cores: float
    """For each replica."""
    queue: float
    """Pieces of work for each replica."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RaySettings:
    """Engines as deployments of Ray Serve; tables are by service, `stt`, `mt` and `tts`. See docs/ray.md."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    address: str = ""
    """A cluster that is there, e.g. "10.0.0.5:6379"; empty starts one on this machine and ends it with the services."""
    least_replicas: dict[ServiceRole, ReplicaCount] = field(default_factory=dict)
    """Copies of a service's engines that always run; 1 unless set. As a variable: "stt=2,mt=1"."""
    most_replicas: dict[ServiceRole, ReplicaCount] = field(default_factory=dict)
    """Copies to which it grows with its queue; 2 unless set."""
    gpus: dict[ServiceRole, NotNegative] = field(default_factory=dict)
    """What each copy takes of a GPU, e.g. "stt=0.5,tts=0.25"; 0 unless set. It divides places, not the GPU's memory."""
    cores: dict[ServiceRole, NotNegative] = field(default_factory=dict)
    """What each copy takes of a machine's cores when it is placed; 1 unless set."""
    queue: dict[ServiceRole, Annotated[float, Field(gt=0)]] = field(default_factory=dict)
    """Pieces of work, under way or waiting, for each copy from which on another one is started; 4 unless set."""
    grow_s: NotNegative = 5.0
    """How long a queue must be too long before a copy more is started."""
    shrink_s: NotNegative = 300.0
    """How long it must be short before one is ended."""
    start_s: Annotated[float, Field(gt=0)] = 300.0
    """How long the first copies may take until they answer."""
    object_store_mb: Annotated[int, Field(ge=80)] = 200
    """Memory that Ray may take for what goes between processes, on a cluster that is started here."""

    def of(self, role: str) -> Placing:
        """What a service gets, defaults included."""
        least = _given(self.least_replicas, role, 1)
        return Placing(
            least=least,
            most=max(least, _given(self.most_replicas, role, _MOST)),
            gpus=_given(self.gpus, role, 0.0),
            cores=_given(self.cores, role, _CORES),
            queue=_given(self.queue, role, _QUEUE),
        )


def _given(table: Mapping[ServiceRole, _Number], role: str, default: _Number) -> _Number:
    return next((value for name, value in table.items() if name == role), default)
