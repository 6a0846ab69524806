// From logits to the next token: lmcore/generation in JavaScript.
//
// The filters apply in this order: repetition penalty (Keskar et al. 2019),
// temperature, top-k, top-p (Holtzman et al. 2020), min-p (Nguyen et al. 2024).

import { largest, softmax } from "./arrays.js";

// The probabilities to sample from; `seen` are the ids of the text so far.
// settings: {repetition_penalty, temperature, top_k, top_p, min_p}.
export function distribution(logits, seen, settings) {
  let scores = penalizeRepetition(logits, seen, settings.repetition_penalty);
  if (settings.temperature === 0) { // always the most likely token
    const [best] = largest(scores, 1);
    return scores.map((_, id) => (id === best ? 1 : 0));
  }
  scores = scores.map((score) => score / withinFloat32(settings.temperature));
  scores = topK(scores, settings.top_k);
  scores = topP(scores, settings.top_p);
  return softmax(minP(scores, settings.min_p));
}

// Divides positive logits of seen tokens by the penalty and multiplies negative ones.
export function penalizeRepetition(logits, seen, penalty) {
  const out = logits.slice();
  if (penalty === 1) return out;
  penalty = withinFloat32(penalty);
  for (const id of new Set(seen)) out[id] = logits[id] > 0 ? logits[id] / penalty : logits[id] * penalty;
  return out;
}

// Keeps the k most likely tokens, and those that tie with the last of them; 0: all.
export function topK(logits, k) {
  if (k <= 0 || k >= logits.length) return logits;
  return atLeast(logits, logits.slice().sort().at(-k));
}

// Keeps the fewest most likely tokens that hold probability p, and ties with the last; 1: all.
export function topP(logits, p) {
  if (p >= 1) return logits;
  const falling = logits.slice().sort().reverse(), probabilities = softmax(falling);
  let held = 0, kept = 0;
  while (kept < falling.length && (kept === 0 || held < p)) held += probabilities[kept++];
  return atLeast(logits, falling[kept - 1]);
}

// Keeps tokens at least `share` times as likely as the most likely one; 0: all.
export function minP(logits, share) {
  if (share <= 0) return logits;
  return atLeast(logits, logits[largest(logits, 1)[0]] + Math.log(share));
}

const atLeast = (logits, threshold) => logits.map((logit) => (logit < threshold ? -Infinity : logit));

// The nearest factor by which logits stay finite.
const withinFloat32 = (factor) => Math.min(Math.max(factor, 1e-15), 1e15);

// The token at which the running sum of the probabilities passes `uniform`, in [0, 1).
export function sample(probabilities, uniform) {
  let last = 0;
  for (let id = 0; id < probabilities.length; id++) {
    if (probabilities[id] === 0) continue;
    uniform -= probabilities[id];
    last = id;
    if (uniform < 0) break;
  }
  return last;
}

// A number in [0, 1) that the seed and the position alone decide (mulberry32's mixing step).
export function uniformAt(seed, position) {
  let x = (Math.imul(seed + 1, 0x9e3779b1) + Math.imul(position + 1, 0x85ebca6b)) | 0;
  x = Math.imul(x ^ (x >>> 15), x | 1);
  x ^= x + Math.imul(x ^ (x >>> 7), x | 61);
  return ((x ^ (x >>> 14)) >>> 0) / 2 ** 32;
}

// How many of the last tokens of a text of `length` the model reads: all until the context
// is full; then its older half is dropped, and it fills up anew.
export function visibleTokens(length, contextLength) {
  const kept = Math.ceil(contextLength / 2);
  if (length <= contextLength) return length;
  return kept + ((length - contextLength - 1) % (contextLength + 1 - kept));
}
