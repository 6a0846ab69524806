// Heads and feed-forwards as switches, and what the model loses without them.

import { largest, softmax } from "./arrays.js";
import { bar, byId, make, percent, visible } from "./elements.js";
import { Reading } from "./reading.js";

const COMPARED = 8;

export class RemovalView {
  // `onChange(removed)` hears which parts are removed.
  constructor(model, onChange) {
    this.model = model;
    this.removed = new Set();
    this.buttons = new Map(); // by part
    this.onChange = onChange;
    byId("live-parts").replaceChildren(...this.rows());
    byId("live-restore").addEventListener("click", () => this.set(new Set()));
  }

  rows() {
    const { n_layers, n_heads } = this.model.config;
    return Array.from({ length: n_layers }, (_, layer) => {
      const heads = Array.from({ length: n_heads }, (_, head) => this.button(
        `${layer}.head.${head}`, `Head ${head + 1}`, `Layer ${layer + 1}, head ${head + 1}`));
      const feed = this.button(`${layer}.feed_forward`, "Feed-forward", `Layer ${layer + 1}, feed-forward`);
      return make("div", { class: "parts", role: "group", "aria-label": `Layer ${layer + 1}` },
        make("span", { class: "layer" }, `Layer ${layer + 1}`), ...heads, feed);
    });
  }

  button(part, text, name) {
    const change = make("span", { class: "change" });
    const toggle = () => {
      const removed = new Set(this.removed);
      if (!removed.delete(part)) removed.add(part);
      this.set(removed);
    };
    const label = `Remove ${name}`;
    const properties = { type: "button", "aria-pressed": "false", "aria-label": label, onclick: toggle };
    const button = make("button", properties, text, change);
    this.buttons.set(part, { button, change, name });
    return button;
  }

  set(removed) {
    this.removed = removed;
    for (const [part, { button }] of this.buttons) button.setAttribute("aria-pressed", removed.has(part));
    this.onChange(removed);
  }

  // The text's loss and the next token's candidates, with all parts and without the removed ones.
  show(intact, changed, position, tokenizer) {
    byId("live-restore").disabled = this.removed.size === 0;
    const effect = byId("live-effect"), list = byId("live-compared");
    if (!changed) {
      effect.textContent = `Nothing is removed. The text costs ${bits(intact.loss)} per token.`;
      list.replaceChildren();
      return;
    }
    const count = this.removed.size === 1 ? "1 part" : `${this.removed.size} parts`;
    effect.textContent = `Without ${count} the text costs ${bits(changed.loss)} per token; `
      + `with all parts it costs ${bits(intact.loss)}.`;
    const before = softmax(intact.logitsAt(position)), after = softmax(changed.logitsAt(position));
    const either = before.map((probability, id) => Math.max(probability, after[id]));
    list.replaceChildren(...largest(either, COMPARED).map((id) => make(
      "li", {}, make("span", { class: "name" }, visible(tokenizer.decode([id]))),
      bar(before[id], "own"), bar(after[id], "drawn"),
      make("span", { class: "value" }, `${percent(before[id])} → ${percent(after[id])}`),
    )));
  }

  // Removes each part by itself and writes on its switch what the text then costs more.
  async measure(ids, intact, wanted) {
    const losses = [];
    for (const [part, { change }] of this.buttons) {
      const reading = new Reading(this.model, new Set([part]));
      if (!(await reading.read(ids, wanted))) return;
      losses.push([part, reading.loss - intact.loss]);
      change.textContent = signed(losses.at(-1)[1]);
    }
    const highest = Math.max(...losses.map(([, loss]) => loss), 1e-9);
    for (const [part, loss] of losses) {
      const { button, name } = this.buttons.get(part);
      button.style.setProperty("--s", Math.sqrt(Math.max(loss, 0) / highest).toFixed(3));
      button.setAttribute("aria-label", `Remove ${name}: ${signed(loss)} bits per token`);
    }
  }

  // Forgets what was measured on another text.
  forget() {
    for (const { button, change, name } of this.buttons.values()) {
      change.textContent = "";
      button.style.removeProperty("--s");
      button.setAttribute("aria-label", `Remove ${name}`);
    }
  }
}

const bits = (value) => (Number.isFinite(value) ? `${value.toFixed(2)} bits` : "no bits yet");
const signed = (value) => `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(2)}`;
