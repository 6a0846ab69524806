"""The peer of `benchmarks.training`: the same transformer, idiomatic in PyTorch."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import nn


class Block(nn.Module):
    def __init__(self, d_model: int, n_heads: int, d_ff: int) -> None:
        super().__init__()
        self.n_heads = n_heads
        self.attention_norm = nn.RMSNorm(d_model, eps=1e-5)
        self.feed_forward_norm = nn.RMSNorm(d_model, eps=1e-5)
        self.qkv = nn.Linear(d_model, 3 * d_model, bias=False)
        self.output = nn.Linear(d_model, d_model, bias=False)
        self.up = nn.Linear(d_model, d_ff, bias=False)
        self.down = nn.Linear(d_ff, d_model, bias=False)

    def forward(self, x: torch.Tensor, cosine: torch.Tensor, sine: torch.Tensor) -> torch.Tensor:
        batch, length, width = x.shape
        q, k, v = (
            part.view(batch, length, self.n_heads, -1).transpose(1, 2)
            for part in self.qkv(self.attention_norm(x)).chunk(3, dim=-1)
        )
        q, k = rotate(q, cosine, sine), rotate(k, cosine, sine)
        attended = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        x = x + self.output(attended.transpose(1, 2).reshape(batch, length, width))
        return x + self.down(F.gelu(self.up(self.feed_forward_norm(x)), approximate="tanh"))


class TorchGPT(nn.Module):
    """Rotary positions, RMSNorm before each layer, tanh-GELU, no biases."""

    def __init__(self, sizes: dict[str, int], weights: dict[str, torch.Tensor]) -> None:
        super().__init__()
        d_model, n_heads = sizes["d_model"], sizes["n_heads"]
        self.embedding = nn.Embedding(sizes["vocab_size"], d_model)
        self.blocks = nn.ModuleList(
            Block(d_model, n_heads, sizes["d_ff"]) for _ in range(sizes["n_layers"])
        )
        self.final_norm = nn.RMSNorm(d_model, eps=1e-5)
        size = d_model // n_heads
        angle = torch.arange(sizes["context_length"])[:, None] / 10000 ** (
            torch.arange(0, size, 2) / size
        )
        self.register_buffer("cosine", angle.cos(), persistent=False)
        self.register_buffer("sine", angle.sin(), persistent=False)
        if "output.weight" in weights:
            self.output = nn.Linear(d_model, sizes["vocab_size"], bias=False)
        self.load_state_dict(converted(weights))

    def forward(self, tokens: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
        x = self.embedding(tokens)
        for block in self.blocks:
            x = block(x, self.cosine, self.sine)
        output = self.output if hasattr(self, "output") else self.embedding
        logits = F.linear(self.final_norm(x), output.weight)
        return F.cross_entropy(logits.flatten(0, 1), targets.flatten())


def rotate(x: torch.Tensor, cosine: torch.Tensor, sine: torch.Tensor) -> torch.Tensor:
    first, second = x.chunk(2, dim=-1)
    return torch.cat([first * cosine - second * sine, second * cosine + first * sine], dim=-1)


def converted(weights: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """lmcore's names to those above; the three input projections become one."""
    renamed = {}
    for name, array in weights.items():
        name = name.replace("attention.output", "output").replace("feed_forward.", "")
        if "attention.query" in name:
            parts = [name.replace("query", part) for part in ("query", "key", "value")]
            source = [weights[part] for part in parts]
            renamed[name.replace("attention.query", "qkv")] = torch.cat(source)
        elif "attention.key" not in name and "attention.value" not in name:
            renamed[name] = array
    return renamed
