// The forward pass of the transformer with a KV cache: lmcore/model in JavaScript.
//
// To be read beside lmcore/model: the names of functions, weights and settings
// are those of the Python code. Each setting with a choice has a table of
// functions, so a new variant is one more entry.
//
// Shapes: T tokens read now, S tokens in the cache, D d_model, H heads,
// G key/value heads, Dh head_dim, V vocabulary.

import { attention } from "./attention.js";
import { add, largest, linear, mix, rowsOf, rowwise } from "./arrays.js";
import { feedForward } from "./feed_forward.js";
import { norm } from "./norms.js";
import { POSITIONS } from "./positions.js";

export class GPT {
  // `config` is config.json; `weights` are the arrays of model.safetensors by name. A model
  // may have more ids than its tokenizer has `tokens`, as GPT-2 padded to 50,304.
  constructor(config, weights, tokens = weights["embedding.weight"].shape[0]) {
    this.config = config;
    this.weights = weights;
    this.headDim = config.d_model / config.n_heads;
    this.tokens = tokens;
    this.vocabulary = weights["embedding.weight"].shape[0];
  }

  // Next-token logits (T, V) of `tokens`, which follow those in `cache`.
  // `removed` holds parts whose output is set to 0: "0.head.3", "1.feed_forward".
  forward(tokens, cache, removed = new Set()) {
    const { config, weights } = this;
    cache.start(tokens, config);
    let x = rowsOf(weights["embedding.weight"], tokens); // (T, D)
    if (config.smear) x = smear(this, x, cache);
    x = POSITIONS[config.positions].embed(x, cache.length, this);
    const x0 = x, outputs = []; // of the blocks
    cache.keep(0, x);
    for (let layer = 0; layer < config.n_layers; layer++) {
      const source = config.n_layers - 1 - layer; // of a U-Net's skip
      if (config.unet_skips && source < config.n_layers >> 1) {
        x = mix(1, x, weights["unet_skips.weights"].data[source], outputs[source]);
      }
      if (config.residual_scalars) {
        const [a, b] = weights[`residual_scalars.${layer}.scalars`].data;
        x = mix(a, x, b, x0);
      }
      x = block(this, layer, x, cache, removed);
      outputs.push(x);
      cache.keep(layer + 1, x);
    }
    cache.length += tokens.length;
    return this.logits(x);
  }

  // What the output projection makes of states (T, D): the logits (T, V). Given the
  // state after an earlier block, this is the logit lens (nostalgebraist 2020).
  logits(states) {
    const { config, weights } = this;
    if ("final_norm.weight" in weights) states = norm(this, config.norm, states, "final_norm");
    const logits = linear(states, weights[config.tied_embeddings ? "embedding.weight" : "output.weight"]);
    const cap = config.logit_softcap;
    return cap ? logits.map((logit) => cap * Math.tanh(logit / cap)) : logits;
  }
}

// The smear gate: x_t = x_t + s sigmoid(g . x_t[:12]) x_{t-1}
function smear({ config: { d_model }, weights }, x, cache) {
  const [before] = cache.earlier("smear", x, d_model, 1);
  const gate = weights["smear.gate"].data, [scale] = weights["smear.scale"].data;
  const shares = rowwise(x, d_model, (row) => {
    const score = gate.reduce((sum, value, i) => sum + value * row[i], 0);
    return scale / (1 + Math.exp(-score));
  });
  return x.map((value, i) => value + shares[Math.floor(i / d_model)] * before[i]);
}

// --- A block: attention between tokens, then a feed-forward within each -------

//   pre       x = x + f(norm(x))        leaves the stream itself unscaled (GPT-2)
//   post      x = norm(x + f(x))        the original of Vaswani et al. 2017
//   sandwich  x = x + norm(f(norm(x)))  bounds what is added as well (CogView, Peri-LN)
//   none      x = x + f(x)              shows what norms are for
function block(model, layer, x, cache, removed) {
  const { config } = model;
  const sandwich = config.norm_placement === "sandwich", post = config.norm_placement === "post";
  const pre = config.norm_placement === "pre" || sandwich;
  const normed = (name, x) => norm(model, config.norm, x, `blocks.${layer}.${name}`);

  // 1. Attention: x = x + attention(norm(x))
  let y = pre ? normed("attention_norm", x) : x;
  y = attention(model, layer, y, cache, removed);
  if (sandwich) y = normed("attention_output_norm", y);
  x = config.residual ? add(x, y) : y;
  if (post) x = normed("attention_norm", x);

  // 2. Feed-forward: x = x + feed_forward(norm(x))
  y = pre ? normed("feed_forward_norm", x) : x;
  y = removed.has(`${layer}.feed_forward`) ? new Float32Array(x.length)
    : feedForward(model, layer, y, cache);
  if (sandwich) y = normed("feed_forward_output_norm", y);
  x = config.residual ? add(x, y) : y;
  return post ? normed("feed_forward_norm", x) : x;
}

// --- The embedding ---------------------------------------------------------------------

// The `count` tokens whose embeddings have the greatest cosine with that of a token: [id, cosine].
export function nearestTokens(model, token, count) {
  const { data, shape: [, width] } = model.weights["embedding.weight"];
  const row = (id) => data.subarray(id * width, (id + 1) * width);
  const dot = (a, b) => a.reduce((sum, value, i) => sum + value * b[i], 0);
  const length = (a) => Math.sqrt(dot(a, a)) || 1, own = row(token);
  const cosines = Float32Array.from({ length: model.tokens }, (_, id) =>
    id === token ? -Infinity : dot(own, row(id)) / (length(own) * length(row(id))));
  return largest(cosines, count).map((id) => [id, cosines[id]]);
}
