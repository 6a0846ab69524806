// The forward pass of the transformer with a KV cache: lmcore/model in JavaScript.
//
// To be read beside lmcore/model: the names of functions, weights and settings
// are those of the Python code. Each setting with a choice has a table of
// functions, so a new variant is one more entry.
//
// Shapes: T tokens read now, S tokens in the cache, D d_model, H heads,
// G key/value heads, Dh head_dim, V vocabulary.

import { add, largest, linear, mix, rowsOf, softmax } from "./arrays.js";

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
    x = POSITIONS[config.positions].embed(x, cache.length, this);
    const x0 = x;
    cache.keep(0, x);
    for (let layer = 0; layer < config.n_layers; layer++) {
      if (config.residual_scalars) {
        const [a, b] = weights[`residual_scalars.${layer}.scalars`].data;
        x = mix(a, x, b, x0);
      }
      x = block(this, layer, x, cache, removed);
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

// Queries, keys and values of the tokens read so far, and the states after each block.
export class KVCache {
  constructor(model) {
    const { n_layers, n_kv_heads, d_model, context_length } = model.config;
    const buffers = (count, width) =>
      Array.from({ length: count }, () => new Float32Array(context_length * width));
    this.width = d_model;
    this.queries = buffers(n_layers, d_model); // kept to show the attention of any head
    this.keys = buffers(n_layers, n_kv_heads * model.headDim);
    this.values = buffers(n_layers, n_kv_heads * model.headDim);
    this.states = buffers(n_layers + 1, d_model); // [0]: the embeddings
    this.maxLength = context_length;
    this.tokens = new Int32Array(context_length);
    this.documents = new Int32Array(context_length); // where each token's document begins
    this.experts = Array.from({ length: n_layers }, () => []); // by position: [[expert, weight]]
    this.length = 0;
  }

  // Notes the tokens that a pass begins to read.
  start(tokens, config) {
    const end = this.length + tokens.length;
    if (end > this.maxLength) throw new RangeError(`the context holds ${this.maxLength} tokens, not ${end}`);
    tokens.forEach((token, i) => {
      const at = this.length + i, begins = at === 0 || token === config.document_start;
      this.tokens[at] = token;
      this.documents[at] = begins ? at : this.documents[at - 1];
    });
  }

  // Keeps the states (T, D) of that pass after `layer` blocks.
  keep(layer, x) {
    this.states[layer].set(x, this.length * this.width);
  }

  // The state (D) of a position after `layer` blocks.
  state(layer, position) {
    return this.states[layer].slice(position * this.width, (position + 1) * this.width);
  }
}

// --- A block: attention between tokens, then a feed-forward within each -------

//   pre     x = x + f(norm(x))       leaves the stream itself unscaled (GPT-2)
//   post    x = norm(x + f(x))       the original of Vaswani et al. 2017
//   none    x = x + f(x)             shows what norms are for
function block(model, layer, x, cache, removed) {
  const { config } = model;
  const pre = config.norm_placement === "pre", post = config.norm_placement === "post";
  const normed = (name, x) => norm(model, config.norm, x, `blocks.${layer}.${name}`);

  // 1. Attention: x = x + attention(norm(x))
  let y = pre ? normed("attention_norm", x) : x;
  y = attention(model, layer, y, cache, removed);
  x = config.residual ? add(x, y) : y;
  if (post) x = normed("attention_norm", x);

  // 2. Feed-forward: x = x + feed_forward(norm(x))
  y = pre ? normed("feed_forward_norm", x) : x;
  y = removed.has(`${layer}.feed_forward`) ? new Float32Array(x.length)
    : feedForward(model, layer, y, cache);
  x = config.residual ? add(x, y) : y;
  return post ? normed("feed_forward_norm", x) : x;
}

// --- Norms ---------------------------------------------------------------------

// Each row of x, normed with the weight (and bias) called `name`.
function norm(model, kind, x, name) {
  const weight = model.weights[`${name}.weight`].data, bias = model.weights[`${name}.bias`]?.data;
  const size = weight.length, out = new Float32Array(x.length);
  for (let start = 0; start < x.length; start += size) {
    const row = x.subarray(start, start + size);
    const { mean, scale } = NORMS[kind](row, model.config.norm_epsilon);
    for (let i = 0; i < size; i++) {
      out[start + i] = (row[i] - mean) * scale * weight[i] + (bias ? bias[i] : 0);
    }
  }
  return out;
}

const NORMS = {
  rmsnorm(row, epsilon) {
    let square = 0;
    for (const value of row) square += value * value;
    return { mean: 0, scale: 1 / Math.sqrt(square / row.length + epsilon) };
  },
  layernorm(row, epsilon) {
    let sum = 0, square = 0;
    for (const value of row) sum += value;
    const mean = sum / row.length;
    for (const value of row) square += (value - mean) ** 2;
    return { mean, scale: 1 / Math.sqrt(square / row.length + epsilon) };
  },
};

// --- Attention -------------------------------------------------------------------

// softmax(Q K^T / sqrt(Dh) + bias) V for x (T, D); the new keys and values go into the cache.
function attention(model, layer, x, cache, removed) {
  const { config, weights, headDim } = model;
  const name = `blocks.${layer}.attention`;
  const project = (part) => linear(x, weights[`${name}.${part}.weight`], weights[`${name}.${part}.bias`]);
  let q = project("query"), k = project("key"), v = project("value");
  v = addValueEmbedding(model, name, v, cache, x.length / config.d_model);
  if (config.qk_norm) {
    q = norm(model, "rmsnorm", q, `${name}.query_norm`); // rows of Dh: every head by itself
    k = norm(model, "rmsnorm", k, `${name}.key_norm`);
  }
  const { rotate } = POSITIONS[config.positions];
  const kvWidth = config.n_kv_heads * headDim;
  cache.queries[layer].set(rotate(q, config.d_model, cache.length, model), cache.length * config.d_model);
  cache.keys[layer].set(rotate(k, kvWidth, cache.length, model), cache.length * kvWidth);
  cache.values[layer].set(v, cache.length * kvWidth);
  const attended = new Float32Array(x.length); // (T, H * Dh)
  for (let t = 0; t < x.length / config.d_model; t++) {
    for (let head = 0; head < config.n_heads; head++) {
      if (removed.has(`${layer}.head.${head}`)) continue;
      const probabilities = attentionWeights(model, cache, layer, head, cache.length + t);
      const kvHead = kvHeadOf(config, head), at = t * config.d_model + head * headDim;
      for (let s = 0; s < probabilities.length; s++) {
        const from = s * kvWidth + kvHead * headDim;
        for (let i = 0; i < headDim; i++) {
          attended[at + i] += probabilities[s] * cache.values[layer][from + i];
        }
      }
    }
  }
  return linear(attended, weights[`${name}.output.weight`], weights[`${name}.output.bias`]);
}

// How much the token at `position` takes from each token up to it: (position + 1), sum 1.
export function attentionWeights(model, cache, layer, head, position) {
  const { config, headDim } = model;
  const q = cache.queries[layer], k = cache.keys[layer], kvWidth = config.n_kv_heads * headDim;
  const from = position * config.d_model + head * headDim, kvAt = kvHeadOf(config, head) * headDim;
  const { bias } = POSITIONS[config.positions];
  const scores = new Float32Array(position + 1).fill(-Infinity); // of other documents
  for (let s = cache.documents[position]; s <= position; s++) {
    let score = 0;
    for (let i = 0; i < headDim; i++) score += q[from + i] * k[s * kvWidth + kvAt + i];
    scores[s] = score / Math.sqrt(headDim) + bias(position - s, head, model);
  }
  return softmax(scores);
}

// Grouped queries: several query heads share one key/value head.
const kvHeadOf = (config, head) => Math.floor(head / (config.n_heads / config.n_kv_heads));

// v = a W_v x + b E[token], in the blocks that have a table E.
function addValueEmbedding(model, name, v, cache, count) {
  const table = model.weights[`${name}.value_embedding.table.weight`];
  if (!table) return v;
  const [a, b] = model.weights[`${name}.value_embedding.scalars`].data;
  return mix(a, v, b, rowsOf(table, cache.tokens.subarray(cache.length, cache.length + count)));
}

// --- Positions: where a model learns the order of tokens --------------------------

const NO_POSITIONS = {
  embed: (x) => x, // embeddings (T, D) of positions offset, offset + 1, ...
  rotate: (x) => x, // queries or keys (T, width) of several heads
  bias: () => 0, // what is added to the score of a head at a distance
};

const POSITIONS = {
  none: NO_POSITIONS,
  learned: {
    ...NO_POSITIONS,
    embed(x, offset, { config, weights }) {
      const table = weights["positions.weight"].data;
      return add(x, table.subarray(offset * config.d_model));
    },
  },
  sinusoidal: {
    ...NO_POSITIONS,
    embed(x, offset, { config }) {
      return x.map((value, i) => {
        const channel = i % config.d_model, t = offset + Math.floor(i / config.d_model);
        const angle = t / 10000 ** ((channel - (channel % 2)) / config.d_model);
        return value + Math.SQRT2 * EMBEDDING_STD * (channel % 2 ? Math.cos(angle) : Math.sin(angle));
      });
    },
  },
  rope: {
    ...NO_POSITIONS,
    // Channel i of each head is paired with channel i + Dh/2 and rotated by t / theta^(2i/Dh).
    rotate(x, width, offset, { config, headDim }) {
      const out = new Float32Array(x.length), half = headDim / 2;
      for (let start = 0; start < x.length; start += headDim) {
        const t = offset + Math.floor(start / width);
        for (let i = 0; i < half; i++) {
          const angle = t / config.rope_theta ** (i / half);
          const cosine = Math.cos(angle), sine = Math.sin(angle);
          const first = x[start + i], second = x[start + i + half];
          out[start + i] = first * cosine - second * sine;
          out[start + i + half] = second * cosine + first * sine;
        }
      }
      return out;
    },
  },
  alibi: {
    ...NO_POSITIONS,
    bias: (distance, head, { config }) => -alibiSlope(head, config.n_heads) * distance,
  },
};

const EMBEDDING_STD = 0.02; // the waves have the size of the embeddings at the start

// For H a power of two: 2^(-8/H), 2^(-16/H), ..., 2^-8. Otherwise the slopes of the
// power of two below, and every second one of that above.
function alibiSlope(head, heads) {
  const below = 2 ** Math.floor(Math.log2(heads));
  if (head < below) return 2 ** ((-8 / below) * (head + 1));
  return 2 ** ((-8 / (2 * below)) * (2 * (head - below) + 1));
}

// --- Feed-forward ------------------------------------------------------------------

// [activation, whether a second projection is its gate]
const ACTIVATIONS = {
  relu: [(x) => Math.max(x, 0), false],
  relu2: [(x) => Math.max(x, 0) ** 2, false],
  gelu: [(x) => 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3))), false],
  swiglu: [(x) => x / (1 + Math.exp(-x)), true],
};

