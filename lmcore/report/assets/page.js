"use strict";
// The theme: what the system prefers, until the reader says otherwise.
const dark = matchMedia("(prefers-color-scheme: dark)");
document.getElementById("theme").addEventListener("click", () => {
  const root = document.documentElement;
  const now = root.dataset.theme || (dark.matches ? "dark" : "light");
  root.dataset.theme = now === "dark" ? "light" : "dark";
});

// Links to the sections.
for (const heading of document.querySelectorAll("h2")) {
  const link = document.createElement("a");
  link.href = `#${heading.id}`;
  link.textContent = heading.textContent;
  document.getElementById("contents").append(link);
}

const read = (element) => JSON.parse(element.textContent);
const clamp = (value, low, high) => Math.min(Math.max(value, low), high);

// A finger that taps does not move, so it is heard when it comes down.
// Not pointerenter: scrolling by keyboard under a resting mouse would fire it.
function onPointer(element, listener) {
  for (const kind of ["pointermove", "pointerdown"]) element.addEventListener(kind, listener);
}

// The charts: a vertical line at the chosen x, and the values there.
for (const chart of document.querySelectorAll(".chart")) {
  const svg = chart.querySelector("svg");
  const cursor = chart.querySelector(".cursor");
  const readout = chart.querySelector(".readout");
  const { x: unit, lines } = read(chart.querySelector(".chart-data"));
  const nearest = (line, position) => {
    let best = 0;
    line.at.forEach((at, i) => {
      if (Math.abs(at - position) < Math.abs(line.at[best] - position)) best = i;
    });
    return best;
  };
  let chosen = 0;
  const show = (index) => {
    chosen = clamp(index, 0, lines[0].at.length - 1);
    const position = lines[0].at[chosen];
    cursor.setAttribute("x1", position);
    cursor.setAttribute("x2", position);
    // A curve with few points says at which of them its value was taken.
    readout.textContent = lines.map((line) => {
      const i = nearest(line, position);
      return `${line.name} ${line.y[i]} at ${unit} ${line.x[i]}`;
    }).join(" · ");
  };
  onPointer(svg, (event) => {
    const box = svg.getBoundingClientRect();
    const position = ((event.clientX - box.left) / box.width) * svg.viewBox.baseVal.width;
    show(nearest(lines[0], position));
  });
  svg.addEventListener("focus", () => show(chosen));
  svg.addEventListener("keydown", (event) => {
    const page = Math.ceil(lines[0].at.length / 10);
    const to = { ArrowLeft: chosen - 1, ArrowRight: chosen + 1, PageUp: chosen - page,
      PageDown: chosen + page, Home: 0, End: Infinity }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    show(to);
  });
}

// The passage: what each token cost.
function showPassage(passage) {
  const cost = document.getElementById("passage-value");
  const spans = [...passage.querySelectorAll(".token")];
  const expected = read(document.querySelector(".passage-data"));
  let current = 0;

  const choose = (index) => {
    spans[current]?.classList.remove("chosen");
    current = clamp(index, 0, spans.length - 1);
    spans[current].classList.add("chosen");
    const percent = (probability) => `${Math.round(100 * probability)}%`;
    const likely = expected[current].map(([token, probability]) => `${token} ${percent(probability)}`);
    const instead = likely.length ? `; expected ${likely.join(", ")}` : "";
    cost.textContent = `Token ${current}: ${spans[current].title}${instead}`;
  };

  onPointer(passage, (event) => {
    const span = event.target.closest(".token");
    if (span) choose(spans.indexOf(span));
  });
  passage.addEventListener("focus", () => choose(current));
  passage.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!step) return;
    event.preventDefault();
    choose(current + step);
  });
}

// The maps of head scores: those of the weights at the slider's step.
function showInside(slider) {
  const checkpoints = read(document.querySelector(".inside-data"));
  const show = () => {
    const { name, maps, text } = checkpoints[slider.value];
    document.getElementById("inside-name").textContent = name;
    document.getElementById("inside-text").textContent = text;
    for (const map of document.querySelectorAll("[data-score]")) {
      const rows = maps[map.dataset.score];
      [...map.tBodies[0].rows].forEach((row, layer) => {
        [...row.querySelectorAll("td")].forEach((cell, head) => {
          const [value, shade] = rows[layer][head];
          cell.textContent = value;
          cell.style.setProperty("--s", shade);
        });
      });
    }
  };
  slider.addEventListener("input", show);
  show();
}

const step = document.getElementById("inside-step");
if (step) showInside(step);

// A comparison has none.
const passage = document.getElementById("passage");
if (passage) showPassage(passage);
