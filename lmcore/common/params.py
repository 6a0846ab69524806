"""Every parameter of the pipeline, typed and checked before any work begins.

`params.yaml` holds one section per concern; each is a frozen class here, with
the allowed values beside the field. `load_params` reads the whole file, so a
mistake in the last stage's section is found before the first stage runs. The
maxima are far above what is useful: a slip of the finger ends in a sentence, and not
in an overflow or a run without end. Memory is checked when the sizes are
known (lmcore/backend/memory.py).
"""

from __future__ import annotations

import difflib
import reprlib
import stat
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import ErrorDetails
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from lmcore.common.errors import LmcoreError, listing

PARAMS_FILE = Path("params.yaml")

_MAX_BYTES = 1_000_000  # of a file of parameters
_REPR = reprlib.Repr()
_REPR.maxlevel, _REPR.maxlist, _REPR.maxstring, _REPR.maxother = 2, 3, 60, 60

Steps = Annotated[int, Field(ge=1, le=100_000_000)]
Stories = Annotated[int, Field(ge=1, le=100_000_000)]
NonNegative = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
NonEmpty = Annotated[str, Field(min_length=1, max_length=100_000)]
Text = Annotated[str, Field(max_length=100_000)]
Probability = Annotated[float, Field(ge=0, lt=1)]
Implementation = Literal["auto", "reference", "cpu_kernels", "mlx"]
Seed = Annotated[int, Field(ge=0, lt=2**32)]
# Token ids are stored as uint16, and every byte is a token beside <|endoftext|>.
VocabSize = Annotated[int, Field(ge=257, le=65536)]


