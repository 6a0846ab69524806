"""With document masking a token sees its own document and no other."""

from __future__ import annotations

from itertools import chain

import mlx.core as mx
import numpy as np
import pytest
from helpers.variants import loss_and_gradients, model_of, tokens_of

from lmcore.backend.dispatch import use_implementation

START = 60
CONFIGS = [
    {"positions": "rope"},
    {"positions": "alibi", "n_kv_heads": 2},
    {"positions": "none", "qk_norm": True, "attention_window": 9},
    {"smear": True, "short_convolution": "input"},
]


def stories(*lengths: int) -> list[list[int]]:
    random = np.random.default_rng(3)
    return [[START, *random.integers(0, START, length - 1).tolist()] for length in lengths]


@pytest.mark.parametrize("implementation", ["reference", "cpu_kernels", "mlx"])
@pytest.mark.parametrize("changes", CONFIGS)
def test_each_document_is_read_as_if_alone(changes: dict, implementation: str) -> None:
    # These positions tell distances, so it matters not where a story begins.
    model = model_of(document_start=START, **changes)
    parts = stories(30, 1, 44)
    with use_implementation(implementation):
        together = np.array(model(mx.array([list(chain(*parts))])))[0]
        alone = [np.array(model(mx.array([part])))[0] for part in parts]
    np.testing.assert_allclose(together, np.concatenate(alone), atol=2e-4)


def test_without_the_mask_documents_mix() -> None:
    model = model_of(positions="rope")
    first, second = stories(30, 30)
    together = np.array(model(mx.array([first + second])))[0]
    assert np.abs(together[30:] - np.array(model(mx.array([second])))[0]).max() > 0.1


@pytest.mark.parametrize("changes", CONFIGS)
def test_gradients_of_all_forms_agree(changes: dict) -> None:
    model = model_of(document_start=7, **changes)
    assert (np.array(tokens_of(model)) == 7).any()
    loss, gradients = loss_and_gradients(model, "reference")
    for implementation in ("cpu_kernels", "mlx"):
        other_loss, others = loss_and_gradients(model, implementation)
        assert other_loss == pytest.approx(loss, rel=1e-5)
        for name, array in gradients.items():
            np.testing.assert_allclose(others[name], array, atol=2e-5, err_msg=name)


def test_a_story_continued_from_a_cache_is_the_story() -> None:
    model = model_of(document_start=START)
    (story,) = stories(20)
    cache = model.make_cache(1, 20)
    steps = [model(mx.array([[token]]), cache)[0, 0] for token in story]
    np.testing.assert_allclose(np.stack(steps), np.array(model(mx.array([story])))[0], atol=2e-4)
