// The live section: reads the text as it is typed, writes on, and keeps the views up to date.

import { AttentionView } from "./attention_view.js";
import { bound, byId, make, percent, visible } from "./elements.js";
import { attentionWeights } from "./attention.js";
import { GPT, nearestTokens } from "./model.js";
import { NextTokenView } from "./next_token_view.js";
import { Reading, nextTurn } from "./reading.js";
import { RemovalView } from "./removal_view.js";
import { distribution, sample, uniformAt, visibleTokens } from "./sampler.js";
import { showLens } from "./lens_view.js";
import { Tokenizer } from "./tokenizer.js";
import { bytesOfBase64, readWeights } from "./weights.js";

const DARKEST = 12; // bits of surprise from which on a token has the deepest shade
const END = "<|endoftext|>";
const NEIGHBOURS = 5; // tokens named as near to the chosen one
const MAP_TOKENS = 96; // the last tokens of the text that attention maps show

class Explorer {
  constructor(model, tokenizer) {
    this.model = model;
    this.tokenizer = tokenizer;
    this.text = byId("live-prompt");
    this.end = tokenizer.special[END];
    this.ids = []; // of the whole text, after the end of another
    this.start = 0; // where the window begins that fits the context
    this.position = 0; // the chosen token, from the window's start
    this.intact = new Reading(model);
    this.changed = null; // the reading without the removed parts
    this.version = 0; // of the text and the parts: work for an older one stops
    this.shown = 0; // the version that can be seen
    this.writing = false;
    this.next = new NextTokenView(() => this.showNext(), (id) => this.take(id));
    this.removal = new RemovalView(model, (removed) => {
      this.changed = removed.size ? new Reading(model, removed) : null;
      this.update();
    });
    this.attention = new AttentionView("live-attention", (row) => this.select(this.mapStart + row));
    this.tokens = byId("live-tokens");
    this.shading = byId("live-shading");
    this.listen();
  }

