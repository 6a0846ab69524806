// LayerNorm and RMSNorm, beside lmcore/model/norms.py.

// Each row of x, normed with the weight (and bias) called `name`.
export function norm(model, kind, x, name) {
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
