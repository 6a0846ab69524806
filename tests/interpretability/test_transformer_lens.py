"""Activations, ablations and patches are those of TransformerLens on the exported model."""

from __future__ import annotations

from typing import Any

import mlx.core as mx
import numpy as np
import pytest
from helpers.exported import exported, tokenizer

from lmcore.interpretability.head_scores import head_scores, repeated_tokens
from lmcore.interpretability.hooks import (
    removing_head,
    replacing_head,
    run_with_cache,
    run_with_hooks,
)
from lmcore.model import GPT

torch = pytest.importorskip("torch", reason="compares with PyTorch: pip install torch")

TOKENS = np.arange(24).reshape(2, 12) * 7 % 50


@pytest.fixture(scope="module", params=["gpt2: biases", "llama: grouped queries"])
def pair(request: Any, tmp_path_factory: pytest.TempPathFactory) -> tuple[GPT, Any]:
    """A model of ours and the same model in TransformerLens."""
    # Imported here: 2 s that a process which only collects these tests need not spend.
    transformers = pytest.importorskip("transformers", reason="pip install transformers")
    pytest.importorskip("transformer_lens", reason="pip install transformer-lens")
    from transformer_lens.model_bridge import TransformerBridge

    folder = tmp_path_factory.mktemp("lens") / "export"
    ours = exported(request.param, folder)
    theirs = transformers.AutoModelForCausalLM.from_pretrained(folder, attn_implementation="eager")
    reader = transformers.AutoTokenizer.from_pretrained(folder)
    bridge = TransformerBridge.boot_transformers(str(folder), hf_model=theirs, tokenizer=reader)
    return ours, bridge


def close(ours: Any, theirs: Any) -> None:
    np.testing.assert_allclose(np.array(ours), theirs.detach().numpy(), atol=2e-5, rtol=1e-4)


def test_activations_are_the_same(pair: tuple[GPT, Any]) -> None:
    ours, theirs = pair
    names = {
        "blocks.1.attention.heads": "blocks.1.attn.hook_z",
        "blocks.0.feed_forward": "blocks.0.hook_mlp_out",
        "blocks.1.residual": "blocks.1.hook_resid_post",
        "embedding": "blocks.0.hook_resid_pre",
    }
    logits, cache = run_with_cache(ours, mx.array(TOKENS), names)
    expected, their_cache = theirs.run_with_cache(torch.tensor(TOKENS))
    close(logits, expected)
    for our_name, their_name in names.items():
        found = cache[our_name]
        # TransformerLens has heads after positions: (B, T, H, Dh).
        close(found.swapaxes(1, 2) if found.ndim == 4 else found, their_cache[their_name])


def test_removing_a_head_and_a_feed_forward_is_the_same(pair: tuple[GPT, Any]) -> None:
    ours, theirs = pair

    def remove_head(z: Any, hook: Any) -> Any:
        z = z.clone()
        z[:, :, 1] = 0
        return z

    found = run_with_hooks(ours, mx.array(TOKENS), {"blocks.1.attention.heads": removing_head(1)})
    hooks = [("blocks.1.attn.hook_z", remove_head)]
    close(found, theirs.run_with_hooks(torch.tensor(TOKENS), fwd_hooks=hooks))

    found = run_with_hooks(ours, mx.array(TOKENS), {"blocks.0.feed_forward": mx.zeros_like})
    hooks = [("blocks.0.hook_mlp_out", lambda x, hook: torch.zeros_like(x))]
    close(found, theirs.run_with_hooks(torch.tensor(TOKENS), fwd_hooks=hooks))


def test_patching_a_head_is_the_same(pair: tuple[GPT, Any]) -> None:
    ours, theirs = pair
    twin = TOKENS[::-1].copy()
    _, cache = run_with_cache(ours, mx.array(TOKENS), ["blocks.0.attention.heads"])
    hook = replacing_head(2, cache["blocks.0.attention.heads"])
    found = run_with_hooks(ours, mx.array(twin), {"blocks.0.attention.heads": hook})
    _, their_cache = theirs.run_with_cache(torch.tensor(TOKENS))

    def patch(z: Any, hook: Any) -> Any:
        z = z.clone()
        z[:, :, 2] = their_cache["blocks.0.attn.hook_z"][:, :, 2]
        return z

    hooks = [("blocks.0.attn.hook_z", patch)]
    close(found, theirs.run_with_hooks(torch.tensor(twin), fwd_hooks=hooks))


def test_head_scores_are_those_of_their_patterns(pair: tuple[GPT, Any]) -> None:
    """As in TransformerLens' demonstration: the mean of a diagonal of the pattern."""
    ours, theirs = pair
    tokens = repeated_tokens(ours, tokenizer().end_of_text, ours.config.vocab_size)
    length = (tokens.shape[1] - 1) // 2
    _, cache = theirs.run_with_cache(torch.tensor(tokens).long())
    scores = head_scores(ours, tokens)
    for name, distance in (
        ("previous_token", 1),
        ("duplicate_token", length),
        ("induction", length - 1),
    ):
        for layer in range(ours.config.n_layers):
            pattern = cache[f"blocks.{layer}.attn.hook_pattern"]  # (B, H, T, T)
            diagonal = pattern.diagonal(-distance, dim1=-2, dim2=-1)
            second_half = diagonal[..., length + 1 - distance :]
            expected = second_half.mean(dim=(0, 2)).detach().numpy()
            np.testing.assert_allclose(scores[name][layer], expected, atol=1e-4)
