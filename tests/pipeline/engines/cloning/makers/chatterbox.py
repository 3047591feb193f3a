"""Weights of Chatterbox by chance, in the shapes of its real multilingual model: run by the Python of its environment.

`python -I chatterbox.py DIRECTORY` fills DIRECTORY with three gigabytes. What it then speaks is noise, and soon at its
end: one of two signs is always far ahead, and after the same sign twice its own guard ends a sentence.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path


def main(directory: Path) -> None:
    import safetensors.torch
    import torch
    from chatterbox.models.s3gen import S3Gen
    from chatterbox.models.t3 import T3
    from chatterbox.models.t3.modules.t3_config import T3Config
    from chatterbox.models.voice_encoder import VoiceEncoder

    directory.mkdir(parents=True)
    torch.manual_seed(1)
    speaks = T3(T3Config.multilingual())
    with torch.no_grad():
        head = speaks.speech_head.weight
        head.zero_()
        head[7] = torch.randn(head.shape[1]) * 100
        head[8] = -head[7]
    safetensors.torch.save_file(
        {name: weight.contiguous() for name, weight in speaks.state_dict().items()},
        directory / "t3_mtl23ls_v2.safetensors",
    )
    torch.save(S3Gen().state_dict(), directory / "s3gen.pt")
    torch.save(VoiceEncoder().state_dict(), directory / "ve.pt")
    (directory / "grapheme_mtl_merged_expanded_v1.json").write_text(_tokenizer())
    (directory / "Cangjie5_TC.json").write_text(json.dumps(["早\tam", "安\tjv"]))


def _tokenizer() -> str:
    """With the signs that the library looks for, a sign for each language and one for each letter."""
    from tokenizers import Tokenizer, models, pre_tokenizers

    special = ["[STOP]", "[UNK]", "[SPACE]", "[PAD]", "[SEP]", "[CLS]", "[MASK]"]
    signs = (
        special + [f"[cj_{code}]" for code in "abcdefghijklmnopqrstuvwxyz."] + list(map(chr, range(32, 127)))
    )
    vocabulary = {sign: at for at, sign in enumerate(signs)} | {"[START]": 255, "[en]": 256, "[zh]": 257}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Split("", "isolated")
    tokenizer.add_special_tokens([sign for sign in vocabulary if len(sign) > 1])
    text: str = tokenizer.to_str()
    return text


if __name__ == "__main__":
    main(Path(sys.argv[1]))
