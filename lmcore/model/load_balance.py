"""What keeps the experts of a mixture evenly used, and the router's logits small.

Left alone, a few experts take all tokens. Either a loss pushes the load towards
even (Fedus et al. 2021, Switch), or a bias per expert, used for choosing alone,
is moved after every step (Wang et al. 2024, loss-free balancing). The z-loss
keeps the router's logits small (Zoph et al. 2022, ST-MoE).
"""

from __future__ import annotations

from dataclasses import dataclass

import mlx.core as mx

from lmcore.model.config import ModelConfig
from lmcore.model.routing import Routing


@dataclass(frozen=True)
class Balance:
    """What the auxiliary losses of one layer need; of parts of a batch, the mean."""

    load: mx.array  # (E,) fraction of all choices that fell on each expert
    probability: mx.array  # (E,) mean probability
    z_loss: mx.array  # mean squared log-sum-exp of the logits
    bias: mx.array | None

    @staticmethod
    def of(routing: Routing) -> Balance:
        """Return the balance of one layer's routing."""
        experts = mx.arange(routing.logits.shape[-1])
        hits = routing.chosen.reshape(-1, 1) == experts
        return Balance(
            mx.stop_gradient(mx.mean(hits.astype(mx.float32), axis=0)),
            mx.mean(routing.probabilities, axis=0),
            mx.mean(mx.square(mx.logsumexp(routing.logits, axis=-1))),
            routing.bias,
        )

    @staticmethod
    def mean(parts: list[Balance]) -> Balance:
        """Return the balance of one layer over all parts of a batch."""
        n = len(parts)
        return Balance(
            sum(part.load for part in parts) / n,
            sum(part.probability for part in parts) / n,
            sum(part.z_loss for part in parts) / n,
            parts[0].bias,
        )


def load_balancing_loss(balance: Balance) -> mx.array:
    """E * sum of load * probability: 1 when even, E when one expert has all (Switch, eq. 4)."""
    return len(balance.load) * mx.sum(balance.load * balance.probability)


def bias_signal(balance: Balance) -> mx.array:
    """Return 0, with the excess load as the gradient of the bias.

    Handing the load on as a gradient lets it be averaged over micro-batches
    and workers like every other; the optimizer then moves the bias against its
    sign by a fixed step (Wang et al. 2024, algorithm 1).
    """
    excess = balance.load - 1 / len(balance.load)
    return mx.sum(excess * (balance.bias - mx.stop_gradient(balance.bias)))


def auxiliary_loss(config: ModelConfig, balances: list[Balance]) -> mx.array:
    """Return the weighted auxiliary losses of all mixture layers, added up."""
    total = mx.array(0.0)
    for balance in balances:
        if config.moe.balance == "bias":
            balancing = 1.0 * bias_signal(balance)
        else:
            balancing = config.moe.balance_coefficient * load_balancing_loss(balance)
        total = total + balancing + config.moe.z_loss_coefficient * balance.z_loss
    return total
