"""A model with its tokenizer, and a method for each question that one asks of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import mlx.core as mx
import numpy as np
from mlx.utils import tree_flatten

from lmcore.common.errors import LmcoreError
from lmcore.common.params import SampleParams, checked
from lmcore.common.paths import MODEL
from lmcore.evaluation.bits_per_byte import figures
from lmcore.evaluation.losses import model_losses
from lmcore.generation.storytelling import Generator
from lmcore.model import GPT, ForwardContext, load_model
from lmcore.tokenizer.pretokenize import replace_surrogates
from lmcore.tokenizer.tokenizer import Tokenizer

_BAR = 40  # characters of the bar of a token that is certain


class TokenProbabilities(dict[str, float]):
    """The likeliest next tokens and their probabilities, the likeliest first.

    A token that is no text by itself, as the first byte of a letter, is named `<0xC3>`.
    """

    def __repr__(self) -> str:
        rest = max(0.0, 1 - sum(self.values()))
        names = [*map(repr, self), "all others"]
        width = max(map(len, names))
        lines = (
            f"{name:<{width}}  {probability:.4f}  {'█' * round(_BAR * probability)}".rstrip()
            for name, probability in zip(names, [*self.values(), rest], strict=True)
        )
        return "\n".join(lines)


@dataclass(frozen=True)
class AttentionWeights:
    """How much each token attends to each, in every head.

    `weights[layer, head, query, key]`, (layers, heads, T, T) float32: each query's row
    adds up to 1, and is 0 for later keys. `tokens` are the T tokens, <|endoftext|> first.
    """

    tokens: list[str]
    weights: np.ndarray

    def __repr__(self) -> str:
        layers, heads, length, _ = self.weights.shape
        return (
            f"AttentionWeights: weights of shape {self.weights.shape}, which is {layers} layers, "
            f"{heads} heads, {length} queries, {length} keys; tokens {self.tokens}"
        )


class LanguageModel:
    """A `GPT` and the tokenizer of its ids.

    Every text is read as a story is in training: after an end of text.
    """

    def __init__(self, model: GPT, tokenizer: Tokenizer) -> None:
        if tokenizer.vocab_size > model.config.vocab_size:
            raise LmcoreError(
                f"The tokenizer has {tokenizer.vocab_size:,} tokens; it must have at most those "
                f"of the model, which are {model.config.vocab_size:,}."
            )
        self.model, self.tokenizer, self.config = model, tokenizer, model.config

    def __repr__(self) -> str:
        c = self.config
        parameters = sum(array.size for _, array in tree_flatten(self.model.parameters()))
        return (
            f"LanguageModel: {parameters:,} parameters, {c.n_layers} layers of {c.n_heads} heads, "
            f"d_model {c.d_model}, context {c.context_length} tokens, "
            f"vocabulary {c.vocab_size:,} tokens"
        )

    def generate(
        self,
        prompt: str = "",
        max_tokens: int = 200,
        *,
        temperature: float = 0.8,
        top_k: int = 0,
        top_p: float = 0.95,
        min_p: float = 0.0,
        repetition_penalty: float = 1.0,
        stop: Iterable[str] = (),
        seed: int = 0,
    ) -> str:
        """Return `prompt` and the text that the model writes after it.

        The text ends with the story, after `max_tokens`, or before one of `stop`. With
        `temperature` 0 each token is the likeliest; `top_k` 0, `top_p` 1, `min_p` 0 and
        `repetition_penalty` 1 are off. The same seed gives the same text.
        """
        params = checked(
            SampleParams,
            {
                "seed": seed,
                "prompts": [prompt],
                "max_tokens": max_tokens,
                "temperature": temperature,
                "top_k": top_k,
                "top_p": top_p,
                "min_p": min_p,
                "repetition_penalty": repetition_penalty,
                "stop": list(stop),
            },
            "generate",
        )
        generator = Generator.of(self.model, self.tokenizer, params)
        return prompt + "".join(generator.stream(prompt))

    def next_token_probabilities(self, text: str, count: int = 10) -> TokenProbabilities:
        """Return the `count` likeliest tokens after `text`, with the model's probabilities.

        Of a text longer than the context only its end is read.
        """
        ids = self._encode(text)[-self.config.context_length :]
        logits = self.model(mx.array(ids[None]))[0, -1, : self.tokenizer.vocab_size]
        probabilities = np.array(mx.softmax(logits))
        likeliest = np.argsort(-probabilities, kind="stable")[:count]
        return TokenProbabilities(
            {self._name(index): float(probabilities[index]) for index in likeliest}
        )

    def attention(self, text: str) -> AttentionWeights:
        """Return the attention weights of all heads, (layers, heads, T, T), for the T tokens.

        Raises `LmcoreError` where the text does not fit in the context.
        """
        ids, length = self._encode(text), self.config.context_length
        if len(ids) > length:
            raise LmcoreError(
                f"The text has {len(ids):,} tokens; the model reads at most {length:,} at once. "
                "Shorten it."
            )
        context = ForwardContext(attention_weights=[])
        self.model.hidden(mx.array(ids[None]), context)
        weights = mx.concatenate(context.attention_weights).astype(mx.float32)
        return AttentionWeights([self._name(index) for index in ids], np.array(weights))

    def bits_per_byte(self, texts: str | Iterable[str], stride: int = 0) -> float:
        """Return the bits that the model needs for each byte of `texts`, lower is better.

        It is the figure of `stages.evaluate`, and includes what it costs to say where each text
        ends. `stride` are the new tokens of a window; with 0 windows begin where texts begin.
        """
        texts = [replace_surrogates(t) for t in ([texts] if isinstance(texts, str) else texts)]
        size = sum(len(text.encode()) for text in texts)
        if not size:
            raise LmcoreError("bits_per_byte needs a text of at least one byte.")
        if not 0 <= stride <= self.config.context_length:
            raise LmcoreError(
                f"stride is {stride}; it must be 0 to the context's length, "
                f"{self.config.context_length}."
            )
        # <|endoftext|> stands before each text; what is predicted ends with the one after it.
        stream = np.concatenate([self._encode(text) for text in texts])
        tokens = np.append(stream[1:], self.tokenizer.end_of_text)
        windows = -(-len(tokens) // (stride or self.config.context_length))
        losses, _ = model_losses(
            self.model, tokens, self.tokenizer.end_of_text, min(8, windows), stride
        )
        return figures(losses, size)["bits_per_byte"]

    def _encode(self, text: str) -> np.ndarray:
        """Return the ids of a text, after an end of text: (T,) int32."""
        return np.append(self.tokenizer.end_of_text, self.tokenizer.encode(text)).astype(np.int32)

    def _name(self, index: int) -> str:
        """Return a token as text, or as its bytes where they are not UTF-8."""
        token = self.tokenizer.token_bytes(index)
        try:
            return token.decode("utf-8")
        except UnicodeDecodeError:
            return f"<0x{token.hex().upper()}>"


def load(folder: str | Path = MODEL) -> LanguageModel:
    """Return the model in `folder`; `LmcoreError` where it is missing or damaged."""
    folder = Path(folder)
    return LanguageModel(load_model(folder), Tokenizer.load(folder))