  listen() {
    this.text.addEventListener("input", () => this.setText(this.text.value));
    byId("live-write").addEventListener("click", () => (this.writing ? this.stop() : this.write()));
    byId("live-step").addEventListener("click", () => this.writeToken());
    byId("live-back").addEventListener("click", () => this.removeLast());
    byId("live-clear").addEventListener("click", () => this.setText("", true));
    this.shading.addEventListener("change", () => this.shadeTokens());
    byId("live-measure").addEventListener("click", () => this.measure());
    for (const button of document.querySelectorAll("#live-prompts button")) {
      button.addEventListener("click", () => this.setText(button.textContent, true));
    }
    const select = (event) => {
      const index = [...this.tokens.children].indexOf(event.target.closest(".token"));
      if (index >= 0) this.select(index);
    };
    this.tokens.addEventListener("click", select);
    this.tokens.addEventListener("keydown", (event) => {
      const at = this.position, last = this.window.length - 1;
      const to = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: last }[event.key];
      if (to === undefined) return;
      event.preventDefault();
      this.select(to);
    });
  }

  // --- The text -----------------------------------------------------------------

  get window() {
    return this.ids.slice(this.start);
  }

  get reading() {
    return this.changed ?? this.intact;
  }

  setText(text, replace = false) {
    if (replace) this.text.value = text;
    this.stop();
    this.ids = [this.end, ...this.tokenizer.encode(text)];
    return this.update();
  }

  // Changes the text to that of `ids`, which need not be how the tokenizer would cut it.
  setIds(ids) {
    this.ids = ids;
    this.text.value = this.tokenizer.decode(ids.slice(1).filter((id) => id !== this.end));
    this.text.scrollTop = this.text.scrollHeight;
    return this.update();
  }

  // Reads the text anew as far as it has changed, then shows everything.
  async update() {
    const version = ++this.version, wanted = () => version === this.version;
    this.start = this.ids.length - visibleTokens(this.ids.length, this.model.config.context_length);
    const ids = this.window;
    for (const reading of [this.intact, this.changed]) {
      if (reading && !(await reading.read(ids, wanted))) return;
    }
    this.position = ids.length - 1;
    this.showTokens();
    this.showNext();
    if (!this.writing) this.showRest();
    this.shown = version;
  }

  // --- Writing ------------------------------------------------------------------

  async write() {
    this.writing = true;
    byId("live-write").textContent = "Stop";
    byId("live-status").textContent = "Writing …";
    while (this.writing && (await this.writeToken())) await nextTurn();
    this.stop();
    this.showRest();
  }

  stop() {
    this.writing = false;
    byId("live-write").textContent = "Write";
  }

  // Draws the next token and reads it; false once the story has ended.
  async writeToken() {
    if (this.ids.at(-1) === this.end && this.ids.length > 1) return false;
    const ids = this.window, { settings } = this.next;
    const probabilities = distribution(this.reading.logitsAt(ids.length - 1), ids, settings);
    const token = sample(probabilities, uniformAt(settings.seed, this.ids.length));
    await this.setIds([...this.ids, token]);
    return token !== this.end;
  }

  removeLast() {
    this.stop();
    return this.setIds(this.ids.slice(0, Math.max(1, this.ids.length - 1)));
  }

  // Puts a token after the chosen position, in place of what follows there.
  take(id) {
    this.stop();
    return this.setIds([...this.ids.slice(0, this.start + this.position + 1), id]);
  }

  async measure() {
    const version = this.version;
    byId("live-measure").disabled = true;
    await this.removal.measure(this.window, this.intact, () => version === this.version);
    byId("live-measure").disabled = false;
  }

  // --- What is shown ------------------------------------------------------------

  select(position) {
    this.position = bound(position, 0, this.window.length - 1);
    this.markToken();
    this.shadeTokens();
    this.describeToken();
    this.showNext();
    this.showLens();
    this.removal.show(this.intact, this.changed, this.position, this.tokenizer);
  }

  showTokens() {
    const { bits } = this.reading;
    const spans = this.window.map((id, i) => make(
      "span",
      { class: `token hue-${i % 4}`, title: bits[i] === null ? "given" : `${bits[i].toFixed(1)} bits` },
      this.tokenizer.decode([id]),
    ));
    this.tokens.replaceChildren(...spans);
    this.shadeTokens();
    this.markToken();
  }

  // Shades the tokens by their surprise, or by what the chosen token takes from each.
  shadeTokens() {
    const { bits, cache } = this.reading, { layer, head } = this.attention;
    let shade = (i) => Math.min(1, (bits[i] ?? 0) / DARKEST);
    if (this.shading.value === "attention" && layer !== null) {
      const weights = attentionWeights(this.model, cache, layer, head, this.position);
      shade = (i) => Math.sqrt(weights[i] ?? 0);
    }
    [...this.tokens.children].forEach((span, i) => span.style.setProperty("--s", shade(i).toFixed(2)));
  }

  showStatus() {
    const count = this.window.length;
    const loss = count > 1 ? `, ${this.reading.loss.toFixed(2)} bits per token on average` : "";
    const forgotten = this.start ? ` The context is full: the first ${this.start} are forgotten.` : "";
    const ended = this.ids.at(-1) === this.end && this.ids.length > 1 ? " The story has ended." : "";
    byId("live-status").textContent = `${count} tokens${loss}.${forgotten}${ended}`;
  }

  markToken() {
    this.tokens.querySelector(".chosen")?.classList.remove("chosen");
    this.tokens.children[this.position]?.classList.add("chosen");
  }

  describeToken() {
    const bits = this.reading.bits[this.position], token = this.label(this.window[this.position]);
    const cost = bits === null ? "given" : `${bits.toFixed(1)} bits, probability ${percent(2 ** -bits)}`;
    byId("live-token-value").textContent = `Token ${this.position} “${token}”: ${cost}`;
    const near = nearestTokens(this.model, this.window[this.position], NEIGHBOURS)
      .map(([id, cosine]) => `${this.label(id)} ${cosine.toFixed(2)}`);
    byId("live-nearest").textContent = `Nearest embeddings: ${near.join(", ")}${this.experts()}`;
  }

  // The experts that the chosen token is sent to, in a model that has any.
  experts() {
    return this.reading.cache.experts.flatMap((layer, number) => {
      const chosen = layer[this.position];
      if (!chosen) return [];
      const shares = chosen.map(([expert, weight]) => `${expert + 1} (${percent(weight)})`);
      return [`. Experts of layer ${number + 1}: ${shares.join(", ")}`];
    }).join("");
  }

  label(id) {
    return visible(this.tokenizer.decode([id]));
  }

  showNext() {
    this.next.show(this.reading, this.window, this.position, this.tokenizer);
  }

  // What is too slow to be drawn for every token that is written.
  showRest() {
    byId("live-measure").disabled = this.window.length < 2; // there is no loss to measure
    this.showStatus();
    this.removal.forget();
    this.describeToken();
    this.showAttention();
    this.shadeTokens();
    this.showLens();
    this.removal.show(this.intact, this.changed, this.position, this.tokenizer);
  }

  showLens() {
    showLens(this.reading, this.window, this.position, this.tokenizer);
  }

  showAttention() {
    const ids = this.window, { cache } = this.reading, { n_layers, n_heads } = this.model.config;
    this.mapStart = Math.max(0, ids.length - MAP_TOKENS);
    const first = this.mapStart;
    this.attention.show({
      tokens: ids.slice(first).map((id) => this.label(id)),
      layers: n_layers,
      heads: n_heads,
      row: (layer, head, position) =>
        attentionWeights(this.model, cache, layer, head, first + position).slice(first),
    });
  }
}

// The config, tokenizer and weights: in the page, or beside it where `stages.play` serves it;
// null where the page holds none and is a mere file (it then says what to do).
async function findModel() {
  const inside = document.querySelector(".live-model");
  if (inside) return [JSON.parse(inside.textContent), bytesOfBase64(byId("live-weights").textContent)];
  if (!location.protocol.startsWith("http")) return null;
  byId("live-waiting").textContent = "Reading the weights …";
  const [description, weights] = await Promise.all([fetch("model.json"), fetch("model.bin")]);
  return [await description.json(), new Uint8Array(await weights.arrayBuffer())];
}

// The attention of a fixed text, which a page has that does not hold the weights.
function showFixedAttention() {
  const holder = document.querySelector(".attention-data");
  if (!holder) return;
  const { tokens, weights } = JSON.parse(holder.textContent);
  const row = (layer, head, position) => weights[layer][head][position].map((part) => part / 1000);
  new AttentionView("attention").show({ tokens, layers: weights.length, heads: weights[0].length, row });
}

async function startExplorer() {
  await nextTurn(); // the page is drawn first
  const parts = await findModel();
  if (!parts) return;
  const [{ config, table, tokenizer }, bytes] = parts;
  const bpe = new Tokenizer(tokenizer);
  const explorer = new Explorer(new GPT(config, readWeights(table, bytes), bpe.size), bpe);
  byId("live-waiting").remove();
  byId("live-body").hidden = false;
  await explorer.setText(byId("live-prompt").value);
  window.explorer = explorer; // for the curious: `explorer.model` in the browser's console
}

showFixedAttention();
startExplorer();
