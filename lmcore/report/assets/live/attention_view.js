// The attention of all heads as small maps, and of one head as a large one.
//
// `source` gives what is drawn: {tokens: [text], layers, heads, row(layer, head, position)},
// where a row is what the token at a position takes from each token up to it, in sum 1.

import { bound, byId, make, percent } from "./elements.js";

export class AttentionView {
  // `prefix` begins the ids of the elements; `onSelect(row)` hears which token was chosen.
  constructor(prefix, onSelect = () => {}) {
    this.thumbnails = byId(`${prefix}-heads`);
    this.map = byId(`${prefix}-map`);
    this.readout = byId(`${prefix}-value`);
    this.onSelect = onSelect;
    this.canvas = make("canvas", { "aria-hidden": "true" });
    this.marker = make("div", { class: "marker", "aria-hidden": "true" });
    this.map.append(this.canvas, this.marker);
    this.layer = this.head = null; // until the first drawing: the sharpest is chosen
    this.cell = null;
    for (const kind of ["pointermove", "pointerdown"]) {
      this.map.addEventListener(kind, (event) => this.point(event));
    }
    this.map.addEventListener("keydown", (event) => this.press(event));
    // Colours are those of the theme at the time of painting.
    const repaint = () => this.source && this.show(this.source);
    byId("theme").addEventListener("click", repaint);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", repaint);
  }

  show(source) {
    this.source = source;
    this.rows = null;
    if (this.layer === null) [this.layer, this.head] = sharpest(source);
    const last = source.tokens.length - 1;
    if (this.cell === null || this.cell[0] > last) this.cell = [last, 0];
    this.drawThumbnails();
    this.drawMap();
  }

  drawThumbnails() {
    const { layers, heads } = this.source;
    this.thumbnails.style.setProperty("--heads", heads);
    const buttons = [];
    for (let layer = 0; layer < layers; layer++) {
      for (let head = 0; head < heads; head++) {
        const canvas = make("canvas", { "aria-hidden": "true" });
        paint(canvas, rowsOfHead(this.source, layer, head));
        const name = `Layer ${layer + 1}, head ${head + 1}`;
        buttons.push(make("button", {
          type: "button", "aria-label": name, title: name,
          "aria-pressed": layer === this.layer && head === this.head,
          onclick: () => this.choose(layer, head),
        }, canvas));
      }
    }
    const focused = [...this.thumbnails.children].indexOf(document.activeElement);
    this.thumbnails.replaceChildren(...buttons);
    if (focused >= 0) buttons[focused].focus();
  }

  choose(layer, head) {
    [this.layer, this.head] = [layer, head];
    this.show(this.source);
    this.onSelect(this.cell[0]);
  }

  drawMap() {
    this.rows = rowsOfHead(this.source, this.layer, this.head);
    paint(this.canvas, this.rows);
    this.mark(...this.cell);
  }

  mark(row, column) {
    const count = this.rows.length, { tokens } = this.source;
    this.cell = [row, column];
    this.marker.style.left = `${(100 * column) / count}%`;
    this.marker.style.top = `${(100 * row) / count}%`;
    this.marker.style.width = this.marker.style.height = `${100 / count}%`;
    this.readout.textContent = `Layer ${this.layer + 1}, head ${this.head + 1}: “${tokens[row]}” takes `
      + `${percent(this.rows[row][column])} from “${tokens[column]}”`;
  }

  point(event) {
    const box = this.canvas.getBoundingClientRect(), count = this.rows.length;
    const row = Math.floor(((event.clientY - box.top) / box.height) * count);
    const column = Math.floor(((event.clientX - box.left) / box.width) * count);
    if (row < 0 || row >= count || column < 0 || column > row) return;
    this.mark(row, column);
    if (event.type === "pointerdown") this.onSelect(row);
  }

  press(event) {
    const step = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
    if (!step) return;
    event.preventDefault();
    const row = bound(this.cell[0] + step[0], 0, this.rows.length - 1);
    this.mark(row, bound(this.cell[1] + step[1], 0, row));
    if (step[0]) this.onSelect(row);
  }
}

const rowsOfHead = (source, layer, head) =>
  source.tokens.map((_, position) => source.row(layer, head, position));

// The layer and head whose tokens, the first few left out, look most at one token each.
function sharpest(source) {
  let best = [0, 0], highest = -1;
  for (let layer = 0; layer < source.layers; layer++) {
    for (let head = 0; head < source.heads; head++) {
      let sum = 0;
      for (let position = 2; position < source.tokens.length; position++) {
        // The first token is where heads look that look at nothing.
        sum += Math.max(...source.row(layer, head, position).slice(1));
      }
      if (sum > highest) [best, highest] = [[layer, head], sum];
    }
  }
  return best;
}

// Paints weights, one pixel each. Most are below 0.1, so opacity is their square root.
function paint(canvas, rows) {
  const size = rows.length, image = new ImageData(size, size);
  const colour = getComputedStyle(document.documentElement).getPropertyValue("--fill").split(",").map(Number);
  rows.forEach((row, y) => row.forEach((weight, x) => {
    image.data.set([...colour, 255 * Math.sqrt(weight)], 4 * (y * size + x));
  }));
  canvas.width = canvas.height = size;
  canvas.getContext("2d").putImageData(image, 0, 0);
}
