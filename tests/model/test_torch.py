"""Values and gradients equal PyTorch's on shared weights, over a grid of variants.

The PyTorch model below uses PyTorch's own attention, norms and losses, and
autograd finds its gradients.
"""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
from helpers.variants import NO_EXPERTS, VARIANTS, loss_and_gradients, model_of, tokens_of
from mlx.utils import tree_flatten

from lmcore.model import ModelConfig

torch = pytest.importorskip("torch", reason="compares with PyTorch: pip install torch")
F = torch.nn.functional

GRID: dict[str, dict[str, Any]] = {
    **VARIANTS,
    **{
        f"{positions} {norm} {placement}": {
            "positions": positions,
            "norm": norm,
            "norm_placement": placement,
            "bias": norm == "layernorm",
        }
        for positions, norm, placement in itertools.product(
            ["rope", "learned", "sinusoidal", "alibi", "none"],
            ["rmsnorm", "layernorm"],
            ["pre", "post"],
        )
    },
    **{
        f"{feed} {kv} kv {tied}": {
            "feed_forward": feed,
            "n_kv_heads": kv,
            "tied_embeddings": tied == "tied",
            "qk_norm": kv == 2,
        }
        for feed, kv, tied in itertools.product(
            ["relu", "gelu", "relu2", "swiglu"], [4, 2, 1], ["tied", "untied"]
        )
    },
    **{
        f"{values} value embeddings, {scalars=}, {cap=}": {
            "value_embeddings": values,
            "residual_scalars": scalars,
            "logit_softcap": cap,
        }
        for values, scalars, cap in itertools.product([0, 1, 2], [False, True], [0.0, 1.5])
    },
    **{
        f"{feed} experts top {k} by {balance}": {
            "feed_forward": feed,
            "moe": {**NO_EXPERTS, "experts": 4, "top_k": k, "balance": balance},
        }
        for feed, k, balance in itertools.product(["gelu", "swiglu"], [1, 2], ["loss", "bias"])
    },
}


