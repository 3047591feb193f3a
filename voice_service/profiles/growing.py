"""What is known of a voice grows with each sample, if it is the same voice."""

from __future__ import annotations

from typing import Final

import numpy as np

from pipeline.engines.protocols import SpeakerEmbedding, SpeakerTraits
from voice_service.profiles.records import Voiceprint

OLD_SHARE: Final = 0.8
NEW_SHARE: Final = 0.2
SAME_SPEAKER: Final = 0.8
"""From this cosine similarity on, two voices are taken for one; docs/measuring.md says what was measured."""
LEAST_SPEECH_S: Final = 3.0
"""Less speech tells too little of a voice."""
BETTER_S: Final = 10.0
"""From here on it is measured well."""


def similarity(one: SpeakerEmbedding, other: SpeakerEmbedding) -> float:
    """Cosine similarity of two embeddings of length 1, -1…1."""
    return float(np.clip(np.dot(one, other), -1.0, 1.0))


def first_print(traits: SpeakerTraits, encoder: str) -> Voiceprint:
    """Of the first sample."""
    return Voiceprint(
        traits.embedding.astype(np.float32), encoder, traits.speech_s, traits.pitch_hz, traits.brightness_hz
    )


def grown(old: Voiceprint, new: SpeakerTraits) -> Voiceprint:
    """With one more sample: 0.8 of the old and 0.2 of the new where both rest on as much speech, else each by its
    seconds, so that a minute is not outweighed by the three seconds that were there first."""
    share = NEW_SHARE * new.speech_s / (OLD_SHARE * old.speech_s + NEW_SHARE * new.speech_s)
    mixed = (1 - share) * old.embedding + share * new.embedding
    return Voiceprint(
        (mixed / np.linalg.norm(mixed)).astype(np.float32),
        old.encoder,
        old.speech_s + new.speech_s,
        _mixed(old.pitch_hz, new.pitch_hz, share),
        _mixed(old.brightness_hz, new.brightness_hz, share),
    )


def _mixed(old: float, new: float, share: float) -> float:
    """A measure that is 0 says nothing."""
    if not old or not new:
        return old or new
    return (1 - share) * old + share * new