// The feed-forward of a block, or its mixture of experts.
function feedForward(model, layer, x, cache) {
  const name = `blocks.${layer}.feed_forward`, { weights } = model;
  if (`${name}.router.weight` in weights) return mixture(model, layer, x, cache);
  return hiddenLayer(model, x, (part) =>
    [weights[`${name}.${part}.weight`], weights[`${name}.${part}.bias`]]);
}

// down(activation(up(x))), or down(activation(gate(x)) * up(x)) when gated;
// `linearOf(part)` gives the weight and bias of one of the three.
function hiddenLayer(model, x, linearOf) {
  const [activation, gated] = ACTIVATIONS[model.config.feed_forward];
  const up = linear(x, ...linearOf("up"));
  const hidden = gated ? linear(x, ...linearOf("gate")).map(activation).map((gate, i) => gate * up[i])
    : up.map(activation);
  return linear(hidden, ...linearOf("down"));
}

// --- Mixture of experts: each token goes to the k experts that its router likes best ---

function mixture(model, layer, x, cache) {
  const { weights, config } = model, name = `blocks.${layer}.feed_forward`;
  const out = new Float32Array(x.length);
  for (let start = 0; start < x.length; start += config.d_model) {
    const token = x.subarray(start, start + config.d_model);
    const chosen = route(model, name, token);
    cache.experts[layer][cache.length + start / config.d_model] = chosen;
    for (const [expert, share] of chosen) {
      const y = hiddenLayer(model, token, (part) => [
        expertOf(weights[`${name}.${part}.weight`], expert),
        expertOf(weights[`${name}.${part}.bias`], expert),
      ]);
      for (let i = 0; i < y.length; i++) out[start + i] += share * y[i];
    }
  }
  return out;
}

// The chosen experts of one token and their weights. The bias of loss-free balancing sways
// the choice only. With k = 1 the weight is the probability itself (Switch).
function route(model, name, token) {
  const probabilities = softmax(linear(token, model.weights[`${name}.router.weight`]));
  const bias = model.weights[`${name}.router.selection_bias`]?.data;
  const k = model.config.moe.top_k;
  const chosen = largest(bias ? add(probabilities, bias) : probabilities, k);
  const total = k > 1 ? chosen.reduce((sum, expert) => sum + probabilities[expert], 0) : 1;
  return chosen.map((expert) => [expert, probabilities[expert] / total]);
}

// Expert number `expert` of an array (E, ...).
function expertOf(array, expert) {
  if (!array) return undefined;
  const shape = array.shape.slice(1), size = array.data.length / array.shape[0];
  return { data: array.data.subarray(expert * size, (expert + 1) * size), shape };
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
