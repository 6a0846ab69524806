"""A model as other programs read it, in Hugging Face's layout:

    model.safetensors, config.json     the model, under transformers' names
    tokenizer.json, tokenizer_config.json, generation_config.json
    README.md                          the model card (lmcore/export/card.py)

transformers, mlx_lm and whatever else reads this layout need no code of ours. In 8 or 4 bits
the weights are in MLX's layout, under mlx_lm's names, and for mlx_lm alone.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from lmcore.common.atomic_files import write_json, write_text
from lmcore.common.end_of_text import END_OF_TEXT
from lmcore.common.params import SampleParams
from lmcore.export.architectures import architecture_of, require_mlx_lm
from lmcore.export.hf_config import to_config_json
from lmcore.export.quantization import Quantization
from lmcore.export.weights import MLX_LM, TRANSFORMERS, arrays_of, to_theirs
from lmcore.model import GPT
from lmcore.model.io import save_arrays
from lmcore.tokenizer.tokenizer import Tokenizer


def write_huggingface(
    folder: Path,
    model: GPT,
    tokenizer: Tokenizer,
    sample: SampleParams,
    quantization: Quantization | None = None,
) -> None:
    """Write all files except for the model card into an existing folder.

    Raises `LmcoreError` where transformers has no counterpart of the model, or, for what is
    quantised, mlx_lm.
    """
    end, context = tokenizer.end_of_text, model.config.context_length
    write_model(folder, model, end, quantization)
    write_json(folder / "generation_config.json", generation_config(sample, end, context))
    tokenizer_config = {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "bos_token": END_OF_TEXT,
        "eos_token": END_OF_TEXT,
        "model_max_length": context,
        "clean_up_tokenization_spaces": False,
    }
    write_json(folder / "tokenizer_config.json", tokenizer_config)
    tokenizer.save(folder)
    _begin_with_end_of_text(folder / "tokenizer.json", end)


def write_model(
    folder: Path, model: GPT, end_of_text: int, quantization: Quantization | None = None
) -> None:
    """Write the weights and config.json alone."""
    config, architecture = model.config, architecture_of(model.config)
    arrays = arrays_of(model, architecture.always)
    described = to_config_json(config, architecture, end_of_text)
    if quantization is None:
        theirs, kind = to_theirs(config, arrays, TRANSFORMERS[architecture.name]), "pt"
    else:
        require_mlx_lm(config, architecture)
        naming = MLX_LM[architecture.name]
        names = quantization.their_names(config, arrays, naming)
        theirs, kind = quantization.quantized(to_theirs(config, arrays, naming), names), "mlx"
        sizes = {"group_size": quantization.group_size, "bits": quantization.bits}
        described["quantization"] = sizes
    save_arrays(folder / "model.safetensors", theirs, {"format": kind})
    write_json(folder / "config.json", described)


def generation_config(
    sample: SampleParams, end_of_text: int, context_length: int
) -> dict[str, Any]:
    """Return the default sampling of `generate`: that of our own samples."""
    sampling = {
        "do_sample": True,
        "temperature": sample.temperature,
        "top_k": sample.top_k,
        "top_p": sample.top_p,
        "min_p": sample.min_p,
    }
    return {
        "bos_token_id": end_of_text,
        "eos_token_id": end_of_text,
        "max_length": context_length,
        "repetition_penalty": sample.repetition_penalty,  # before the likeliest is taken as well
        **(sampling if sample.temperature > 0 else {"do_sample": False}),
    }


def _begin_with_end_of_text(path: Path, end_of_text: int) -> None:
    """Let the tokenizer put <|endoftext|> first, after which every story begins."""
    content = json.loads(path.read_text("utf-8"))
    special = {"SpecialToken": {"id": END_OF_TEXT, "type_id": 0}}
    first, second = ({"Sequence": {"id": name, "type_id": 0}} for name in "AB")
    content["post_processor"] = {
        "type": "TemplateProcessing",
        "single": [special, first],
        "pair": [special, first, special, second],
        "special_tokens": {
            END_OF_TEXT: {"id": END_OF_TEXT, "ids": [end_of_text], "tokens": [END_OF_TEXT]}
        },
    }
    write_text(path, json.dumps(content, indent=1, ensure_ascii=False) + "\n")
