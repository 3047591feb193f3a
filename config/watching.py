"""What is told of how the parts do, and to whom: sections of the settings."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, ClassVar

from pydantic import ConfigDict, Field, SecretStr

from config.sections import STRICT


@dataclass(frozen=True, slots=True, kw_only=True)
class Tracing:
    """Where it is told how long each part of a sentence's way takes. Words, names and identities never are."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    endpoint: Annotated[str, Field(pattern=r"^(https?://[^\s?#]+)?$")] = ""
    """What takes OTLP over HTTP, e.g. "http://127.0.0.1:4318" for Jaeger on this machine; empty: nothing is traced."""
    sample_share: Annotated[float, Field(ge=0, le=1)] = 1.0
    """How many utterances, interactions and jobs of all are traced, 0…1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """The health monitor, `hive watch`: asks every part whether it is well, and says where one is not."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    parts: dict[str, str] = field(default_factory=dict)
    """Who is asked, by a URL that answers 200: "worker=http://worker:8081/". Empty: those that these settings name."""
    host: str = "127.0.0.1"
    """Where it tells Prometheus how they are."""
    port: int = 8009
    """Its port, for `/metrics` and `/health`."""
    every_s: Annotated[float, Field(gt=0)] = 10.0
    """How often each is asked."""
    answer_s: Annotated[float, Field(gt=0)] = 5.0
    """How long an answer may take."""
    misses: Annotated[int, Field(ge=1)] = 3
    """So many answers in a row that are missing, or say no, before it is said that a part is not well."""
    webhook_url: Annotated[str, Field(pattern=r"^(https?://\S+)?$")] = ""
    """Who is told when a part is not well any more, and when it is again; empty: the log alone."""
    webhook_secret: SecretStr = SecretStr("")
    """Signs what is told there, as the voice API does; empty: not signed."""
