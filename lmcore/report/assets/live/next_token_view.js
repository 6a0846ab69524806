// What may come next: the candidates after the chosen position, and the sliders that move them.

import { largest, softmax } from "./arrays.js";
import { bar, byId, make, percent, visible } from "./elements.js";
import { distribution } from "./sampler.js";

const CANDIDATES = 12;
const SETTINGS = ["temperature", "top_k", "top_p", "min_p", "repetition_penalty", "seed"];

export class NextTokenView {
  // `onChange()` hears of a moved slider, `onChoose(id)` of a token taken by hand.
  constructor(onChange, onChoose) {
    this.list = byId("live-candidates");
    this.heading = byId("live-after");
    this.onChoose = onChoose;
    this.inputs = Object.fromEntries(SETTINGS.map((name) => [name, byId(`live-${name}`)]));
    for (const [name, input] of Object.entries(this.inputs)) {
      input.addEventListener("input", () => {
        this.showValue(name);
        onChange();
      });
      this.showValue(name);
    }
  }

  showValue(name) {
    const output = byId(`live-${name}-value`), value = Number(this.inputs[name].value);
    if (output) output.textContent = value === Number(output.dataset.off) ? "off" : String(value);
  }

  get settings() {
    return Object.fromEntries(SETTINGS.map((name) => [name, Number(this.inputs[name].value)]));
  }

  // The candidates after `position` of the window `ids`.
  show(reading, ids, position, tokenizer) {
    const logits = reading.logitsAt(position), own = softmax(logits);
    const drawn = distribution(logits, ids.slice(0, position + 1), this.settings);
    const nextId = ids[position + 1];
    const label = (id) => visible(tokenizer.decode([id]));
    this.heading.textContent = `after “${label(ids[position])}”`;
    const rows = largest(own, CANDIDATES).map((id) => {
      const name = `${label(id)}: ${percent(drawn[id])}, of the model ${percent(own[id])}`;
      const style = [drawn[id] > 0 ? "" : "filtered", id === nextId ? "in-text" : ""].join(" ");
      return make("li", {}, make(
        "button",
        { type: "button", class: style, title: name, onclick: () => this.onChoose(id) },
        make("span", { class: "name" }, label(id)), " ", bar(own[id], "own"), bar(drawn[id], "drawn"),
        make("span", { class: "value" }, percent(drawn[id])),
      ));
    });
    const focused = [...this.list.querySelectorAll("button")].indexOf(document.activeElement);
    this.list.replaceChildren(...rows);
    if (focused >= 0) rows[focused]?.firstChild.focus();
  }
}
