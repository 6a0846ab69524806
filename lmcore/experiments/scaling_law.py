"""A scaling law: loss as a function of a model's parameters N and of its training tokens D.

    L(N, D) = E + A / N^alpha + B / D^beta        (Hoffmann et al. 2022, section 3.3)

E is the loss that no size and no number of tokens removes, the entropy of the text. Here
that entropy is known: the grammar states the probability of each story. So E can be checked.

The law is fitted in logarithms, with Huber's loss (1964) of the residuals, by L-BFGS from
many starts. The logarithm makes relative errors count alike; Huber's loss is quadratic up to
`DELTA` and linear beyond, so that a run that went wrong pulls less. N and D are divided by
their geometric means first, which makes the parameters nearly independent.

Intervals are percentiles of a bootstrap of the residuals: new losses are the fitted ones
times the exponential of residuals drawn with replacement, and each set is fitted again.
Residuals are scaled by sqrt(n / (n - 5)), as five parameters were fitted to n points, and each
set by the root of (n - 5) / chi-square, so that few runs give the intervals of Student's t.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import product

import numpy as np
from scipy.optimize import minimize
from scipy.special import logsumexp, softmax

DELTA = 1e-2  # of log loss, about the noise of a run here; Hoffmann et al. have 1e-3
PARAMETERS = 5
# log E, log A and log B of N and D divided by their means, alpha, beta.
_BOUNDS = [(-12.0, 5.0), (-12.0, 5.0), (-12.0, 5.0), (0.01, 3.0), (0.01, 3.0)]


@dataclass(frozen=True)
class ScalingLaw:
    """The parameters of L(N, D) = E + A / N^alpha + B / D^beta."""

    irreducible: float  # E
    a: float
    alpha: float
    b: float
    beta: float

    def loss(self, parameters: np.ndarray, tokens: np.ndarray) -> np.ndarray:
        """Return the loss of models of `parameters` values after `tokens` tokens."""
        return self.irreducible + self.a / parameters**self.alpha + self.b / tokens**self.beta


def fit(parameters: np.ndarray, tokens: np.ndarray, losses: np.ndarray) -> ScalingLaw:
    """Return the law of runs with `parameters`, `tokens` and `losses`, (runs,) each."""
    middle = float(np.exp(np.log(losses).mean()))
    starts = []
    for share, alpha, beta in product((0.1, 0.6), (0.2, 0.5, 1.0), (0.2, 0.5, 1.0)):
        floor = share * float(losses.min())
        rest = math.log((middle - floor) / 2)
        starts.append([math.log(floor), rest, rest, alpha, beta])
    return _fit_from(np.array(starts), parameters, tokens, losses)


def _fit_from(
    starts: np.ndarray, parameters: np.ndarray, tokens: np.ndarray, losses: np.ndarray
) -> ScalingLaw:
    """Return the best fit from any of `starts` (starts, 5)."""
    middles = [float(np.exp(np.log(values).mean())) for values in (parameters, tokens)]
    sizes = np.log(parameters / middles[0]), np.log(tokens / middles[1])
    target = np.log(losses)

    def objective(x: np.ndarray) -> tuple[float, np.ndarray]:
        terms = np.stack(
            [np.full(len(target), x[0]), x[1] - x[3] * sizes[0], x[2] - x[4] * sizes[1]]
        )  # (3, R)
        residual = (logsumexp(terms, axis=0) - target) / DELTA
        share = softmax(terms, axis=0)  # of each term in the loss
        outside = np.abs(residual) > 1
        value = np.where(outside, np.abs(residual) - 0.5, residual**2 / 2).sum()
        slope = np.clip(residual, -1, 1) / DELTA  # (R,)
        gradient = [
            *(share @ slope),
            -(share[1] * sizes[0]) @ slope,
            -(share[2] * sizes[1]) @ slope,
        ]
        return float(value), np.array(gradient)

    runs = [
        minimize(objective, start, jac=True, method="L-BFGS-B", bounds=_BOUNDS) for start in starts
    ]
    log_e, log_a, log_b, alpha, beta = min(runs, key=lambda run: run.fun).x
    a, b = math.exp(log_a) * middles[0] ** alpha, math.exp(log_b) * middles[1] ** beta
    return ScalingLaw(math.exp(log_e), float(a), float(alpha), float(b), float(beta))


def bootstrap(
    law: ScalingLaw,
    parameters: np.ndarray,
    tokens: np.ndarray,
    losses: np.ndarray,
    repeats: int,
) -> tuple[list[ScalingLaw], np.ndarray]:
    """Return the laws of `repeats` bootstrapped sets of runs, and the residuals (runs,)."""
    fitted = law.loss(parameters, tokens)
    count, free = len(losses), max(len(losses) - PARAMETERS, 1)
    residuals = np.log(losses / fitted) * math.sqrt(count / free)
    random = np.random.default_rng(0)
    at = [float(np.exp(np.log(values).mean())) for values in (parameters, tokens)]
    terms = law.irreducible, law.a / at[0] ** law.alpha, law.b / at[1] ** law.beta
    start = [*np.log(np.maximum(terms, 1e-5)), law.alpha, law.beta]
    laws = []
    for _ in range(repeats):
        noise = math.sqrt(free / random.chisquare(free))
        resampled = fitted * np.exp(noise * random.choice(residuals, count))
        other = [math.log(0.4 * float(resampled.min())), *start[1:3], 0.5, 0.5]
        laws.append(_fit_from(np.array([start, other]), parameters, tokens, resampled))
    return laws, residuals