class Section(BaseModel):
    """A part of params.yaml: unknown keys and wrong types are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class DataParams(Section):
    """Where the stories come from (read by `download`)."""

    source: Literal["builtin", "tinystories", "files"]
    seed: Seed  # builtin: which stories the grammar generates
    train_stories: Stories  # builtin: stories to learn from
    validation_stories: Stories  # builtin: stories held out
    folder: str  # files: where the .parquet, .txt, .jsonl and .json files are
    text_column: NonEmpty  # files: the column or field that holds the text
    validation_fraction: Annotated[float, Field(gt=0, lt=1)]  # files: held out if no file is


class TokenizerParams(Section):
    """Byte-pair encoding (read by `train_bpe`)."""

    vocab_size: VocabSize  # bytes, merges and <|endoftext|> together
    pattern: Literal["gpt2", "cl100k"]  # how text is cut before merging


class EncodeParams(Section):
    """Text to token shards (read by `encode`)."""

    shard_tokens: Annotated[int, Field(ge=1024, le=2**30)]  # tokens per .npy file


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
    def _enough_experts(self) -> MoEParams:
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
    rope_theta: Positive
    norm: Literal["rmsnorm", "layernorm"]
    norm_placement: Literal["pre", "post", "none"]
    residual: bool
    feed_forward: Literal["gelu", "relu", "relu2", "swiglu"]
    qk_norm: bool
    value_embeddings: Annotated[int, Field(ge=0, le=1024)]  # last blocks with a table
    residual_scalars: bool  # x = a x + b x0 before each block, a and b learned
    zero_init_projections: bool  # what writes to the residual stream starts at 0
    logit_softcap: NonNegative  # cap * tanh(logits / cap); 0: off
    tied_embeddings: bool
    bias: bool
    dropout: Probability
    moe: MoEParams

    @model_validator(mode="after")
    def _shapes_fit(self) -> ModelParams:
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
        return self

    @model_validator(mode="after")
    def _enough_blocks(self) -> ModelParams:
        if self.value_embeddings > self.n_layers:
            raise ValueError(
                f"model.value_embeddings is {self.value_embeddings}; it must be at most "
                f"model.n_layers, which is {self.n_layers}"
            )
        return self

    @property
    def head_dim(self) -> int:
        return self.d_model // self.n_heads


class TrainParams(Section):
    """The training run (read by `train`)."""

    seed: Seed
    steps: Steps
    batch_size: Annotated[int, Field(ge=1, le=1_000_000)]  # sequences per micro-batch
    # micro-batches per optimizer step
    gradient_accumulation: Annotated[int, Field(ge=1, le=100_000)]
    workers: Annotated[int, Field(ge=1, le=128)]  # processes that share each step's batch
    optimizer: Literal["adamw", "muon"]
    learning_rate: Positive
    schedule: Literal["cosine", "linear", "wsd", "constant"]
    warmup_steps: Annotated[int, Field(ge=0, le=100_000_000)]
    final_learning_rate_ratio: Annotated[float, Field(ge=0, le=1)]
    beta1: Probability
    beta2: Probability
    epsilon: Positive
    weight_decay: NonNegative  # decoupled, on matrices only
    max_grad_norm: Positive
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
    def _warmup_ends(self) -> TrainParams:
        if self.warmup_steps >= self.steps:
            raise ValueError(
                f"train.warmup_steps is {self.warmup_steps}; it must be smaller than "
                f"train.steps, which is {self.steps}"
            )
        if self.batch_size % self.workers:
            raise ValueError(
                f"train.batch_size is {self.batch_size}; it must be a multiple of "
                f"train.workers, which is {self.workers}"
            )
        return self


class EvaluateParams(Section):
    """Measuring the model (read by `evaluate`)."""

    batch_size: Annotated[int, Field(ge=1, le=1_000_000)]  # windows per forward pass
    stride: Annotated[int, Field(ge=0, le=2**24)]  # new tokens per window; 0: all
    coherence_stories: Annotated[int, Field(ge=0, le=100_000)]  # sampled and checked; 0: none
    coherence_checkpoint_stories: Annotated[int, Field(ge=0, le=100_000)]  # at each checkpoint
    coherence_temperature: NonNegative  # 0: always the likeliest token
    coherence_top_p: Annotated[float, Field(gt=0, le=1)]  # 1: off
    copying_stories: Annotated[int, Field(ge=0, le=100_000)]  # held-out, their mentions measured


class SampleParams(Section):
    """Stories from the model (read by `sample`)."""

    seed: Seed
    prompts: Annotated[list[Text], Field(min_length=1, max_length=1000)]
    max_tokens: Annotated[int, Field(ge=1, le=1_000_000)]  # memory for all is taken at once
    temperature: NonNegative  # 0: always the likeliest token
    top_k: Annotated[int, Field(ge=0, le=2**24)]  # 0: off
    top_p: Annotated[float, Field(gt=0, le=1)]  # 1: off
    min_p: Annotated[float, Field(ge=0, le=1)]  # 0: off
    repetition_penalty: Positive  # 1: off
    stop: Annotated[list[NonEmpty], Field(max_length=1000)]  # texts that end a story before them

    def with_options(self, options: dict[str, Any]) -> SampleParams:
        """Return these parameters with a command's options in place of some.

        Raises `LmcoreError` with one sentence that names the option.
        """
        try:
            return SampleParams.model_validate(self.model_dump() | options)
        except ValidationError as error:
            mistake = error.errors()[0]
            option = str(mistake["loc"][0]).replace("_", "-")
            raise LmcoreError(f"--{option} {_found_and_allowed(mistake)}.") from None


class InsideParams(Section):
    """What the parts of the model do (read by `inside`)."""

    windows: Annotated[int, Field(ge=1, le=4096)]  # validation windows for ablation and lens
    pairs: Annotated[int, Field(ge=0, le=1000)]  # minimal pairs for patching; 0: none
    prompt: NonEmpty  # continued by every kept checkpoint
    prompt_tokens: Annotated[int, Field(ge=1, le=1000)]  # the length of that continuation


class ReportParams(Section):
    """The page at the end (read by `report`)."""

    attention_text: NonEmpty  # the sentence whose attention is drawn
    live_model_mb: NonNegative  # largest model that the page holds, MB of text; 0: none
    live_weights: Literal["float16", "int8"]  # what its matrices are stored as


class Params(Section):
    """All of params.yaml."""

    data: DataParams
    tokenizer: TokenizerParams
    encode: EncodeParams
    model: ModelParams
    train: TrainParams
    evaluate: EvaluateParams
    sample: SampleParams
    inside: InsideParams
    report: ReportParams

    @model_validator(mode="after")
    def _sections_agree(self) -> Params:
        if self.model.implementation == "cpu_kernels" and self.train.precision != "float32":
            raise ValueError(
                f"train.precision is {self.train.precision}; with model.implementation "
                "cpu_kernels it must be float32"
            )
        if self.evaluate.stride > self.model.context_length:
            raise ValueError(
                f"evaluate.stride is {self.evaluate.stride}; it must be at most "
                f"model.context_length, which is {self.model.context_length}"
            )
        return self


def load_params(path: Path = PARAMS_FILE) -> Params:
    """Return all parameters in `path`, validated.

    Raises `LmcoreError` with one sentence that names the key, what was found
    and what is allowed.
    """
    return parse_params(read_yaml(path), str(path))


def parse_params(values: Any, source: str) -> Params:
    """Return parameters from values already read; errors name them `source`."""
    if not isinstance(values, dict):
        raise LmcoreError(
            f"{source}: expected sections such as `model:`, found {_shortened(values)}."
        )
    try:
        return Params.model_validate(values)
    except ValidationError as error:
        raise LmcoreError(f"{source}: {first_mistake(error, Params)}.") from None


def read_yaml(path: Path) -> Any:
    """Return the values of a YAML 1.2 file, parsed as DVC does."""
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):  # reading a pipe would wait for ever
            raise LmcoreError(f"{path} is not a file.")
        if status.st_size > _MAX_BYTES:
            raise LmcoreError(
                f"{path} has {status.st_size:,} bytes; a file of parameters has at most "
                f"{_MAX_BYTES:,}."
            )
        return YAML(typ="safe", pure=True).load(path.read_text("utf-8"))
    except FileNotFoundError:
        raise LmcoreError(f"{path} does not exist.") from None
    except RecursionError:
        raise LmcoreError(f"{path} is not valid YAML: it is nested too deeply.") from None
    except (YAMLError, UnicodeDecodeError) as error:
        raise LmcoreError(f"{path} is not valid YAML: {' '.join(str(error).split())}.") from None
    except ValueError:  # Python's limit is 4,300 digits
        raise LmcoreError(f"{path} holds an integer of thousands of digits.") from None


def first_mistake(error: ValidationError, section: type[BaseModel]) -> str:
    """Return the first mistake in `section`, as `KEY is FOUND; it should be ALLOWED`."""
    # A misspelt key also makes the right one missing: name the misspelling.
    mistake = min(error.errors(), key=lambda found: found["type"] != "extra_forbidden")
    key = ".".join(map(str, mistake["loc"]))
    match mistake["type"]:
        case "extra_forbidden":
            return _unknown_key(mistake["loc"], section)
        case "missing":
            return f"{key} is missing"
        case "value_error":  # from a validator above, which names its keys itself
            return str(mistake["ctx"]["error"])
        case _:
            return f"{key} {_found_and_allowed(mistake)}"


def _found_and_allowed(mistake: ErrorDetails) -> str:
    allowed = mistake["msg"].partition(" ")[2]  # "Input should be ...", "String should have ..."
    return f"is {_shortened(mistake['input'])}; it {allowed}"


def _shortened(value: Any) -> str:
    """Return `repr(value)`, cut to about one line however large the value is."""
    if isinstance(value, int) and value.bit_length() > 128:
        return f"an integer of about {round(value.bit_length() * 0.30103):,} digits"
    return _REPR.repr(value)


def _unknown_key(location: tuple[str | int, ...], section: Any) -> str:
    for part in location[:-1]:
        section = section.model_fields[part].annotation
    known = list(section.model_fields)
    near = difflib.get_close_matches(str(location[-1]), known, n=1)
    hint = f"the nearest is {near[0]}" if near else f"known are {listing(known)}"
    return f"{'.'.join(map(str, location))} is not a parameter; {hint}"
