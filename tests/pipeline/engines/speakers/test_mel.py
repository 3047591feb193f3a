"""The spectrogram is the one that the voice encoder was trained on."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.engines.speakers.mel import filters, mel_spectrogram

RISING = {
    (0, 3): 1.053220510482788,
    (0, 30): 0.0008209041552618146,
    (10, 4): 12.851834297180176,
    (50, 11): 0.00015950579836498946,
    (99, 19): 0.0003284763661213219,
    (100, 20): 0.09676611423492432,
}
"""By frame and channel. Computed with librosa 0.11.0 from the sound of the test below:
`librosa.feature.melspectrogram(y=sound.astype(np.float32), sr=16000, n_fft=400, hop_length=160, n_mels=40).T`"""


def test_it_is_what_librosa_makes() -> None:
    """A tone that rises from 200 Hz, beside one of 3 kHz: the first and the last frame, and some between them."""
    moments = np.arange(16_000) / 16_000
    rising = np.sin(2 * np.pi * (200 * moments + 900 * moments**2))
    mels = mel_spectrogram(0.3 * rising + 0.1 * np.sin(2 * np.pi * 3000 * moments))

    assert (mels.shape, mels.dtype.name) == ((101, 40), "float32")
    assert {place: mels[place] for place in RISING} == pytest.approx(RISING, rel=1e-4)
    assert float(mels.sum()) == pytest.approx(1565.0074, rel=1e-5)


def test_the_filters_are_slaneys() -> None:
    """Triangles of one area; from the same librosa: `librosa.filters.mel(sr=16000, n_fft=400, n_mels=40)`."""
    assert filters().shape == (40, 201)
    assert filters()[0, :4] == pytest.approx([0.0, 0.00739021, 0.01240452, 0.00501431], abs=1e-7)
    assert filters()[39, 195] == pytest.approx(0.000607577, rel=1e-5)
    assert int(filters()[20].argmax()) == 44
    assert float(filters().sum()) == pytest.approx(0.99949718, rel=1e-6)
