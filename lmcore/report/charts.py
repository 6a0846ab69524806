"""Line charts as inline SVG, drawn in Python so that a page without scripts shows them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from html import escape

WIDTH, HEIGHT = 640, 300
_LEFT, _RIGHT, _TOP, _BOTTOM = 56, 16, 16, 40


@dataclass(frozen=True)
class Line:
    """One curve: its name in the legend and its points in order of x."""

    name: str
    points: list[tuple[float, float]]


def line_chart(title: str, x_label: str, y_label: str, lines: list[Line]) -> str:
    """A figure with axes, legend and curves; hovering a point names its values.

    The caption and the first and last values stand in for the picture where
    it cannot be seen.
    """
    xs = [x for line in lines for x, _ in line.points]
    ys = [y for line in lines for _, y in line.points]
    x_axis, y_axis = _Axis.over(xs, _LEFT, WIDTH - _RIGHT), _Axis.over(ys, HEIGHT - _BOTTOM, _TOP)
    drawn = [_draw(number, line, x_axis, y_axis) for number, line in enumerate(lines)]
    said = "; ".join(
        f"{line.name} from {_short(line.points[0][1])} to {_short(line.points[-1][1])}"
        for line in lines
    )
    legend = "".join(
        f'<span class="key key-{number}">{escape(line.name)}</span>'
        for number, line in enumerate(lines)
        if len(lines) > 1
    )
    return f"""<figure class="chart">
<figcaption>{escape(title)} <span class="unit">{escape(y_label)}</span> {legend}</figcaption>
<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(f"{title}: {said}")}">
{_grid(x_axis, y_axis)}
{"".join(drawn)}
<text class="label" x="{WIDTH - _RIGHT}" y="{HEIGHT - 6}" text-anchor="end">{escape(x_label)}</text>
</svg></figure>"""


@dataclass(frozen=True)
class _Axis:
    """A linear scale from values to places on the page, with round ticks."""

    low: float
    high: float
    start: float
    end: float

    @classmethod
    def over(cls, values: list[float], start: float, end: float) -> _Axis:
        low, high = min(values), max(values)
        room = (high - low) * 0.04 or abs(high) * 0.1 or 1.0
        return cls(low - room, high + room, start, end)

    def at(self, value: float) -> float:
        share = (value - self.low) / (self.high - self.low)
        return round(self.start + share * (self.end - self.start), 2)

    def ticks(self, about: int = 5) -> list[float]:
        rough = (self.high - self.low) / about
        power = 10 ** math.floor(math.log10(rough))
        step = next(power * n for n in (1, 2, 5, 10) if power * n >= rough)
        first = math.ceil(self.low / step)
        return [step * n for n in range(first, math.floor(self.high / step) + 1)]


def _grid(x_axis: _Axis, y_axis: _Axis) -> str:
    parts = []
    for tick in y_axis.ticks():
        y = y_axis.at(tick)
        parts.append(f'<line class="grid" x1="{_LEFT}" x2="{WIDTH - _RIGHT}" y1="{y}" y2="{y}"/>')
        parts.append(_tick(_LEFT - 8, y + 4, "end", tick))
    for tick in x_axis.ticks():
        parts.append(_tick(x_axis.at(tick), HEIGHT - _BOTTOM + 18, "middle", tick))
    return "".join(parts)


def _tick(x: float, y: float, anchor: str, value: float) -> str:
    return f'<text class="tick" x="{x}" y="{y}" text-anchor="{anchor}">{_short(value)}</text>'


def _draw(number: int, line: Line, x_axis: _Axis, y_axis: _Axis) -> str:
    places = [(x_axis.at(x), y_axis.at(y)) for x, y in line.points]
    path = " ".join(f"{x},{y}" for x, y in places)
    # A few invisible discs carry the values; one per point would be a large page.
    step = max(1, len(places) // 40)
    points = "".join(
        f'<circle cx="{x}" cy="{y}" r="7"><title>{escape(line.name)} {_short(value[1])} '
        f"at {_short(value[0])}</title></circle>"
        for (x, y), value in list(zip(places, line.points, strict=True))[::step]
    )
    return f'<g class="curve curve-{number}"><polyline points="{path}"/>{points}</g>'


def _short(value: float) -> str:
    """A number as a reader wants it: 12,000, 3.25, 0.0012."""
    if value == 0:
        return "0"
    if abs(value) >= 1000 and value == round(value):
        return f"{value:,.0f}"
    return f"{value:.4g}"
