"""What the sections of params.yaml are made of: strict classes, and types with their limits."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Steps = Annotated[int, Field(ge=1, le=100_000_000)]
Stories = Annotated[int, Field(ge=1, le=100_000_000)]
NonNegative = Annotated[float, Field(ge=0, le=1000)]
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
