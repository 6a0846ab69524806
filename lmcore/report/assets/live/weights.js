// The weights of a model, from the bytes that the page holds.
//
// Each array is float32, float16, or int8 with one float32 scale for each row
// (weight = scale * integer). Whatever the type, it becomes a Float32Array:
// the page computes in float32, as lmcore does on a CPU.

// The arrays by name: {data: Float32Array, shape}. `table` lists them in the
// order of their bytes: [{name, shape, type}].
export function readWeights(table, bytes) {
  const weights = {};
  let start = 0;
  for (const { name, shape, type } of table) {
    const size = shape.reduce((product, length) => product * length, 1);
    const rows = size / shape.at(-1);
    const length = TYPES[type].bytes(size, rows);
    const part = bytes.slice(start, start + length).buffer;
    weights[name] = { data: TYPES[type].read(part, size, rows), shape };
    start += length;
  }
  return weights;
}

// For each type: the bytes of `size` numbers in `rows` rows, and how they are read.
const TYPES = {
  float32: { bytes: (size) => 4 * size, read: (buffer) => new Float32Array(buffer) },
  float16: {
    bytes: (size) => 2 * size,
    read: (buffer) => Float32Array.from(new Uint16Array(buffer), (half) => float16Values()[half]),
  },
  int8: {
    bytes: (size, rows) => 4 * rows + size,
    read(buffer, size, rows) {
      const scales = new Float32Array(buffer, 0, rows), columns = size / rows;
      const integers = new Int8Array(buffer, 4 * rows);
      return Float32Array.from(integers, (value, i) => value * scales[Math.floor(i / columns)]);
    },
  },
};

// The value of each of the 65,536 float16 numbers: sign, 5 bits of exponent, 10 of fraction.
let values = null;
function float16Values() {
  if (values) return values;
  values = new Float32Array(65536);
  for (let half = 0; half < 65536; half++) {
    const sign = half & 0x8000 ? -1 : 1, exponent = (half >> 10) & 31, fraction = half & 1023;
    if (exponent === 31) values[half] = fraction ? NaN : sign * Infinity;
    else if (exponent === 0) values[half] = sign * fraction * 2 ** -24; // subnormal
    else values[half] = sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
  }
  return values;
}

export function bytesOfBase64(text) {
  const binary = atob(text.trim()), bytes = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i);
  return bytes;
}
