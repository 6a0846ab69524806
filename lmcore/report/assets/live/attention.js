// Causal self-attention with a KV cache, beside lmcore/model/attention.py.

import { linear, mix, rowsOf, softmax } from "./arrays.js";
import { norm } from "./norms.js";
import { POSITIONS } from "./positions.js";

// softmax(Q K^T / sqrt(Dh) + bias) V for x (T, D); the new keys and values go into the cache.
export function attention(model, layer, x, cache, removed) {
  const { config, weights, headDim } = model;
  const name = `blocks.${layer}.attention`;
  const convolved = (part, x) => convolve(weights[`${name}.convolutions.${part}.weight`], x, (width, count) =>
    cache.earlier(`blocks.${layer}.${part}`, x, width, count));
  x = convolved("input", x);
  const project = (part) =>
    convolved(part, linear(x, weights[`${name}.${part}.weight`], weights[`${name}.${part}.bias`]));
  let q = project("query"), k = project("key"), v = project("value");
  v = addValueEmbedding(model, name, v, x, cache);
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
      const gate = headGate(weights[`${name}.head_gates.gates`], head, x.subarray(t * config.d_model));
      for (let i = 0; i < headDim; i++) attended[at + i] *= gate;
    }
  }
  return linear(attended, weights[`${name}.output.weight`], weights[`${name}.output.bias`]);
}

// 2 sigmoid(g_h . x_t[:12]) of a head and a token x_t, or 1 without gates (H, 12).
function headGate(gates, head, token) {
  if (!gates) return 1;
  const size = gates.shape[1], gate = gates.data.subarray(head * size, (head + 1) * size);
  return 2 / (1 + Math.exp(-gate.reduce((sum, value, i) => sum + value * token[i], 0)));
}

// y_t = x_t + sum over k of w_k * x_{t-k}, channel by channel, where there is a weight (W, C).
function convolve(weight, x, earlier) {
  if (!weight) return x;
  const [taps, width] = weight.shape, shifted = [x, ...earlier(width, taps - 1)];
  return x.map((value, i) => shifted.reduce((sum, shift, k) =>
    sum + weight.data[k * width + (i % width)] * shift[i], value));
}

// How much the token at `position` takes from each token up to it: (position + 1), sum 1.
export function attentionWeights(model, cache, layer, head, position) {
  const { config, headDim } = model;
  const q = cache.queries[layer], k = cache.keys[layer], kvWidth = config.n_kv_heads * headDim;
  const from = position * config.d_model + head * headDim, kvAt = kvHeadOf(config, head) * headDim;
  const { bias } = POSITIONS[config.positions];
  const scores = new Float32Array(position + 1).fill(-Infinity); // of other documents, or outside the window
  const window = windowOf(config, layer) || position + 1;
  for (let s = Math.max(cache.documents[position], position - window + 1); s <= position; s++) {
    let score = 0;
    for (let i = 0; i < headDim; i++) score += q[from + i] * k[s * kvWidth + kvAt + i];
    scores[s] = score / Math.sqrt(headDim) + bias(position - s, head, model);
  }
  return softmax(scores);
}

// The tokens that a block sees: the last `attention_window`, or (0) all of them.
const windowOf = (config, layer) =>
  config.global_every && (layer + 1) % config.global_every === 0 ? 0 : config.attention_window;

// Grouped queries: several query heads share one key/value head.
const kvHeadOf = (config, head) => Math.floor(head / (config.n_heads / config.n_kv_heads));

// v = W_v x + 2 sigmoid(g . x[:12]) * (P norm(x0)), with a gate for each key/value head.
function addProjection(model, name, v, x, cache) {
  const { weights, config: { d_model }, headDim } = model, gates = weights[`${name}.head_gates.gates`];
  const from = cache.length * d_model, width = (v.length / x.length) * d_model;
  const x0 = norm(model, "rmsnorm", cache.states[0].slice(from, from + x.length), "embedding_norm");
  const projected = linear(x0, weights[`${name}.projection.weight`]);
  return v.map((value, i) => {
    const token = x.subarray(Math.floor(i / width) * d_model), head = Math.floor((i % width) / headDim);
    return value + headGate(gates, head, token) * projected[i];
  });
}

// v = a W_v x + b E[token], in the blocks that have a table E.
function addValueEmbedding(model, name, v, x, cache) {
  const count = x.length / model.config.d_model;
  const projection = model.weights[`${name}.value_embedding.projection.weight`];
  if (projection) return addProjection(model, `${name}.value_embedding`, v, x, cache);
  const table = model.weights[`${name}.value_embedding.table.weight`];
  if (!table) return v;
  const [a, b] = model.weights[`${name}.value_embedding.scalars`].data;
  return mix(a, v, b, rowsOf(table, cache.tokens.subarray(cache.length, cache.length + count)));
}
