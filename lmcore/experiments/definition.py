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

A cell is one variant with one seed: a whole run, whose only output is its result file.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, field_validator

from lmcore.common.errors import LmcoreError, listing
from lmcore.common.params import Params, checked, parse_params, read_yaml

FILE = "experiment.yaml"
TUNING_SEED = 0  # of the runs that choose a value: none of the seeds that are reported

Changes = dict[str, Any]  # value by dotted key, such as `train.learning_rate`


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

    @field_validator("variants")
    @classmethod
    def _names_are_file_names(cls, variants: dict[str, Changes]) -> dict[str, Changes]:
        for name in variants:
            if not re.fullmatch(r"[A-Za-z0-9_]+", name):
                raise ValueError(f"variants.{name} must be letters, digits and underscores")
        return variants

    @field_validator("seeds")
    @classmethod
    def _seeds_differ(cls, seeds: list[int]) -> list[int]:
        if len(set(seeds)) < len(seeds):
            raise ValueError(f"seeds are {seeds}; each may be named once")
        return seeds

    @field_validator("tune")
    @classmethod
    def _one_parameter_is_tuned(cls, tune: dict[str, list[Any]]) -> dict[str, list[Any]]:
        if len(tune) > 1:
            raise ValueError(f"tune names {listing(tune, 'and')}; it may name one parameter")
        return tune


def load_experiment(folder: Path) -> Experiment:
    """Return the experiment of `folder`, each of its cells' parameters checked.

    Raises `LmcoreError` with one sentence that names the file and the key.
    """
    path = folder / FILE
    if not path.is_file():
        known = sorted(other.parent.name for other in folder.parent.glob(f"*/{FILE}"))
        raise LmcoreError(
            f"{path} does not exist; "
            + (f"known experiments are {listing(known, 'and')}." if known else "write it first.")
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


def cell_params(
    folder: Path, experiment: Experiment, variant: str, seed: int, tuned: Changes
) -> Params:
    """Return the parameters of one cell: the profile, the base, the variant, the seed."""
    values = read_yaml(folder.parent.parent / "profiles" / f"{experiment.profile}.yaml")
    changes = experiment.base | tuned | experiment.variants[variant] | {"train.seed": seed}
    for key, value in changes.items():
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
