"""Weights in 8 or 4 bits, in the layouts of MLX and of GGUF.

The numbers of a matrix are cut into groups along its rows, and each group is rounded to
integers of few bits:

    MLX     w is about scale * integer + bias, in groups of 64 or 32 (affine)
    GGUF    w is about scale * integer, in blocks of 32 (Q8_0, Q4_0)

What is no matrix stays as it is (norms, biases), and so do positions, routers, and matrices
whose rows cannot be cut into whole groups.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import mlx.core as mx
import numpy as np
from mlx.utils import tree_flatten

from lmcore.common.errors import LmcoreError
from lmcore.export.weights import Arrays, Naming, entries
from lmcore.model import GPT, ModelConfig
from lmcore.model.parameter_kinds import HIDDEN_MATRICES, Kind, kind_of

_GROUP_SIZES = (64, 32)  # of MLX; GGUF's blocks have the smaller one
_KINDS = HIDDEN_MATRICES | {Kind.EMBEDDING, Kind.OUTPUT}


@dataclass(frozen=True)
class Quantization:
    """How the matrices of a model are stored in few bits."""

    bits: int  # 8 or 4
    group_size: int  # numbers that share a scale, in MLX's layout
    names: frozenset[str]  # the arrays of ours that are

    @classmethod
    def of(cls, model: GPT, bits: int) -> Quantization:
        """Return the quantisation of all matrices that can be; the groups are equally large.

        Raises `LmcoreError` where none can be.
        """
        widths = {
            name: array.shape[-1]
            for name, array in tree_flatten(model.parameters())
            if kind_of(name, array.ndim) in _KINDS and not name.startswith("positions.")
        }
        smallest = min(_GROUP_SIZES)
        divisible = {name: width for name, width in widths.items() if width % smallest == 0}
        if not divisible:
            raise LmcoreError(
                f"No matrix of this model can be stored in {bits} bits: their rows are cut into "
                f"groups of {smallest}, and model.d_model is {model.config.d_model} and "
                f"model.d_ff {model.config.d_ff}; export it without --bits."
            )
        size = next(s for s in _GROUP_SIZES if all(width % s == 0 for width in divisible.values()))
        return cls(bits, size, frozenset(divisible))

    def their_names(self, config: ModelConfig, arrays: Arrays, naming: Naming) -> set[str]:
        """Return what another program calls the arrays that are stored in few bits."""
        every = entries(config, naming, arrays)
        return {name for entry in every if entry.ours[0] in self.names for name in entry.theirs}

    def rounded(self, model: GPT, rounding: Callable[[mx.array], mx.array]) -> GPT:
        """Return a copy of the model whose matrices are as they are after quantisation."""
        copy, arrays = GPT(model.config), tree_flatten(model.parameters())
        copy.load_weights([(name, rounding(a) if name in self.names else a) for name, a in arrays])
        return copy

    def mlx_rounding(self, array: mx.array) -> mx.array:
        """Return what a matrix is after quantisation in MLX's layout."""
        parts = mx.quantize(array, self.group_size, self.bits)
        return mx.dequantize(*parts, self.group_size, self.bits)

    def gguf_rounding(self, array: mx.array) -> mx.array:
        """Return what a matrix is after quantisation as Q8_0 or Q4_0."""
        from gguf import quants

        packed = quants.quantize(np.array(array), self.gguf_type)
        return mx.array(quants.dequantize(packed, self.gguf_type))

    @property
    def gguf_type(self) -> Any:
        """Return the type of the tensors in a GGUF file."""
        from gguf import GGMLQuantizationType

        return GGMLQuantizationType[self.gguf_name]

    @property
    def gguf_name(self) -> str:
        return f"Q{self.bits}_0"

    def quantized(self, theirs: Arrays, names: set[str]) -> Arrays:
        """Return arrays with X.weight, X.scales and X.biases in place of each X.weight of `names`.

        That is how MLX keeps a quantised layer.
        """
        arrays: Arrays = {}
        for name, array in theirs.items():
            if name not in names:
                arrays[name] = array
                continue
            parts = mx.quantize(array, self.group_size, self.bits)
            for part, value in zip(("weight", "scales", "biases"), parts, strict=True):
                arrays[name.removesuffix("weight") + part] = value
        return arrays


def dequantized(theirs: Arrays, group_size: int, bits: int) -> Arrays:
    """Return the arrays that `Quantization.quantized` was given, as they are after rounding.

    Raises `LmcoreError` where an array is not of these bits and group size.
    """
    arrays = dict(theirs)
    for stem in [name.removesuffix(".scales") for name in theirs if name.endswith(".scales")]:
        parts = [arrays.pop(f"{stem}.{part}", None) for part in ("weight", "scales", "biases")]
        try:
            arrays[f"{stem}.weight"] = mx.dequantize(*parts, group_size, bits)
        except (TypeError, ValueError) as error:
            reason = " ".join(str(error).split())
            raise LmcoreError(
                f"{stem}.weight is not stored in {bits} bits by groups of {group_size}: {reason}"
            ) from None
    return arrays
