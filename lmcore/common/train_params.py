"""The `train` section of params.yaml."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from lmcore.common.section import NonNegative, Probability, Section, Seed, Steps


class MuonParams(Section):
    """What Muon does beside its step."""

    # Steps in which its momentum rises from 0.85 to 0.95; 0: 0.95 from the first.
    momentum_warmup_steps: Annotated[int, Field(ge=0, le=100_000_000)]
    normalize_rows: bool  # NorMuon


class LearningRateScale(Section):
    """Factors of the learning rate, by kind of array (lmcore/model/parameter_kinds.py)."""

    embedding: NonNegative  # of tokens, positions and values
    output: NonNegative  # the output projection, where it is not the embedding
    matrices: NonNegative  # of attention, feed-forwards, experts and routers
    vectors: NonNegative  # norms, biases, learned scalars, convolutions


class TrainParams(Section):
    """The training run (read by `train`)."""

    seed: Seed
    steps: Steps
    batch_size: Annotated[int, Field(ge=1, le=1_000_000)]  # sequences per micro-batch
    # micro-batches per optimizer step
    gradient_accumulation: Annotated[int, Field(ge=1, le=100_000)]
    # steps in which their number rises from 1; 0: always all
    batch_warmup_steps: Annotated[int, Field(ge=0, le=100_000_000)]
    workers: Annotated[int, Field(ge=1, le=128)]  # processes that share each step's batch
    optimizer: Literal["adamw", "muon"]
    muon: MuonParams
    learning_rate: Annotated[float, Field(gt=0, le=10)]
    learning_rate_scale: LearningRateScale
    schedule: Literal["cosine", "linear", "wsd", "constant"]
    warmup_steps: Annotated[int, Field(ge=0, le=100_000_000)]
    final_learning_rate_ratio: Annotated[float, Field(ge=0, le=1)]
    decay_share: Annotated[float, Field(gt=0, le=1)]  # wsd: of the steps after the warmup
    beta1: Probability
    beta2: Probability
    epsilon: Annotated[float, Field(ge=1e-30, le=1)]  # float32 has few smaller numbers
    weight_decay: NonNegative  # decoupled, on matrices only
    weight_decay_schedule: Literal["constant", "linear"]
    cautious_weight_decay: bool  # only where the step shrinks the weight as well
    max_grad_norm: Annotated[float, Field(gt=0, le=1e6)]
    max_loss_spike: NonNegative  # stop when a step's loss is this far above the mean; 0: never
    precision: Literal["float32", "bfloat16", "float16"]  # of activations and gradients
    gradient_checkpointing: bool  # recompute activations in the backward pass
    ema_decay: Probability  # of the moving average of the weights, which is the result; 0: off
    mask_documents: bool  # attention stays within a story
    align_documents: bool  # each window begins where a story begins
    eval_every: Steps  # steps between evaluations on the validation split
    eval_batches: Annotated[int, Field(ge=1, le=100_000)]  # batches per evaluation
    checkpoint_every: Steps  # steps between checkpoints
    # log-spaced steps whose weights are kept; 0: none
    kept_checkpoints: Annotated[int, Field(ge=0, le=1000)]

    @model_validator(mode="after")
    def check_steps(self) -> TrainParams:
        if self.warmup_steps >= self.steps:
            raise ValueError(
                f"train.warmup_steps is {self.warmup_steps}; it must be smaller than "
                f"train.steps, which is {self.steps}"
            )
        if self.batch_warmup_steps >= self.steps:
            raise ValueError(
                f"train.batch_warmup_steps is {self.batch_warmup_steps}; it must be smaller than "
                f"train.steps, which is {self.steps}"
            )
        if self.batch_size % self.workers:
            raise ValueError(
                f"train.batch_size is {self.batch_size}; it must be a multiple of "
                f"train.workers, which is {self.workers}"
            )
        return self
