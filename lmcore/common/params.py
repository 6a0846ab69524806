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
from typing import Annotated, Any, Literal, TypeVar, get_args

from pydantic import BaseModel, Field, ValidationError, model_validator
from pydantic_core import ErrorDetails
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from lmcore.common.errors import LmcoreError, listing
from lmcore.common.model_params import ModelParams
from lmcore.common.section import (
    NonEmpty,
    NonNegative,
    Section,
    Seed,
    Stories,
    Text,
    VocabSize,
)
from lmcore.common.train_params import TrainParams

PARAMS_FILE = Path("params.yaml")

_MAX_BYTES = 1_000_000  # of a file of parameters
_REPR = reprlib.Repr()
_REPR.maxlevel, _REPR.maxlist, _REPR.maxstring, _REPR.maxother = 2, 3, 60, 60


class DataParams(Section):
    """Where the stories come from (read by `download`)."""

    source: Literal["builtin", "tinystories", "simplestories", "files"]
    seed: Seed  # builtin: which stories the grammar generates
    train_stories: Stories  # builtin: stories to learn from
    validation_stories: Stories  # builtin: stories held out
    folder: NonEmpty  # files: where the .parquet, .txt, .jsonl and .json files are
    text_column: NonEmpty  # files: the column or field that holds the text
    validation_fraction: Annotated[float, Field(gt=0, lt=1)]  # files: held out if no file is


class TokenizerParams(Section):
    """Byte-pair encoding (read by `train_bpe`)."""

    vocab_size: VocabSize  # bytes, merges and <|endoftext|> together
    pattern: Literal["gpt2", "cl100k"]  # how text is cut before merging


class EncodeParams(Section):
    """Text to token shards (read by `encode`)."""

    shard_tokens: Annotated[int, Field(ge=1024, le=2**30)]  # tokens per .npy file


class EvaluateParams(Section):
    """Measuring the model (read by `evaluate`)."""

    batch_size: Annotated[int, Field(ge=1, le=1_000_000)]  # windows per forward pass
    stride: Annotated[int, Field(ge=0, le=2**24)]  # new tokens per window; 0: from each story
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
    repetition_penalty: Annotated[float, Field(gt=0, le=1000)]  # 1: off
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
    def check_sections(self) -> Params:
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
    return checked(Params, values, source)


AnyModel = TypeVar("AnyModel", bound=BaseModel)


def checked(model: type[AnyModel], values: dict[str, Any], source: str) -> AnyModel:
    """Return a `model` of these values; `LmcoreError` with the first mistake, after `source`."""
    try:
        return model.model_validate(values)
    except ValidationError as error:
        raise LmcoreError(f"{source}: {first_mistake(error, model)}.") from None


def with_defaults(defaults: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """Return `changes` with the defaults of what they do not name, in nested sections too."""
    values = {**defaults, **changes}
    for name, section in defaults.items():
        if isinstance(section, dict) and isinstance(values[name], dict):
            values[name] = {**section, **values[name]}
    return values


def read_yaml(path: Path) -> Any:
    """Return the values of a YAML 1.2 file, parsed as DVC does."""
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):  # reading a pipe would never end
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
    mistake = min(error.errors(), key=lambda each: each["type"] != "extra_forbidden")
    key = ".".join(map(str, mistake["loc"]))
    match mistake["type"]:
        case "extra_forbidden":
            for part in mistake["loc"][:-1]:
                annotation = section.model_fields[str(part)].annotation
                types = (annotation, *get_args(annotation))  # of `Law | None`, Law has the keys
                section = next(t for t in types if hasattr(t, "model_fields"))
            keys = list(section.model_fields)
            nearest = difflib.get_close_matches(str(mistake["loc"][-1]), keys, n=1)
            hint = f"the nearest is {nearest[0]}" if nearest else f"known are {listing(keys)}"
            return f"{key} is not a parameter; {hint}"
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
