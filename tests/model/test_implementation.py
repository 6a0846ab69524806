"""model.implementation: the whole pipeline by the formulas as written, or by a kernel."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

import mlx.core as mx
import numpy as np
import pytest
from helpers.variants import NO_EXPERTS, config_of, loss_and_gradients, tokens_of

from lmcore.model import GPT
from lmcore.training.cross_entropy import token_losses

# Large enough that no kernel hands its input on to the formula.
CHANGES: list[dict[str, Any]] = [
    {"d_ff": 128, "feed_forward": feed_forward, "logit_softcap": 5.0, "moe": moe}
    for feed_forward in ("gelu", "swiglu", "relu2")
    for moe in (NO_EXPERTS, {**NO_EXPERTS, "experts": 4, "every": 2})
]


def kernels_called_by(function: Callable[[], Any]) -> set[str]:
    """Return the files of lmcore/backend/kernels whose functions ran."""
    files: set[str] = set()

    def record(frame: FrameType, event: str, _: Any) -> None:
        path = frame.f_code.co_filename
        if event == "call" and "kernels" in path:
            files.add(path.rpartition("/")[2])

    sys.setprofile(record)
    try:
        function()
    finally:
        sys.setprofile(None)
    return files


@pytest.mark.parametrize("changes", CHANGES)
def test_reference_calls_no_kernel_and_agrees(changes: dict[str, Any]) -> None:
    seed = 3

    def losses_and_gradients(choice: str) -> tuple[Any, ...]:
        model = GPT(config_of(**changes, implementation=choice), seed)
        each = token_losses(model, tokens_of(model), tokens_of(model, seed=8))
        cache = model.make_cache(2, 75)
        generated = [model(tokens_of(model)[:, t : t + 1], cache) for t in range(3)]
        mx.eval(each, generated)
        return *loss_and_gradients(model, "auto"), np.array(each), np.array(generated)

    results = {}
    assert kernels_called_by(lambda: results.update(a=losses_and_gradients("reference"))) == set()
    called = kernels_called_by(lambda: results.update(b=losses_and_gradients("cpu_kernels")))
    expected = {"attention.py", "activations.py", "rope.py", "softcap.py", "cross_entropy.py"}
    assert called == (expected | {"experts.py"} if changes["moe"]["experts"] else expected)

    (loss, gradients, *more), (other_loss, other_gradients, *other_more) = results.values()
    assert loss == pytest.approx(other_loss, rel=1e-5)
    for name, gradient in gradients.items():
        atol = 2e-5 * np.abs(gradient).max()
        np.testing.assert_allclose(
            other_gradients[name], gradient, rtol=1e-3, atol=atol, err_msg=name
        )
    for array, other in zip(more, other_more, strict=True):
        np.testing.assert_allclose(other, array, rtol=1e-4, atol=1e-5)


def test_an_edited_formula_shows_in_the_loss(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a learner does: attention without its scale, in the reference alone."""
    from lmcore.model import attention

    formula = attention.scaled_dot_product_attention
    monkeypatch.setitem(
        attention.ATTENTIONS, "reference", lambda q, *others: formula(100 * q, *others)
    )
    losses = {}
    for choice in ("reference", "auto"):
        model = GPT(config_of(implementation=choice))
        for array in (model.blocks[0].attention.query, model.blocks[0].attention.value):
            array.weight = 20 * array.weight
        losses[choice] = token_losses(model, tokens_of(model), tokens_of(model, seed=8))
    assert mx.abs(losses["reference"] - losses["auto"]).max().item() > 1e-3
