"""What the experts of a mixture do with a text: how evenly they are used, and for what."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import mlx.core as mx
import numpy as np

from lmcore.common.units import LN2
from lmcore.model import GPT, ForwardContext
from lmcore.model.routing import Routing


@dataclass(frozen=True)
class ExpertUse:
    """How one mixture layer spread the tokens of a text over its E experts."""

    load: list[float]  # share of the choices per expert, summing to 1
    entropy: float  # of each token's probabilities, averaged, in bits; log2 E when undecided
    dead_experts: int  # experts that no token chose
    imbalance: float  # largest load / even load: 1 is perfect
    specialisation: float  # bits that knowing a token tells of the expert it goes to
    favourites: list[list[int]]  # per expert, the tokens that it is most the expert of

    def figures(self) -> dict[str, Any]:
        """What goes into the metrics: all but the favourites."""
        return {
            "load": {f"expert_{number + 1}": share for number, share in enumerate(self.load)},
            "entropy": self.entropy,
            "dead_experts": self.dead_experts,
            "imbalance": self.imbalance,
            "specialisation": self.specialisation,
        }


class RoutingTally:
    """Counts how often each token chose each expert of one layer."""

    def __init__(self, vocab_size: int, experts: int) -> None:
        self._choices = np.zeros((vocab_size, experts), np.int64)
        self._tokens, self._entropy = 0, 0.0

    def add(self, tokens: np.ndarray, routing: Routing) -> None:
        """The routing of `tokens` (N,)."""
        chosen = np.array(routing.chosen)  # (N, k)
        np.add.at(self._choices, (tokens[:, None], chosen), 1)
        p = routing.probabilities
        self._entropy -= mx.sum(p * mx.log2(mx.maximum(p, 1e-30))).item()
        self._tokens += len(tokens)

    def use(self, most_favourites: int = 8) -> ExpertUse:
        """The figures of all tokens added, of which there must be some."""
        choices = self._choices.sum(axis=0)
        load = choices / choices.sum()
        told = information(self._choices)  # (V, E)
        best = np.argsort(-told, axis=0, kind="stable")[:most_favourites]
        return ExpertUse(
            load=load.tolist(),
            entropy=self._entropy / self._tokens,
            dead_experts=int((choices == 0).sum()),
            imbalance=float(load.max() * len(load)),
            specialisation=max(0.0, float(told.sum()) - chance_information(self._choices)),
            favourites=[
                [int(token) for token in column if told[token, expert] > 0]
                for expert, column in enumerate(best.T)
            ],
        )


def information(counts: np.ndarray) -> np.ndarray:
    """Each cell's part of the mutual information of rows and columns, in bits, (V, E).

    I(row; column) = sum of p(r, c) log2(p(r, c) / (p(r) p(c))); an empty cell has none.
    """
    p = counts / counts.sum()
    apart = p.sum(axis=1, keepdims=True) * p.sum(axis=0, keepdims=True)
    return p * np.log2(np.divide(p, apart, out=np.ones_like(p), where=p > 0))


def chance_information(counts: np.ndarray) -> float:
    """The bits that `information` finds on average where rows and columns are unrelated.

    Few counts in many cells look related by chance (Miller, 1955: each free
    cell adds 1 / (2 N ln 2)).
    """
    rows, columns = ((counts.sum(axis=axis) > 0).sum() for axis in (1, 0))
    return float((rows - 1) * (columns - 1) / (2 * counts.sum() * LN2))


def expert_use(model: GPT, batches: Iterable[np.ndarray]) -> dict[int, ExpertUse]:
    """How each mixture layer of the model routes batches of token ids (B, T), by layer from 0."""
    tallies: dict[int, RoutingTally] = {}
    for tokens in batches:
        context = ForwardContext()
        model.hidden(mx.array(tokens), context)
        for layer, routing in context.routings.items():
            if layer not in tallies:
                tallies[layer] = RoutingTally(model.config.vocab_size, model.config.moe.experts)
            tallies[layer].add(tokens.reshape(-1), routing)
    return {layer: tally.use() for layer, tally in tallies.items()}
