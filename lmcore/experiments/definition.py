"""What an experiment is: one YAML file that says what varies and over which seeds.

    question: Does RMSNorm learn as fast as LayerNorm?
    profile: quickstart            # the parameters that all cells share: profiles/quickstart.yaml
    base: {train.steps: 300}       # changes to the profile, in every cell
    variants:                      # by name; the first one is what the others are compared with
      rmsnorm: {}
      layernorm: {model.norm: layernorm}
    seeds: [1, 2, 3]               # train.seed: initial weights and order of batches
    tune:                          # optional: each variant first chooses its best value
      train.learning_rate: [0.001, 0.003, 0.01]
    context_factors: [2, 4]        # optional: also evaluated with windows so many times as long
    law: {predict: largest}        # optional: a scaling law, fitted to the other variants

A cell is one variant with one seed: a whole run, whose only output is its result file. In
place of `train.steps` a budget can be given (`budget.flops`, say), from which the cell
computes its steps before it trains.
"""

from __future__ import annotations

import math
import re
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, model_validator

from lmcore.common.errors import LmcoreError, listing
from lmcore.common.params import Params, checked, parse_params, read_yaml

FILE = "experiment.yaml"
TUNING_SEED = 0  # of the runs that choose a value: none of the seeds that are reported

# What a budget may be in: total FLOPs, tokens, bytes of text, or tokens per active parameter.
BUDGETS = ("budget.flops", "budget.tokens", "budget.bytes", "budget.tokens_per_parameter")
MIN_LAW_VARIANTS = 6  # the law has five parameters

Changes = dict[str, Any]  # value by dotted key, such as `train.learning_rate`


class Law(BaseModel):
    """A scaling law that is fitted to all variants but one, which it predicts."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    predict: str


class Experiment(BaseModel):
    """The content of an experiment.yaml."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    question: Annotated[str, Field(min_length=1)]
    profile: Annotated[str, Field(min_length=1)]
    base: Changes = {}
    variants: Annotated[dict[str, Changes], Field(min_length=1, max_length=50)]
    seeds: Annotated[list[Annotated[int, Field(ge=1, lt=2**31)]], Field(min_length=1)]
    tune: dict[str, Annotated[list[Any], Field(min_length=2)]] = {}
    context_factors: list[Annotated[int, Field(ge=2, le=16)]] = []  # evaluated beyond the context
    law: Law | None = None

    @model_validator(mode="after")
    def _check_values(self) -> Experiment:
        for name in self.variants:  # each is part of a file's name
            if not re.fullmatch(r"[A-Za-z0-9_]+", name):
                raise ValueError(f"variants.{name} must be letters, digits and underscores")
        if len(set(self.seeds)) < len(self.seeds):
            raise ValueError(f"seeds are {self.seeds}; each may be named once")
        if len(self.tune) > 1:
            raise ValueError(f"tune names {listing(self.tune, 'and')}; it may name one parameter")
        if self.law is not None:
            if self.law.predict not in self.variants:
                raise ValueError(
                    f"law.predict is {self.law.predict!r}; allowed are the names of variants"
                )
            if len(self.variants) <= MIN_LAW_VARIANTS:
                raise ValueError(
                    f"variants are {len(self.variants)}; a law needs {MIN_LAW_VARIANTS} "
                    "beside the one that it predicts"
                )
        return self

    @property
    def fitted(self) -> list[str]:
        """The variants that a law is fitted to; all of them where there is no law."""
        return [name for name in self.variants if self.law is None or name != self.law.predict]


def load_experiment(folder: Path) -> Experiment:
    """Return the experiment of `folder`, each of its cells' parameters checked.

    Raises `LmcoreError` with one sentence that names the file and the key.
    """
    path = folder / FILE
    if not path.is_file():
        names = sorted(other.parent.name for other in folder.parent.glob(f"*/{FILE}"))
        raise LmcoreError(
            f"{path} does not exist; "
            + (f"known experiments are {listing(names, 'and')}." if names else "write it first.")
        )
    values = read_yaml(path)
    if not isinstance(values, dict):
        raise LmcoreError(f"{path} must hold keys such as `variants:`, found {values!r}.")
    experiment = checked(Experiment, values, str(path))
    for name in experiment.variants:
        for tuned in tuning_changes(experiment) or [{}]:
            cell_params(folder, experiment, name, experiment.seeds[0], tuned)
    return experiment


def tuning_changes(experiment: Experiment) -> list[Changes]:
    """Return the changes among which each variant chooses; empty where nothing is tuned."""
    return [{key: value} for key, values in experiment.tune.items() for value in values]


def cell_budget(experiment: Experiment, variant: str) -> tuple[str, float] | None:
    """Return the unit and the amount of a cell's budget; None where its steps are given."""
    for changes in (experiment.variants[variant], experiment.base):
        for key in BUDGETS:
            if key in changes:
                return key.removeprefix("budget."), changes[key]
    return None


def cell_params(
    folder: Path, experiment: Experiment, variant: str, seed: int, tuned: Changes
) -> Params:
    """Return the parameters of one cell: the profile, the base, the variant, the seed.

    Where the cell has a budget, `train.steps` is still that of the profile.
    """
    if variant not in experiment.variants:
        raise LmcoreError(
            f"{folder / FILE} has no variant {variant!r}; it has {listing(experiment.variants)}."
        )
    values = read_yaml(folder.parent.parent / "profiles" / f"{experiment.profile}.yaml")
    changes = experiment.base | tuned | experiment.variants[variant] | {"train.seed": seed}
    for key, value in changes.items():
        if key.startswith("budget."):
            if key not in BUDGETS:
                raise LmcoreError(
                    f"{folder / FILE}: {key} is no budget; allowed are {listing(BUDGETS)}."
                )
            is_number = isinstance(value, int | float) and not isinstance(value, bool)
            if not (is_number and 0 < value < math.inf):
                raise LmcoreError(
                    f"{folder / FILE}: {key} is {value!r}; it must be a number above 0."
                )
            continue
        *sections, name = key.split(".")
        section = values
        for part in sections:
            section = section.get(part) if isinstance(section, dict) else None
        if not isinstance(section, dict) or name not in section:
            raise LmcoreError(
                f"{folder / FILE}: {key} is not a parameter of profile {experiment.profile}."
            )
        section[name] = value
    return parse_params(values, f"{folder / FILE}, variant {variant}")
