"""Tokens grouped by expert: none is lost, and each lies in a block of its expert."""

from __future__ import annotations

import mlx.core as mx
import numpy as np
import pytest

from lmcore.backend.kernels.experts import ExpertGroups


@pytest.mark.parametrize("size", [64, 1])
def test_groups_keep_every_choice_in_a_block_of_its_expert(size: int) -> None:
    chosen = mx.random.randint(0, 7, (333, 3), key=mx.random.key(1))
    groups = ExpertGroups.of(chosen, 7, size)
    slots, experts = np.array(groups.slot), np.array(chosen).reshape(-1)
    assert len(set(slots.tolist())) == 999
    np.testing.assert_array_equal(np.array(groups.expert)[slots // size], experts)
    np.testing.assert_array_equal(np.array(groups.token)[slots], np.arange(999) // 3)
    assert (np.diff(np.array(groups.expert)) >= 0).all()
