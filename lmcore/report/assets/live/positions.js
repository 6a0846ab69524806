// Where a model learns the order of tokens, beside lmcore/model/positions.py and rope.py.

import { add } from "./arrays.js";

const NO_POSITIONS = {
  embed: (x) => x, // embeddings (T, D) of positions offset, offset + 1, ...
  rotate: (x) => x, // queries or keys (T, width) of several heads
  bias: () => 0, // what is added to the score of a head at a distance
};

export const POSITIONS = {
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
    // Channel i of each head is paired with channel i + R/2 and rotated by t / theta^(2i/R),
    // for the first R channels, a share of the head's Dh.
    rotate(x, width, offset, { config, headDim }) {
      const out = x.slice(), half = Math.round((config.rope_share * headDim) / 2);
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
