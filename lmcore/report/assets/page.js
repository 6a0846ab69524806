"use strict";
// The theme: what the system prefers, until the reader says otherwise.
const dark = matchMedia("(prefers-color-scheme: dark)");
document.getElementById("theme").addEventListener("click", () => {
  const root = document.documentElement;
  const now = root.dataset.theme || (dark.matches ? "dark" : "light");
  root.dataset.theme = now === "dark" ? "light" : "dark";
});

// The attention map: a table of one layer and head.
const { tokens, weights } = JSON.parse(document.getElementById("attention-data").textContent);
const map = document.getElementById("attention");
const said = document.getElementById("attention-value");
const layer = document.getElementById("attention-layer");
const head = document.getElementById("attention-head");
let chosen = [0, 0];

function draw() {
  const table = document.createElement("table");
  weights[layer.value][head.value].forEach((row, y) => {
    const line = table.insertRow();
    const name = document.createElement("th");
    name.textContent = tokens[y];
    name.scope = "row";
    line.append(name);
    row.forEach((weight, x) => {
      const cell = line.insertCell();
      cell.style.setProperty("--w", weight / 1000);
      cell.addEventListener("mouseenter", () => choose(y, x));
    });
  });
  map.replaceChildren(table);
  choose(...chosen);
}

function choose(y, x) {
  map.querySelector(".chosen")?.classList.remove("chosen");
  chosen = [y, x];
  map.querySelector("table").rows[y].cells[x + 1].classList.add("chosen");
  const weight = weights[layer.value][head.value][y][x] / 10;
  said.textContent = `“${tokens[y]}” takes ${weight.toFixed(1)}% from “${tokens[x]}”`;
}

map.addEventListener("keydown", (event) => {
  const moves = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
  const move = moves[event.key];
  if (!move) return;
  event.preventDefault();
  const y = Math.min(Math.max(chosen[0] + move[0], 0), tokens.length - 1);
  choose(y, Math.min(Math.max(chosen[1] + move[1], 0), y));
});
layer.addEventListener("change", draw);
head.addEventListener("change", draw);
draw();
