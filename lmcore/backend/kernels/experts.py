"""A mixture of experts that computes each expert on its own tokens alone.

The formula, which computes every expert on every token, is `mixture_of_experts`
in lmcore/model/moe.py.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import mlx.core as mx

from lmcore.backend.dispatch import custom_vjp

BLOCK_ROWS = 64


def grouped_mixture(
    x: mx.array,
    chosen: mx.array,
    weights: mx.array,
    n_experts: int,
    expert: Callable[[mx.array, mx.array], mx.array],
) -> mx.array:
    """Return the weighted sum of the chosen experts' outputs, (N, D), for tokens x (N, D).

    Tokens are sorted by expert and each expert's group is padded to whole
    blocks of M rows, so that shapes do not depend on the routing and every
    block is one matrix product (Gale et al. 2022, MegaBlocks). `expert(rows,
    numbers)` applies expert `numbers[i]` to block i of rows (blocks, M, D).
    """
    n, k = chosen.shape
    # A few tokens, as in generation, would be mostly padding.
    block_rows = BLOCK_ROWS if n * k >= BLOCK_ROWS else 1
    groups = ExpertGroups.of(chosen, n_experts, block_rows)
    rows = x[groups.token].reshape(-1, block_rows, x.shape[-1])  # (blocks, M, D)
    out = expert(rows, groups.expert).reshape(-1, x.shape[-1])
    out = out[groups.slot].reshape(n, k, -1)  # (N, k, D)
    return mx.sum(out * weights[..., None].astype(out.dtype), axis=1)


@dataclass(frozen=True)
class ExpertGroups:
    """Tokens grouped by expert, in blocks of M rows of one expert each."""

    expert: mx.array  # (blocks,) ascending
    token: mx.array  # (blocks * M,) the token in each row; padding repeats token 0
    slot: mx.array  # (N * k,) the row of each token's choices

    @staticmethod
    def of(chosen: mx.array, n_experts: int, block_rows: int) -> ExpertGroups:
        """Return the groups for choices (N, k), in blocks of `block_rows` rows."""
        n, k = chosen.shape
        expert_of = chosen.reshape(-1)
        load = mx.sum(expert_of[:, None] == mx.arange(n_experts), axis=0)  # (E,)
        blocks_of = (load + block_rows - 1) // block_rows
        last_block = mx.cumsum(blocks_of)
        # The rank of each choice among all, then within its expert's group.
        order = mx.argsort(expert_of)
        rank = mx.zeros_like(order).at[order].add(mx.arange(n * k, dtype=order.dtype))
        within = rank - (mx.cumsum(load) - load)[expert_of]
        slot = (last_block - blocks_of)[expert_of] * block_rows + within
        blocks = n * k // block_rows + n_experts  # enough for any routing
        token = mx.zeros((blocks * block_rows,), mx.int32).at[slot].add(mx.arange(n * k) // k)
        expert = mx.sum(mx.arange(blocks)[:, None] >= last_block, axis=-1)
        return ExpertGroups(mx.minimum(expert, n_experts - 1), token, slot)


def gather_mm(x: mx.array, weight: mx.array, experts: mx.array) -> mx.array:
    """Return x[i] @ weight[experts[i]] for each i; on a CPU, MLX has it for float32 only."""
    kind = mx.float32 if mx.default_device() == mx.cpu else x.dtype
    product = mx.gather_mm(
        x.astype(kind), weight.astype(kind), rhs_indices=experts, sorted_indices=True
    )
    return product.astype(x.dtype)


def expert_matmul_backward(primals: tuple, cotangent: mx.array, _: mx.array) -> tuple:
    """d weight[e] sums over e's rows, which lie together: one product per expert."""
    x, weight, experts = primals
    ends = mx.sum(experts[:, None] <= mx.arange(len(weight)), axis=0) * x.shape[1]
    starts = mx.concatenate([mx.zeros((1,), ends.dtype), ends[:-1]])
    segments = mx.stack([starts, ends], axis=-1).astype(mx.uint32)
    d_x = gather_mm(cotangent, weight, experts)
    rows = cotangent.reshape(-1, cotangent.shape[-1])
    d_weight = mx.segmented_mm(rows.T, x.reshape(-1, x.shape[-1]), segments)
    return d_x, d_weight, mx.zeros_like(experts)


# x (n, M, I) @ weight[experts]^T, weight (E, O, I), experts ascending: (n, M, O).
# MLX's own gradient of gather_mm makes an array of a weight's size per block.
grouped_expert_matmul = custom_vjp(
    lambda x, weight, experts: gather_mm(x, weight.swapaxes(-1, -2), experts),
    expert_matmul_backward,
)
