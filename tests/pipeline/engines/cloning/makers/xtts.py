"""Weights of XTTS-v2 by chance, in the shapes of its real model: run by the Python of its environment.

`python -I xtts.py DIRECTORY` fills DIRECTORY with two gigabytes. What it then speaks is noise, and soon at its end,
which is made likely.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

SHAPE = {
    "gpt_max_audio_tokens": 605,
    "gpt_max_text_tokens": 402,
    "gpt_max_prompt_tokens": 70,
    "gpt_number_text_tokens": 6681,
    "gpt_start_text_token": 261,
    "gpt_stop_text_token": 0,
    "gpt_num_audio_tokens": 1026,
    "gpt_start_audio_token": 1024,
    "gpt_stop_audio_token": 1025,
    "gpt_use_perceiver_resampler": True,
}
"""Of XTTS-v2, where the library's own defaults are those of its first version."""
LIKELY = 2.0
"""How much more likely the end is than any other sign, as a logarithm."""


def main(directory: Path) -> None:
    import torch
    from TTS.tts.configs.xtts_config import XttsArgs, XttsConfig
    from TTS.tts.models.xtts import Xtts

    directory.mkdir(parents=True)
    torch.manual_seed(1)
    config = XttsConfig(model_args=XttsArgs(**SHAPE))
    config.save_json(str(directory / "config.json"))
    (directory / "vocab.json").write_text(_tokenizer())
    model: Any = Xtts.init_from_config(config)
    model.init_models()
    with torch.no_grad():
        model.gpt.mel_head.weight.zero_()
        model.gpt.mel_head.bias.zero_()
        model.gpt.mel_head.bias[SHAPE["gpt_stop_audio_token"]] = LIKELY
    torch.save({"model": model.state_dict()}, directory / "model.pth")


def _tokenizer() -> str:
    """With the signs that the library looks for, a sign for each language and one for each letter."""
    from tokenizers import Tokenizer, models, pre_tokenizers

    signs = ["[STOP]", "[UNK]", "[SPACE]", "[en]", "[es]", *map(chr, range(97, 123)), *"áéíóúñ.,!?'"]
    signs += [f"<{number}>" for number in range(SHAPE["gpt_number_text_tokens"] - len(signs))]
    signs[SHAPE["gpt_start_text_token"]] = "[START]"
    vocabulary = {sign: at for at, sign in enumerate(signs)}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Split("", "isolated")
    tokenizer.add_special_tokens([sign for sign in vocabulary if sign.startswith("[")])
    text: str = tokenizer.to_str()
    return text


if __name__ == "__main__":
    main(Path(sys.argv[1]))
