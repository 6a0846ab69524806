// The feed-forward and the mixture of experts, beside lmcore/model/feed_forward.py and moe.py.

import { add, largest, linear, softmax } from "./arrays.js";

// [activation, whether a second projection is its gate]
const ACTIVATIONS = {
  relu: [(x) => Math.max(x, 0), false],
  relu2: [(x) => Math.max(x, 0) ** 2, false],
  gelu: [(x) => 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3))), false],
  swiglu: [(x) => x / (1 + Math.exp(-x)), true],
};

// The feed-forward of a block, or its mixture of experts.
export function feedForward(model, layer, x, cache) {
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
