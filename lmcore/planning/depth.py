"""One number for the size of a model: its depth. Other parameters follow from those of a profile.

With r the ratio of the new depth to the old one, and as in nanochat (Karpathy 2025):

    width, heads        in proportion to r, so a block has the same shape and head_dim stays
    tokens              in proportion to the blocks' matrices (Hoffmann et al. 2022)
    batch               tokens^0.383, in whole micro-batches (Bergsma et al. 2025, Power Lines)
    learning rate       sqrt(batch / width) (Malladi et al. 2022 for the batch)
    weight decay        so that rate * decay * steps stays: a weight forgets over the same part
                        of the run (Wang and Aitchison 2024)

These are rules of thumb from larger models, to start from and not to rely on.
"""

from __future__ import annotations

from typing import Any

from lmcore.common.params import Params

_BATCH_EXPONENT = 0.383


def at_depth(params: Params, depth: int) -> dict[str, Any]:
    """Return the changes, by dotted key, that give `params` another number of blocks."""
    model, train = params.model, params.train
    if depth == model.n_layers:
        return {}
    # 1. The shape: whole heads, in whole groups that share a key.
    group = model.n_heads // model.n_kv_heads
    groups = max(1, round(model.n_kv_heads * depth / model.n_layers))
    d_model = groups * group * model.head_dim
    wider = d_model / model.d_model
    d_ff = max(8, 8 * round(model.d_ff * wider / 8))
    # 2. The tokens, and how they are dealt into steps.
    more_tokens = depth / model.n_layers * wider**2
    micro_batches = max(1, round(train.gradient_accumulation * more_tokens**_BATCH_EXPONENT))
    larger = micro_batches / train.gradient_accumulation
    longer = more_tokens / larger
    steps = max(2, round(train.steps * longer))
    # 3. The learning rate and what depends on it.
    rate = train.learning_rate * (larger / wider) ** 0.5
    forgetting = train.weight_decay * train.learning_rate * train.steps
    return {
        "model.n_layers": depth,
        "model.d_model": d_model,
        "model.n_heads": groups * group,
        "model.n_kv_heads": groups,
        "model.d_ff": d_ff,
        "model.value_embeddings": round(model.value_embeddings * depth / model.n_layers),
        "model.copying_blocks": min(model.copying_blocks, depth),
        "train.steps": steps,
        "train.warmup_steps": min(steps - 1, round(train.warmup_steps * longer)),
        "train.batch_warmup_steps": min(steps - 1, round(train.batch_warmup_steps * longer)),
        "train.gradient_accumulation": micro_batches,
        "train.learning_rate": float(f"{rate:.3g}"),
        "train.weight_decay": float(f"{forgetting / rate / steps:.3g}"),
    }
