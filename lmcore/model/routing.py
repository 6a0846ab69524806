"""Where a mixture of experts sends its tokens."""

from __future__ import annotations

from dataclasses import dataclass

import mlx.core as mx


@dataclass(frozen=True)
class Routing:
    """The router's decision for the N tokens of one layer."""

    logits: mx.array  # (N, E)
    probabilities: mx.array  # (N, E)
    chosen: mx.array  # (N, k) expert numbers, the most probable first
    weights: mx.array  # (N, k), each row summing to 1 where k > 1
    bias: mx.array | None  # (E,) the bias of loss-free balancing