class Reference:
    """Our model in PyTorch, reading weights by our names."""

    def __init__(self, config: ModelConfig, weights: dict[str, Any]) -> None:
        self.c, self.w, self.auxiliary = config, weights, 0.0

    def loss(self, tokens: Any, targets: Any) -> Any:
        c, w = self.c, self.w
        length = tokens.shape[1]
        x = w["embedding.weight"][tokens]
        if c.smear:
            gate = torch.sigmoid(F.linear(x[..., :12], w["smear.gate"][None]))
            x = x + w["smear.scale"] * gate * F.pad(x, (0, 0, 1, -1))
        if c.positions == "learned":
            x = x + w["positions.weight"][:length]
        if c.positions == "sinusoidal":
            angle = torch.arange(length)[:, None] / 10000 ** (
                torch.arange(0, c.d_model, 2) / c.d_model
            )
            waves = torch.stack([angle.sin(), angle.cos()], -1).flatten(1)
            x = x + 0.02 * 2**0.5 * waves
        self.first = first = x
        outputs: list[Any] = []
        for layer in range(c.n_layers):
            if c.unet_skips and 2 * layer > c.n_layers - 1:
                source = c.n_layers - 1 - layer
                x = x + w["unet_skips.weights"][source] * outputs[source]
            if c.residual_scalars:
                scalars = w[f"residual_scalars.{layer}.scalars"]
                x = scalars[0] * x + scalars[1] * first
            at = f"blocks.{layer}."
            x = self.around(
                x, at + "attention_norm", lambda x, at=at: self.attention(x, at, tokens)
            )
            x = self.around(x, at + "feed_forward_norm", lambda x, at=at: self.feed(x, at))
            outputs.append(x)
        if c.norm_placement in ("pre", "sandwich"):
            x = self.norm(c.norm, x, "final_norm")
        logits = x @ w["embedding.weight" if c.tied_embeddings else "output.weight"].T
        if c.logit_softcap:
            logits = c.logit_softcap * torch.tanh(logits / c.logit_softcap)
        return F.cross_entropy(logits.flatten(0, 1), targets.flatten()) + self.auxiliary

    def around(self, x: Any, norm: str, f: Any) -> Any:
        c = self.c
        y = f(self.norm(c.norm, x, norm) if c.norm_placement in ("pre", "sandwich") else x)
        if c.norm_placement == "sandwich":
            y = self.norm(c.norm, y, norm.replace("_norm", "_output_norm"))
        y = x + y if c.residual else y
        return self.norm(c.norm, y, norm) if c.norm_placement == "post" else y

    def norm(self, kind: str, x: Any, name: str) -> Any:
        weight, epsilon = self.w[name + ".weight"], self.c.norm_epsilon
        if kind == "rmsnorm":
            return F.rms_norm(x, weight.shape, weight, epsilon)
        return F.layer_norm(x, weight.shape, weight, self.w.get(name + ".bias"), epsilon)

    def linear(self, x: Any, name: str) -> Any:
        return F.linear(x, self.w[name + ".weight"], self.w.get(name + ".bias"))

    def attention(self, x: Any, at: str, tokens: Any) -> Any:
        c, (batch, length, _) = self.c, x.shape
        x = self.convolved(x, at, "input")
        q, k, v = (
            self.convolved(self.linear(x, f"{at}attention.{name}"), at, name)
            for name in ("query", "key", "value")
        )
        values = at + "attention.value_embedding."
        if values + "projection.weight" in self.w:
            gates = F.linear(x[..., :12], self.w[values + "head_gates.gates"]).sigmoid()
            first = self.norm("rmsnorm", self.first, "embedding_norm")
            projected = self.linear(first, values + "projection")
            v = v + 2 * gates.repeat_interleave(c.head_dim, -1) * projected
        if at + "attention.value_embedding.scalars" in self.w:
            scalars = self.w[at + "attention.value_embedding.scalars"]
            table = self.w[at + "attention.value_embedding.table.weight"]
            v = scalars[0] * v + scalars[1] * F.embedding(tokens, table)
        q, k, v = (a.view(batch, length, -1, c.head_dim).transpose(1, 2) for a in (q, k, v))
        if c.qk_norm:
            q = self.norm("rmsnorm", q, at + "attention.query_norm")
            k = self.norm("rmsnorm", k, at + "attention.key_norm")
        if c.positions == "rope":
            q, k = self.rope(q), self.rope(k)
        mask = torch.full((length, length), -torch.inf, dtype=x.dtype).triu(1)
        if c.positions == "alibi":
            assert c.n_heads in (4, 12)
            exponents = {4: [2, 4, 6, 8], 12: [*range(1, 9), 0.5, 1.5, 2.5, 3.5]}[c.n_heads]
            slopes = torch.tensor([2.0**-e for e in exponents], dtype=x.dtype)
            distance = torch.arange(length)[:, None] - torch.arange(length)
            mask = mask - slopes[:, None, None] * distance
        number = int(at.split(".")[1]) + 1
        if c.attention_window and (not c.global_every or number % c.global_every):
            hidden = torch.ones(length, length, dtype=torch.bool).tril(-c.attention_window)
            mask = mask.masked_fill(hidden, -torch.inf)
        out = F.scaled_dot_product_attention(
            q, k, v, mask.expand(1, c.n_heads, -1, -1), enable_gqa=True
        )
        if c.head_gates:
            gates = self.w[at + "attention.head_gates.gates"]
            out = out * 2 * torch.einsum("btd,hd->bht", x[..., :12], gates).sigmoid()[..., None]
        return self.linear(out.transpose(1, 2).flatten(2), at + "attention.output")

    def convolved(self, x: Any, at: str, name: str) -> Any:
        weight = self.w.get(f"{at}attention.convolutions.{name}.weight")
        if weight is None:
            return x
        # PyTorch's kernel runs forwards: its last weight is that of the token itself.
        kernel, padded = weight.flip(0).T[:, None], F.pad(x.mT, (len(weight) - 1, 0))
        return x + F.conv1d(padded, kernel, groups=x.shape[-1]).mT

    def rope(self, x: Any) -> Any:
        size, length = int(self.c.rope_share * x.shape[-1]), x.shape[-2]
        x, rest = x[..., :size], x[..., size:]
        angle = torch.arange(length)[:, None] / self.c.rope_theta ** (
            torch.arange(0, size, 2, dtype=x.dtype) / size
        )
        a, b = x.chunk(2, -1)
        turned = [a * angle.cos() - b * angle.sin(), a * angle.sin() + b * angle.cos()]
        return torch.cat([*turned, rest], -1)

    def activated(self, up: Any, gate: Any) -> Any:
        kind = self.c.feed_forward
        if kind == "swiglu":
            return F.silu(gate()) * up
        if kind == "gelu":
            return F.gelu(up, approximate="tanh")
        return F.relu(up) ** {"relu": 1, "relu2": 2}[kind]

    def feed(self, x: Any, at: str) -> Any:
        at += "feed_forward."
        if at + "router.weight" in self.w:
            return self.mixture(x, at)
        hidden = self.activated(self.linear(x, at + "up"), lambda: self.linear(x, at + "gate"))
        return self.linear(hidden, at + "down")

    def mixture(self, x: Any, at: str) -> Any:
        moe, w = self.c.moe, self.w
        tokens = x.flatten(0, 1)
        logits = tokens @ w[at + "router.weight"].T
        p = logits.softmax(-1)
        bias = w.get(at + "router.selection_bias")
        chosen = (p if bias is None else p + bias).topk(moe.top_k, -1).indices
        gates = torch.zeros_like(p).scatter(1, chosen, p.gather(1, chosen))
        if moe.top_k > 1:  # else the probability itself, as in Switch
            gates = gates / gates.sum(-1, keepdim=True)
        load = F.one_hot(chosen, moe.experts).sum((0, 1)) / chosen.numel()
        self.auxiliary += moe.z_loss_coefficient * (logits.logsumexp(-1) ** 2).mean()
        if moe.balance == "loss":
            self.auxiliary += moe.balance_coefficient * moe.experts * (load * p.mean(0)).sum()
        out = torch.zeros_like(tokens)
        for e in range(moe.experts):
            up, down = (tokens @ w[at + "up.weight"][e].T, w[at + "down.weight"][e].T)
            hidden = self.activated(up, lambda e=e: tokens @ w[at + "gate.weight"][e].T)
            out = out + gates[:, e : e + 1] * (hidden @ down)
        return out.view_as(x)


@pytest.mark.parametrize("implementation", ["reference", "cpu_kernels", "mlx"])
@pytest.mark.parametrize("variant", GRID)
def test_loss_and_gradients_equal_torchs(variant: str, implementation: str) -> None:
    model = model_of(**GRID[variant])
    inputs, targets = tokens_of(model), tokens_of(model, seed=8)
    value, gradients = loss_and_gradients(model, implementation)
    weights = {
        name: torch.tensor(np.array(array, np.float64), requires_grad=True)
        for name, array in tree_flatten(model.trainable_parameters())
    }
    tokens = (torch.tensor(np.array(array), dtype=torch.long) for array in (inputs, targets))
    expected = Reference(model.config, weights).loss(*tokens)
    expected.backward()
    assert value == pytest.approx(expected.item(), rel=1e-5)
    for name, gradient in gradients.items():
        if name.endswith("selection_bias"):  # ours is the excess load: see test_moe.py
            continue
        theirs = weights[name].grad.numpy()
        # The gradient of a key's bias is 0 but for rounding, hence the absolute part.
        tolerance = 5e-5 * np.abs(theirs).max() + 1e-8
        np.testing.assert_allclose(gradient, theirs, rtol=1e-3, atol=tolerance, err_msg=name)
