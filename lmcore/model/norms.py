"""Normalisation: keep the size of activations steady from layer to layer.

LayerNorm (Ba et al. 2016) subtracts the mean over the last axis and divides by
the standard deviation; RMSNorm (Zhang and Sennrich 2019) only divides by the
root mean square. Each then multiplies by a learned weight per channel.
"""

from __future__ import annotations

from collections.abc import Callable

import mlx.core as mx
import mlx.nn as nn

from lmcore.backend.dispatch import implementation

EPSILON = 1e-5  # avoids division by 0 where the input is 0


def rms_norm(x: mx.array, weight: mx.array, epsilon: float = EPSILON) -> mx.array:
    """Return x / sqrt(mean(x^2) + epsilon) * weight, over the last axis."""
    return x * mx.rsqrt(mx.mean(mx.square(x), axis=-1, keepdims=True) + epsilon) * weight


def layer_norm(
    x: mx.array, weight: mx.array, bias: mx.array | None, epsilon: float = EPSILON
) -> mx.array:
    """Return (x - mean) / sqrt(variance + epsilon) * weight + bias, over the last axis."""
    centered = x - mx.mean(x, axis=-1, keepdims=True)
    variance = mx.mean(mx.square(centered), axis=-1, keepdims=True)
    normed = centered * mx.rsqrt(variance + epsilon) * weight
    return normed if bias is None else normed + bias


RMS_NORMS = {"reference": rms_norm, "cpu_kernels": mx.fast.rms_norm, "mlx": mx.fast.rms_norm}
LAYER_NORMS = {
    "reference": layer_norm,
    "cpu_kernels": mx.fast.layer_norm,
    "mlx": mx.fast.layer_norm,
}


class RMSNorm(nn.Module):
    """`rms_norm` with its weight; it has no bias."""

    def __init__(self, size: int, bias: bool, epsilon: float) -> None:
        super().__init__()
        self._epsilon = epsilon
        self.weight = mx.ones((size,))

    def __call__(self, x: mx.array) -> mx.array:
        return RMS_NORMS[implementation()](x, self.weight, self._epsilon)


class LayerNorm(nn.Module):
    """`layer_norm` with its weight and, if wanted, its bias."""

    def __init__(self, size: int, bias: bool, epsilon: float) -> None:
        super().__init__()
        self._epsilon = epsilon
        self.weight = mx.ones((size,))
        if bias:
            self.bias = mx.zeros((size,))

    def __call__(self, x: mx.array) -> mx.array:
        return LAYER_NORMS[implementation()](x, self.weight, self.get("bias"), self._epsilon)


NORMS: dict[str, Callable[..., nn.Module]] = {"rmsnorm": RMSNorm, "layernorm": LayerNorm}
