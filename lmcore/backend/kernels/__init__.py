"""Fast forms of the formulas of `model` and `training`, one file per formula.

A kernel takes arrays and plain callables and knows no model. The formula itself
stands in `model/` or `training/`, beside a table that names its implementations;
tests hold them equal, values and gradients.
"""

from lmcore.backend.kernels.activations import (
    gelu_and_derivative,
    relu2_and_derivative,
    silu_and_derivative,
)
from lmcore.backend.kernels.attention import blocked_attention, fused_attention
from lmcore.backend.kernels.cross_entropy import (
    chunked_linear_cross_entropy,
    fused_linear_cross_entropy,
)
from lmcore.backend.kernels.experts import grouped_mixture
from lmcore.backend.kernels.rope import fused_rope
from lmcore.backend.kernels.softcap import fast_softcap

__all__ = [
    "blocked_attention",
    "chunked_linear_cross_entropy",
    "fast_softcap",
    "fused_attention",
    "fused_linear_cross_entropy",
    "fused_rope",
    "gelu_and_derivative",
    "grouped_mixture",
    "relu2_and_derivative",
    "silu_and_derivative",
]
