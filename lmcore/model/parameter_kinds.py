"""What kind of array each parameter of a model is, decided here once from its name and rank.

The kind decides how an array is initialised (model/initialization.py), which
update rule and weight decay it gets (training/optimizer.py), whether it is
rounded in low precision (training/train_step.py) and what it costs
(planning/flops_and_memory.py).
"""

from __future__ import annotations

from enum import Enum, auto


class Kind(Enum):
    EMBEDDING = auto()  # a row per token or position, looked up: (V, D)
    MATRIX = auto()  # a linear map between hidden states: (outputs, inputs)
    EXPERT_MATRIX = auto()  # one such map per expert: (E, outputs, inputs)
    OUTPUT = auto()  # the output projection, where it is not the embedding: (V, D)
    ROUTER = auto()  # a score per expert: (E, D)
    SELECTION_BIAS = auto()  # of loss-free balancing, not trained by the loss: (E,)
    VECTOR = auto()  # weights of norms, gates and convolutions by channel; learned scalars
    BIAS = auto()
    EXPERT_BIAS = auto()  # (E, outputs)


BIASES = {Kind.BIAS, Kind.EXPERT_BIAS, Kind.SELECTION_BIAS}
EXPERTS = {Kind.EXPERT_MATRIX, Kind.EXPERT_BIAS}
HIDDEN_MATRICES = {Kind.MATRIX, Kind.EXPERT_MATRIX}
ROUTING = {Kind.ROUTER, Kind.SELECTION_BIAS}


def kind_of(name: str, ndim: int) -> Kind:
    """Return the kind of the array of rank `ndim` that has this name in `GPT.parameters()`."""
    if name.endswith("router.selection_bias"):
        return Kind.SELECTION_BIAS
    if name.endswith("bias"):
        return Kind.BIAS if ndim == 1 else Kind.EXPERT_BIAS
    if ndim < 2 or ".convolutions." in name or name.endswith(".gates"):
        return Kind.VECTOR
    if name.endswith("router.weight"):
        return Kind.ROUTER
    if name.endswith("output.weight") and not name.startswith("blocks."):
        return Kind.OUTPUT
    if not name.startswith("blocks.") or name.endswith("value_embedding.table.weight"):
        return Kind.EMBEDDING
    return Kind.MATRIX if ndim == 2 else Kind.EXPERT_MATRIX


def writes_to_residual_stream(name: str) -> bool:
    """Return whether the array is a sublayer's last matrix: its output is added to the stream."""
    return name.endswith(("attention.output.weight", "feed_forward.down.weight"))
