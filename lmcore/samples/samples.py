"""The stories that the `sample` stage writes, with figures of their quality."""

from __future__ import annotations

from pathlib import Path

from lmcore.common.atomic_files import atomic_directory, write_json, write_text
from lmcore.common.checksums import write_checksums
from lmcore.generation.storytelling import Generator
from lmcore.samples.quality import quality
from lmcore.tokenizer.pretokenize import replace_surrogates


def save_samples(generator: Generator, prompts: list[str], raw: Path, folder: Path) -> None:
    """Write a story for each prompt, and figures of their quality, to `folder`."""
    prompts = [replace_surrogates(prompt) for prompt in prompts]  # YAML's "\ud800" is no text
    texts = zip(prompts, generator.generate(prompts), strict=True)
    samples = [{"prompt": prompt, "text": text} for prompt, text in texts]
    figures = quality(samples, raw)
    markdown = ["# Samples"] + [
        f"## {sample['prompt']}\n\n**{sample['prompt']}**{sample['text']}" for sample in samples
    ]
    with atomic_directory(folder) as partial:
        write_json(partial / "samples.json", samples)
        write_text(partial / "samples.md", "\n\n".join(markdown) + "\n")
        write_json(partial / "quality.json", figures)
        write_checksums(partial)
