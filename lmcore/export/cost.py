"""What quantisation costs: bits per byte of validation tokens, before and after."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from lmcore.common.errors import LmcoreError
from lmcore.dataset.shards import TokenShards, check_tokenizer
from lmcore.evaluation.bits_per_byte import figures
from lmcore.evaluation.losses import model_losses
from lmcore.export.quantization import Quantization
from lmcore.model import GPT
from lmcore.tokenizer.tokenizer import Tokenizer

# The same tokens before and after: their difference needs few of them.
_MAX_TOKENS = 2**15
_BATCH_SIZE = 8


def quantization_cost(
    model: GPT, quantization: Quantization, tokenizer: Tokenizer, tokens: Path, gguf: bool
) -> dict[str, float]:
    """Return the bits per byte of the model as it is, and in each layout that is written.

    Measured on the first validation tokens in the folder `tokens`; nothing where they are
    not of this tokenizer.
    """
    with TemporaryDirectory() as folder:
        tokenizer.save(folder)
        try:
            check_tokenizer(tokens, Path(folder) / "tokenizer.json", "")
        except LmcoreError:
            return {}
    shards = TokenShards(tokens / "validation")
    ids = np.asarray(shards[:_MAX_TOKENS])
    ordinary = ids[ids != shards.end_of_text]
    size = len(tokenizer.decode_bytes(ordinary))

    def bits_per_byte(model: GPT) -> float:
        losses, _ = model_losses(model, ids, shards.end_of_text, _BATCH_SIZE, stride=0)
        return figures(losses, size)["bits_per_byte"]

    cost = {"unquantised": bits_per_byte(model)}
    rounded = quantization.rounded(model, quantization.mlx_rounding)
    cost[f"{quantization.bits} bits"] = bits_per_byte(rounded)
    if gguf:
        rounded = quantization.rounded(model, quantization.gguf_rounding)
        cost[quantization.gguf_name] = bits_per_byte(rounded)
    return cost


def cost_as_text(cost: dict[str, float]) -> str:
    """Return the cost as a sentence."""
    if not cost:
        return (
            "Its cost in bits per byte is not known, since data/tokens holds no validation tokens "
            "of this model's tokenizer."
        )
    before = cost["unquantised"]
    after = (
        f"in {name} {bits:.4f} ({round(bits - before, 4) + 0.0:+.4f})"
        for name, bits in cost.items()
        if name != "unquantised"
    )
    return f"Bits per byte of validation tokens: {before:.4f}, {', '.join(after)}."
