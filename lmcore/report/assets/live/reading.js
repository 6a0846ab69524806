// The model's reading of one text, kept from one change of the text to the next.

import { softmax } from "./arrays.js";
import { KVCache } from "./kv_cache.js";

// Tokens read between two looks at the clock, and milliseconds before the browser gets a turn.
const SLICE = 4, TURN = 25;

export class Reading {
  // `removed`: parts of the model whose output is set to 0 (see GPT.forward).
  constructor(model, removed = new Set()) {
    this.model = model;
    this.removed = removed;
    this.cache = new KVCache(model);
    this.bits = []; // the surprise of each token: -log2 of its probability; the first is given
  }

  // Reads `ids`; what was read already from the same beginning is kept. Returns false
  // where `wanted()` no longer holds: a later change of the text asks for another reading.
  async read(ids, wanted = () => true) {
    const { cache } = this;
    let same = 0;
    while (same < Math.min(cache.length, ids.length) && cache.tokens[same] === ids[same]) same++;
    cache.length = this.bits.length = same;
    let turn = performance.now();
    while (cache.length < ids.length) {
      this.readSlice(ids.slice(cache.length, cache.length + SLICE));
      if (performance.now() - turn < TURN) continue;
      await nextTurn();
      turn = performance.now();
      if (!wanted()) return false;
    }
    return true;
  }

  readSlice(tokens) {
    const start = this.cache.length, size = this.model.vocabulary;
    const { n_layers } = this.model.config;
    // What was expected in place of the first of `tokens`.
    let logits = start > 0 ? this.model.logits(this.cache.state(n_layers, start - 1)) : null;
    const following = this.model.forward(tokens, this.cache, this.removed);
    tokens.forEach((token, i) => {
      this.bits.push(logits ? -Math.log2(softmax(logits)[token]) : null);
      logits = following.subarray(i * size, (i + 1) * size);
    });
  }

  // The logits of the tokens that may follow `position`, as they would be if the model ended after
  // `layers` blocks (the logit lens); by default after all of them.
  logitsAt(position, layers = this.model.config.n_layers) {
    return this.model.logits(this.cache.state(layers, position)).slice(0, this.model.tokens);
  }

  // Mean surprise in bits per token.
  get loss() {
    const bits = this.bits.slice(1);
    return bits.reduce((sum, each) => sum + each, 0) / bits.length;
  }
}

// Lets the browser draw and hear the user before work goes on.
export const nextTurn = () => new Promise((resolve) => setTimeout(resolve));
