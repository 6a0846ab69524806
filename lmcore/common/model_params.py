"""The `model` section of params.yaml."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from lmcore.common.section import Implementation, NonNegative, Probability, Section


class MoEParams(Section):
    """Mixture of experts in place of the feed-forward."""

    experts: Annotated[int, Field(ge=0, le=1024)]  # 0: a plain feed-forward in every block
    top_k: Annotated[int, Field(ge=1, le=1024)]  # experts that each token is sent to
    every: Annotated[int, Field(ge=1, le=1024)]  # every n-th block is a mixture
    balance: Literal["loss", "bias"]  # auxiliary loss, or the loss-free bias
    # The weight of that loss (0.01 in Switch, and per micro-batch and worker: their
    # means are no large batch's), or the step of that bias (0.001 in Wang et al.).
    balance_coefficient: NonNegative
    z_loss_coefficient: NonNegative  # weight of the router's z-loss

    @model_validator(mode="after")
    def check_experts(self) -> MoEParams:
        if self.experts and self.top_k > self.experts:
            raise ValueError(
                f"model.moe.top_k is {self.top_k}; it must be at most "
                f"model.moe.experts, which is {self.experts}"
            )
        return self


class ModelParams(Section):
    """The transformer (read by `train`)."""

    implementation: Implementation  # which code computes the formulas; auto: by device
    context_length: Annotated[int, Field(ge=2, le=2**24)]
    d_model: Annotated[int, Field(ge=1, le=2**17)]
    n_layers: Annotated[int, Field(ge=1, le=1024)]
    n_heads: Annotated[int, Field(ge=1, le=4096)]
    n_kv_heads: Annotated[int, Field(ge=1, le=4096)]  # fewer than n_heads: grouped-query attention
    d_ff: Annotated[int, Field(ge=1, le=2**20)]
    positions: Literal["rope", "learned", "sinusoidal", "alibi", "none"]
    rope_theta: Annotated[float, Field(ge=1, le=1e9)]
    rope_share: Annotated[float, Field(gt=0, le=1)]  # of a head's channels, which rotate
    attention_window: Annotated[int, Field(ge=0, le=2**24)]  # tokens that a block sees; 0: all
    global_every: Annotated[int, Field(ge=0, le=1024)]  # every n-th block sees all; 0: none
    norm: Literal["rmsnorm", "layernorm"]
    norm_placement: Literal["pre", "post", "sandwich", "none"]
    residual: bool
    feed_forward: Literal["gelu", "relu", "relu2", "swiglu"]
    qk_norm: bool
    head_gates: bool  # each token's gate on the result of each head
    value_embeddings: Annotated[int, Field(ge=0, le=1024)]  # last blocks with a table
    value_embedding_form: Literal["table", "projection"]  # of the token, or of its embedding
    residual_scalars: bool  # x = a x + b x0 before each block, a and b learned
    unet_skips: bool  # the second half of the blocks reads the outputs of the first
    smear: bool  # each embedding takes a gated share of the one before it
    short_convolution: Literal["none", "input", "qkv"]  # of attention's input, or q, k and v
    convolution_width: Annotated[int, Field(ge=2, le=64)]  # tokens that it sums
    embedding_std: Annotated[float, Field(gt=0, le=10)]  # of the initial token embeddings
    copying_blocks: Annotated[int, Field(ge=0, le=1024)]  # last blocks that copy at first; or all
    zero_init_projections: bool  # what writes to the residual stream starts at 0
    logit_softcap: NonNegative  # cap * tanh(logits / cap); 0: off
    tied_embeddings: bool
    bias: bool
    dropout: Probability
    moe: MoEParams

    @model_validator(mode="after")
    def check_shapes(self) -> ModelParams:
        if self.d_model % self.n_heads:
            raise ValueError(
                f"model.d_model is {self.d_model}; it must be a multiple of "
                f"model.n_heads, which is {self.n_heads}"
            )
        if self.n_heads % self.n_kv_heads:
            raise ValueError(
                f"model.n_heads is {self.n_heads}; it must be a multiple of "
                f"model.n_kv_heads, which is {self.n_kv_heads}"
            )
        if self.positions == "rope" and self.head_dim % 2:
            raise ValueError(
                f"model.d_model / model.n_heads is {self.head_dim}; "
                "model.positions rope turns pairs and needs an even number"
            )
        if self.positions == "rope" and (not self.rope_dim or self.rope_dim % 2):
            raise ValueError(
                f"model.rope_share is {self.rope_share}; of a head's {self.head_dim} channels it "
                f"gives {self.rope_share * self.head_dim:g}, and must give an even number"
            )
        return self

    @model_validator(mode="after")
    def check_value_embeddings(self) -> ModelParams:
        if self.value_embeddings > self.n_layers:
            raise ValueError(
                f"model.value_embeddings is {self.value_embeddings}; it must be at most "
                f"model.n_layers, which is {self.n_layers}"
            )
        return self

    @property
    def norm_before(self) -> bool:
        """Whether a sublayer reads the normalised stream."""
        return self.norm_placement in ("pre", "sandwich")

    @property
    def head_dim(self) -> int:
        return self.d_model // self.n_heads

    @property
    def rope_dim(self) -> int:
        """The channels of a head that rotate, the first ones; 0 where the share is no integer."""
        channels = self.rope_share * self.head_dim
        return round(channels) if abs(channels - round(channels)) < 1e-6 else 0
