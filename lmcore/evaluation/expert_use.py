"""How a mixture uses its experts on a text: how evenly, and for which tokens."""

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
    """How one mixture layer distributes the tokens of a text over its E experts."""

    load: list[float]  # share of the choices per expert, summing to 1
    entropy: float  # of each token's probabilities, averaged, in bits; log2 E when undecided
    dead_experts: int  # experts that no token chose
    imbalance: float  # largest load / even load: 1 is perfect
    specialisation: float  # mutual information of token and expert, in bits
    favourites: list[list[int]]  # per expert, the tokens with the largest part in that information

    def figures(self) -> dict[str, Any]:
        """Return everything except for the favourites."""
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
        """Count the routing of `tokens` (N,)."""
        chosen = np.array(routing.chosen)  # (N, k)
        np.add.at(self._choices, (tokens[:, None], chosen), 1)
        p = routing.probabilities
        self._entropy -= float(np.array(mx.sum(p * mx.log2(mx.maximum(p, 1e-30)))))
        self._tokens += len(tokens)

    def use(self, max_favourites: int = 8) -> ExpertUse:
        """Return the figures of all tokens that were added; there must be some."""
        choices = self._choices.sum(axis=0)
        load = choices / choices.sum()
        shares = information(self._choices)  # (V, E)
        best = np.argsort(-shares, axis=0, kind="stable")[:max_favourites]
        return ExpertUse(
            load=load.tolist(),
            entropy=self._entropy / self._tokens,
            dead_experts=int((choices == 0).sum()),
            imbalance=float(load.max() * len(load)),
            specialisation=max(0.0, float(shares.sum()) - chance_information(self._choices)),
            favourites=[
                [int(token) for token in column if shares[token, expert] > 0]
                for expert, column in enumerate(best.T)
            ],
        )


def information(counts: np.ndarray) -> np.ndarray:
    """Return each cell's part of the mutual information of rows and columns, in bits, (V, E).

    I(row; column) = sum of p(r, c) log2(p(r, c) / (p(r) p(c))); an empty cell contributes 0.
    """
    p = counts / counts.sum()
    independent = p.sum(axis=1, keepdims=True) * p.sum(axis=0, keepdims=True)
    return p * np.log2(np.divide(p, independent, out=np.ones_like(p), where=p > 0))


def chance_information(counts: np.ndarray) -> float:
    """Return the bits that `information` has on average where rows and columns are independent.

    With few counts in many cells they look dependent by chance (Miller, 1955:
    each degree of freedom adds 1 / (2 N ln 2)).
    """
    rows, columns = ((counts.sum(axis=axis) > 0).sum() for axis in (1, 0))
    return float((rows - 1) * (columns - 1) / (2 * counts.sum() * LN2))


def expert_use(model: GPT, batches: Iterable[np.ndarray]) -> dict[int, ExpertUse]:
    """Return how each mixture layer routes batches of token ids (B, T), by layer from 0."""
    tallies: dict[int, RoutingTally] = {}
    for tokens in batches:
        context = ForwardContext()
        model.hidden(mx.array(tokens), context)
        for layer, routing in context.routings.items():
            if layer not in tallies:
                tallies[layer] = RoutingTally(model.config.vocab_size, model.config.moe.experts)
            tallies[layer].add(tokens.reshape(-1), routing)
    return {layer: tally.use() for layer, tally in tallies.items()}
