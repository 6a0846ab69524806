"""What each layer would predict if it were the last one (nostalgebraist 2020)."""

from __future__ import annotations

import math

import mlx.core as mx
import numpy as np

from lmcore.interpretability.hooks import run_with_cache
from lmcore.model import GPT
from lmcore.training.cross_entropy import cross_entropy


def logit_lens(model: GPT, windows: np.ndarray, sizes: np.ndarray) -> list[float]:
    """Return the bits per byte of the embedding and of each block's residual stream.

    Each is read as the last one is: final norm, output projection, soft-cap. `windows`
    (B, T + 1) are token ids, `sizes` (V,) the bytes of each token. The last is the model's.
    """
    inputs, targets = mx.array(windows[:, :-1]), mx.array(windows[:, 1:])
    layers = range(model.config.n_layers)
    names = ["embedding", *(f"blocks.{layer}.residual" for layer in layers)]
    _, cache = run_with_cache(model, inputs, names)
    scale = 1 / math.log(2) / float(sizes[windows[:, 1:]].sum())
    norm = model.get("final_norm", lambda x: x)
    return [
        mx.sum(cross_entropy(model.logits(norm(cache[name])), targets)).item() * scale
        for name in names
    ]
