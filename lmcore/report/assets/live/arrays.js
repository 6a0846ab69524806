// The few array operations that a transformer needs.
//
// An array is a Float32Array whose rows lie one after the other: (T, D) has
// T * D numbers, and row t begins at t * D.

// x W^T + bias: x (T, inputs), weight {data, shape: [outputs, inputs]}, bias or undefined.
export function linear(x, weight, bias) {
  const [outputs, inputs] = weight.shape, w = weight.data, rows = x.length / inputs;
  const y = new Float32Array(rows * outputs), whole = inputs - (inputs % 4);
  for (let output = 0; output < outputs; output++) {
    const at = output * inputs, start = bias ? bias.data[output] : 0;
    for (let row = 0; row < rows; row++) {
      // Four sums at once: each addition need not wait for the one before.
      let a = start, b = 0, c = 0, d = 0, from = row * inputs, i = 0;
      for (; i < whole; i += 4) {
        a += w[at + i] * x[from + i];
        b += w[at + i + 1] * x[from + i + 1];
        c += w[at + i + 2] * x[from + i + 2];
        d += w[at + i + 3] * x[from + i + 3];
      }
      for (; i < inputs; i++) a += w[at + i] * x[from + i];
      y[row * outputs + output] = a + b + c + d;
    }
  }
  return y;
}

// Rows `indices` of a table (V, D), one after the other.
export function rowsOf(table, indices) {
  const width = table.shape.at(-1), out = new Float32Array(indices.length * width);
  indices.forEach((index, row) => {
    out.set(table.data.subarray(index * width, (index + 1) * width), row * width);
  });
  return out;
}

export const add = (a, b) => a.map((value, i) => value + b[i]);

// What a function makes of each row of x (T, width), one number a row.
export const rowwise = (x, width, f) =>
  Array.from({ length: x.length / width }, (_, t) => f(x.subarray(t * width, (t + 1) * width)));

// a x + b y
export const mix = (a, x, b, y) => x.map((value, i) => a * value + b * y[i]);

export function softmax(logits) {
  let max = -Infinity, sum = 0;
  for (const logit of logits) max = Math.max(max, logit);
  const out = new Float32Array(logits.length);
  for (let i = 0; i < out.length; i++) sum += out[i] = Math.exp(logits[i] - max);
  for (let i = 0; i < out.length; i++) out[i] /= sum;
  return out;
}

// The indices of the k greatest values, the greatest first; of equal ones the first.
export function largest(values, k) {
  const best = [];
  for (let i = 0; i < values.length; i++) {
    if (best.length === k && values[i] <= values[best[k - 1]]) continue;
    let rank = best.length;
    while (rank > 0 && values[best[rank - 1]] < values[i]) rank--;
    best.splice(rank, 0, i);
    best.length = Math.min(best.length, k);
  }
  return best;
}
