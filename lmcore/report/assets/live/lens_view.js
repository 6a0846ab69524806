// The logit lens: what each layer would say if the model ended there.

import { largest, softmax } from "./arrays.js";
import { byId, make, percent, visible } from "./elements.js";

const SHOWN = 5;

export function showLens(reading, ids, position, tokenizer) {
  const label = (id) => visible(tokenizer.decode([id]));
  const nextId = ids[position + 1];
  const rows = [];
  for (let layers = 0; layers <= reading.model.config.n_layers; layers++) {
    const probabilities = softmax(reading.logitsAt(position, layers));
    const cells = largest(probabilities, SHOWN).map((id) => make(
      "td", { "--s": probabilities[id].toFixed(3), class: id === nextId ? "in-text" : "" },
      make("span", { class: "name" }, label(id)), " ",
      make("span", { class: "value" }, percent(probabilities[id])),
    ));
    const name = layers === 0 ? "Embedding" : `Layer ${layers}`;
    const actual = nextId === undefined ? "–" : percent(probabilities[nextId]);
    const heading = make("th", { scope: "row" }, name);
    rows.push(make("tr", {}, heading, make("td", { class: "number" }, actual), ...cells));
  }
  byId("live-lens-rows").replaceChildren(...rows);
  byId("live-lens-after").textContent = `after “${label(ids[position])}”`;
  byId("live-lens-next").textContent = nextId === undefined ? "next" : `“${label(nextId)}”`;
}
