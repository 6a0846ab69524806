"""Exporting as a whole: a folder for other programs, made from a model folder of ours."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from lmcore.common.atomic_files import atomic_directory, write_text
from lmcore.common.errors import LmcoreError, listing
from lmcore.common.params import SampleParams
from lmcore.common.paths import TOKENS
from lmcore.export.architectures import architecture_of
from lmcore.export.card import model_card
from lmcore.export.cost import cost_as_text, quantization_cost
from lmcore.export.gguf import GGUF, write_gguf
from lmcore.export.huggingface import write_huggingface
from lmcore.export.provenance import Run
from lmcore.export.quantization import Quantization
from lmcore.model import GPT
from lmcore.tokenizer.tokenizer import Tokenizer

_WRITTEN = {
    "README.md",
    "config.json",
    "generation_config.json",
    "merges.txt",
    "model.safetensors",
    "tokenizer.json",
    "tokenizer_config.json",
    GGUF,
}


def export(
    into: Path,
    model: GPT,
    tokenizer: Tokenizer,
    sample: SampleParams,
    run: Run,
    gguf: bool,
    bits: int = 0,
    tokens: Path = TOKENS,
) -> str:
    """Write the folder `into`, whole or not at all; return a sentence that names its readers.

    With `bits`, 8 or 4, it also states what they cost, measured on the validation tokens in
    `tokens`. Raises `LmcoreError` where the model has no counterpart elsewhere, and where `into`
    holds anything but an earlier export.
    """
    architecture = architecture_of(model.config)
    folder = replaceable(into, _WRITTEN, _is_export)
    quantization = Quantization.of(model, bits) if bits else None
    with atomic_directory(folder) as partial:
        write_huggingface(partial, model, tokenizer, sample, quantization)
        if gguf:
            write_gguf(partial, model, tokenizer, quantization)
        cost: dict[str, float] = {}
        if quantization:
            cost = quantization_cost(model, quantization, tokenizer, tokens, gguf)
        write_text(partial / "README.md", model_card(model, run, gguf, quantization, cost))
    readers = listing(architecture.readers(model.config, gguf, bool(bits)), "and")
    if quantization is None:
        return f"{into}: {architecture.name}, for {readers}."
    return f"{into}: {architecture.name} in {bits} bits, for {readers}. {cost_as_text(cost)}"


def replaceable(folder: Path, written: set[str], own: Callable[[Path], bool]) -> Path:
    """Return `folder` without `..`; `LmcoreError` if to replace it would lose what others wrote.

    The command writes the files `written`, and `own` distinguishes its own folder from others with
    such files. Once a/ is made, a/../b is another folder than one that could not be found before:
    so the path that is looked at is the one that is written.
    """
    named, folder = folder, Path(os.path.abspath(folder))
    if folder.exists() and not folder.is_dir():
        raise LmcoreError(f"{named} is a file; name a folder.")
    names = sorted(path.name for path in folder.iterdir()) if folder.exists() else []
    foreign = [name for name in names if name not in written]
    if not foreign and names and not own(folder):
        foreign = [f"a {names[0]} that this command did not write"]
    if foreign:
        raise LmcoreError(f"{named} holds {foreign[0]}, which would be lost; name another folder.")
    if Path.cwd().is_relative_to(folder):
        raise LmcoreError(f"{named} is where the command runs; name a folder in it.")
    return folder


def _is_export(folder: Path) -> bool:
    """Return whether its card names us: a model of ours has none, one from elsewhere does not."""
    card = folder / "README.md"
    return card.exists() and "lmcore" in card.read_text("utf-8", errors="replace")
