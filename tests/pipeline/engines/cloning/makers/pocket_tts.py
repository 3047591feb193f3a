"""Weights of pocket-tts by chance, in the shapes of its real English model: run by the Python of its environment.

`python -I pocket_tts.py DIRECTORY` fills DIRECTORY/english. What it then speaks is noise; that it is loaded, hears
a voice and speaks at all is what they are for.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path


def main(directory: Path) -> None:
    import safetensors.torch
    import tokenizers
    import torch
    import yaml
    from pocket_tts import TTSModel
    from pocket_tts.utils.config import CONFIGS_DIR

    folder = directory / "english"
    folder.mkdir(parents=True)
    config = yaml.safe_load((CONFIGS_DIR / "english.yaml").read_text())
    table = config["flow_lm"]["lookup_table"]
    signs = ["<unk>", *map(chr, range(32, 127))]
    words = signs + [f"<{number}>" for number in range(table["n_bins"] - len(signs))]
    model = tokenizers.models.WordLevel({word: at for at, word in enumerate(words)}, unk_token="<unk>")
    tokenizer = tokenizers.Tokenizer(model)
    tokenizer.pre_tokenizer = tokenizers.pre_tokenizers.Split("", "isolated")
    tokenizer.save(str(folder / "tokenizer.json"))
    table["tokenizer_path"] = str(folder / "tokenizer.json")
    config["weights_path"] = config["weights_path_without_voice_cloning"] = None
    torch.manual_seed(1)
    with tempfile.TemporaryDirectory() as place:
        described = Path(place) / "config.yaml"
        described.write_text(yaml.safe_dump(config))
        made = TTSModel.load_model(config=described)
    weights = {
        name: torch.nan_to_num(weight.clone().contiguous(), nan=0.1)
        for name, weight in made.state_dict().items()
    }
    safetensors.torch.save_file(weights, folder / "model.safetensors")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
