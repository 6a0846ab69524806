// Small pieces of the page. All text is set as text, so no story or prompt can be markup.

export const byId = (id) => document.getElementById(id);

// An element with properties (`class`, `style` variables and attributes included) and children.
export function make(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name.startsWith("--")) element.style.setProperty(name, value);
    else if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

// A token's text with its white space shown.
export const visible = (text) => text.replaceAll(" ", "␣").replaceAll("\n", "↵").replaceAll("\t", "⇥");

// A probability in words: 43%, 2.1%, 0.04%.
export function percent(probability) {
  const hundredths = 100 * probability;
  if (hundredths === 0) return "0%";
  if (hundredths < 0.01) return "<0.01%";
  return `${hundredths.toFixed(hundredths >= 10 ? 0 : hundredths >= 1 ? 1 : 2)}%`;
}

// A bar as long as `share`, in [0, 1].
export const bar = (share, kind) =>
  make("span", { class: `bar-of ${kind}`, "--share": share.toFixed(4), "aria-hidden": "true" });

export const bound = (value, low, high) => Math.min(Math.max(value, low), high);
