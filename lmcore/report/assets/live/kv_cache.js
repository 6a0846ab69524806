// The KV cache of the live model, beside lmcore/model/kv_cache.py.

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
    this.inputs = {}; // by name, of what looks a few tokens back
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

  // x (T, width) shifted by 1, 2, ... `count` tokens: what is that many tokens before, or 0
  // where that is another document.
  earlier(name, x, width, count) {
    this.inputs[name] ??= new Float32Array(this.maxLength * width);
    this.inputs[name].set(x, this.length * width);
    return Array.from({ length: count }, (_, lag) => x.map((_, i) => {
      const at = this.length + Math.floor(i / width), from = at - lag - 1;
      return from < this.documents[at] ? 0 : this.inputs[name][from * width + (i % width)];
    }));
  }

  // The state (D) of a position after `layer` blocks.
  state(layer, position) {
    return this.states[layer].slice(position * this.width, (position + 1) * this.width);
  }
}
