"""What voices say when they are compared: one sentence to search with, another one to tell what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final


@dataclass(frozen=True, slots=True)
class Comparison:
    """Some four seconds of speech each."""

    searched: str
    held_out: str
    """Never heard by the search."""


COMPARISONS: Final[Mapping[str, Comparison]] = MappingProxyType(
    {
        "en": Comparison(
            "The meeting begins in the morning, and everybody may bring a question.",
            "We looked at the map for a long time before we chose the road along the river.",
        ),
        "es": Comparison(
            "La reunión empieza por la mañana y todos pueden traer una pregunta.",
            "Miramos el mapa mucho tiempo antes de elegir el camino junto al río.",
        ),
        "fr": Comparison(
            "La réunion commence le matin et chacun peut apporter une question.",
            "Nous avons regardé la carte longtemps avant de choisir le chemin le long de la rivière.",
        ),
        "hi": Comparison(
            "बैठक सुबह शुरू होती है और हर कोई एक सवाल ला सकता है।",
            "नदी के किनारे का रास्ता चुनने से पहले हमने बहुत देर तक नक्शा देखा।",
        ),
        "it": Comparison(
            "La riunione comincia la mattina e tutti possono portare una domanda.",
            "Abbiamo guardato la mappa a lungo prima di scegliere la strada lungo il fiume.",
        ),
        "ja": Comparison(
            "会議は朝に始まります。誰でも質問を持ってきてください。",
            "川沿いの道を選ぶ前に、私たちは長い間地図を見ていました。",
        ),
        "pt": Comparison(
            "A reunião começa de manhã e todos podem trazer uma pergunta.",
            "Olhamos o mapa por muito tempo antes de escolher o caminho ao longo do rio.",
        ),
        "zh": Comparison(
            "会议早上开始，每个人都可以带一个问题来。",
            "我们看了很久的地图，然后选择了沿着河边的路。",
        ),
    }
)
