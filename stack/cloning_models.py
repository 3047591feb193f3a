"""Weights of engines that clone voices, as their authors publish them, and of the watermark in what they speak."""

from __future__ import annotations

from typing import Final

from pipeline.engines.cloning import chatterbox, xtts
from pipeline.recordings import watermark
from stack import pins
from stack.model import ArchiveMember, File, Model, Packaged, Repository

_PERTH: Final = "perth/perth_net/pretrained/implicit/perth_net_250000.pth.tar"

WATERMARK: Final = Model(
    "watermark",
    "perth",
    watermark.DIRECTORY,
    (watermark.WEIGHTS_FILE,),
    "MIT",
    37,
    "marks sound as made by a machine, and finds that mark again",
    files=(
        File(
            watermark.WEIGHTS_FILE,
            (Packaged("pip", (ArchiveMember("resemble-perth", "1.0.1", _PERTH),)),),
            pins.WATERMARK[watermark.WEIGHTS_FILE],
        ),
    ),
)

CLONING: Final = (
    WATERMARK,
    Model(
        chatterbox.NAME,
        chatterbox.NAME,
        chatterbox.NAME,
        tuple(reversed(chatterbox.FILES)),
        "MIT",
        3200,
        "clones voices that have agreed, 23 languages; for a GPU",
        repository=Repository("ResembleAI/chatterbox", (*chatterbox.FILES, "conds.pt")),
    ),
    Model(
        xtts.NAME,
        xtts.NAME,
        xtts.NAME,
        tuple(reversed(xtts.FILES)),
        xtts.LICENCE,
        1900,
        "clones voices that have agreed, 17 languages; not for commercial use",
        repository=Repository("coqui/XTTS-v2", (*xtts.FILES, "speakers_xtts.pth", "LICENSE.txt")),
    ),
)
