"""Line charts as inline SVG, drawn in Python so that a page without scripts shows them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise
from statistics import fmean

from lmcore.report.elements import inline_json, table

# Points of a curve on the page: more cannot be distinguished, and make it large.
MAX_POINTS = 600
_HEIGHT = 300
_LEFT, _RIGHT, _TOP, _BOTTOM = 64, 16, 12, 52


@dataclass(frozen=True)
class Line:
    """One curve: its name in the legend and its points in order of x.

    The standard error of every y, where it is given, is drawn as a band.
    """

    name: str
    points: list[tuple[float, float]]
    errors: list[float] | None = None

    @property
    def band(self) -> list[tuple[float, float, float]]:
        """Return x, and y less and plus its standard error."""
        pairs = zip(self.points, self.errors or [], strict=False)
        return [(x, y - error, y + error) for (x, y), error in pairs]

    @property
    def values(self) -> list[str]:
        """Return every y in words."""
        values = [short(y) for _, y in self.points]
        if self.errors is None:
            return values
        return [f"{y} ± {short(error)}" for y, error in zip(values, self.errors, strict=True)]


@dataclass(frozen=True)
class Level:
    """A horizontal line to compare a curve with, and its name."""

    name: str
    value: float


def line_chart(
    title: str,
    x_label: str,
    unit: str,
    lines: list[Line],
    *,
    wide: bool = True,
    log_x: bool = False,
    log_y: bool = False,
    levels: Sequence[Level] = (),
) -> str:
    """Return a figure with axes, legend and curves.

    The script shows the values under the pointer or at the arrow keys; where
    the picture cannot be seen, a summary and a table stand for it.
    """
    width = 720 if wide else 400
    lines = [_thin(line, log_x) for line in lines]
    xs = [x for line in lines for x, _ in line.points]
    ys = [y for line in lines for _, y in line.points] + [level.value for level in levels]
    ys += [y for line in lines for _, *edges in line.band for y in edges]
    x_axis = _Axis.over(xs, _LEFT, width - _RIGHT, log_x)
    y_axis = _Axis.over(ys, _HEIGHT - _BOTTOM, _TOP, log_y)
    curves = ""
    for level in levels:
        y = y_axis.at(level.value)
        curves += f'<line class="level" x1="{x_axis.start}" x2="{x_axis.end}" y1="{y}" y2="{y}"/>'
        curves += f'<text class="label" x="{x_axis.end}" y="{y - 5:.1f}" text-anchor="end">'
        curves += f"{escape(level.name)} {short(level.value)}</text>"
    curves += "\n" + "".join(_curve(n, line, x_axis, y_axis) for n, line in enumerate(lines))
    summary = "; ".join(
        f"{line.name} from {short(line.points[0][1])} to {short(line.points[-1][1])}"
        for line in lines
    )
    summary += "".join(f"; {level.name} {short(level.value)}" for level in levels)
    label = escape(f"{title}: {summary}. Arrow keys read the values.")
    middle = (_LEFT + width - _RIGHT) / 2
    return f"""<figure class="chart {"wide" if wide else "narrow"}">
<figcaption>{escape(title)} <span class="unit">{escape(unit)}</span>{legend(lines)}</figcaption>
<svg viewBox="0 0 {width} {_HEIGHT}" role="img" tabindex="0" aria-label="{label}">
{grid(x_axis, y_axis)}
{curves}
<line class="cursor" y1="{_TOP}" y2="{_HEIGHT - _BOTTOM}" x1="-9" x2="-9"/>
<text class="label" x="{middle}" y="{_HEIGHT - 6}" text-anchor="middle">{escape(x_label)}</text>
</svg>
<p class="readout" aria-live="polite">&nbsp;</p>
<details><summary>Values</summary>{_values(title, x_label, lines)}</details>
{inline_json("chart-data", _data(x_label, lines, x_axis, y_axis))}
</figure>"""


@dataclass(frozen=True)
class _Axis:
    """A linear or logarithmic scale from values to positions, with round ticks."""

    low: float
    high: float
    start: float
    end: float
    log: bool = False

    @classmethod
    def over(cls, values: list[float], start: float, end: float, log: bool = False) -> _Axis:
        low, high = min(values), max(values)
        if log:  # a little room at the ends of the vertical axis
            room = 1.0 if start < end else 1.05
            return cls(low / room, max(high * room, 2 * low), start, end, log=True)
        room = (high - low) * 0.04 or abs(high) * 0.1 or 1.0
        # Quantities that are never negative get no axis below zero.
        return cls(max(low - room, 0.0) if low >= 0 else low - room, high + room, start, end)

    def at(self, value: float) -> float:
        low, high = self.low, self.high
        if self.log:
            low, high, value = math.log(low), math.log(high), math.log(value)
        return round(self.start + (value - low) / (high - low) * (self.end - self.start), 1)

    def ticks(self, about: int = 5) -> list[float]:
        if self.log:
            if self.high < 30 * self.low:  # 1, 1.5, 2, 3, 4, 5, 7 and their tenfolds
                first, last = math.floor(math.log10(self.low)), math.ceil(math.log10(self.high))
                digits = (1, 1.5, 2, 3, 4, 5, 7)
                ticks = [10.0**power * n for power in range(first, last + 1) for n in digits]
                return [tick for tick in ticks if self.low <= tick <= self.high]
            first, last = math.ceil(math.log2(self.low)), math.floor(math.log2(self.high))
            step = max(1, math.ceil((last - first + 1) / 9))
            return [2.0**power for power in range(first, last + 1, step)]
        rough = (self.high - self.low) / about
        power = 10 ** math.floor(math.log10(rough))
        step = next(power * n for n in (1, 2, 5, 10) if power * n >= rough)
        first = math.ceil(self.low / step)
        return [step * n for n in range(first, math.floor(self.high / step) + 1)]


def _thin(line: Line, log_x: bool) -> Line:
    """Return at most `MAX_POINTS` points: means of runs of points, at the last x of each.

    The runs are equally long; on a logarithmic axis they lengthen with x.
    """
    count = len(line.points)
    if count <= MAX_POINTS:
        return line
    ends = [count * (n + 1) // MAX_POINTS for n in range(MAX_POINTS)]
    if log_x:
        ends = sorted({math.ceil(count ** ((n + 1) / MAX_POINTS)) for n in range(MAX_POINTS)})
    runs = list(pairwise([0, *ends]))
    points = [(line.points[b - 1][0], fmean(y for _, y in line.points[a:b])) for a, b in runs]
    errors = None if line.errors is None else [fmean(line.errors[a:b]) for a, b in runs]
    return Line(line.name, points, errors)


def grid(x_axis: _Axis, y_axis: _Axis) -> str:
    parts = []
    for tick in y_axis.ticks():
        y = y_axis.at(tick)
        parts.append(
            f'<line class="grid" x1="{x_axis.start}" x2="{x_axis.end}" y1="{y}" y2="{y}"/>'
        )
        parts.append(_tick(_LEFT - 8, y + 4, "end", tick))
    for tick in x_axis.ticks():
        parts.append(_tick(x_axis.at(tick), _HEIGHT - _BOTTOM + 20, "middle", tick))
    return "".join(parts)


def _tick(x: float, y: float, anchor: str, value: float) -> str:
    return f'<text class="tick" x="{x}" y="{y:.1f}" text-anchor="{anchor}">{short(value)}</text>'


def _curve(number: int, line: Line, x_axis: _Axis, y_axis: _Axis) -> str:
    path = _path(line.points, x_axis, y_axis)
    curve = f'<polyline class="curve curve-{number}" points="{path}"/>'
    if line.errors is None:
        return curve
    edge = [(x, high) for x, _, high in line.band] + [(x, low) for x, low, _ in line.band[::-1]]
    return f'<polygon class="band" points="{_path(edge, x_axis, y_axis)}"/>{curve}'


def _path(points: list[tuple[float, float]], x_axis: _Axis, y_axis: _Axis) -> str:
    return " ".join(f"{x_axis.at(x)},{y_axis.at(y)}" for x, y in points)


def legend(lines: list[Line]) -> str:
    if len(lines) == 1:
        return ""
    return "".join(
        f'<span class="key key-{number}">{escape(line.name)}</span>'
        for number, line in enumerate(lines)
    )


def _values(title: str, x_label: str, lines: list[Line]) -> str:
    """Return about ten rows of each curve, the last among them."""
    rows = []
    for line in lines:
        step = math.ceil(len(line.points) / 10)
        values = zip(line.points, line.values, strict=True)
        rows += [[short(x), line.name, y] for (x, _), y in list(values)[::-1][::step][::-1]]
    return table(title, [x_label, "curve", "value"], rows)


def _data(x_label: str, lines: list[Line], x_axis: _Axis, y_axis: _Axis) -> dict:
    """Return what the script needs: positions on the x axis, and the values in words."""
    return {
        "x": x_label,
        "lines": [
            {
                "name": line.name,
                "at": [x_axis.at(x) for x, _ in line.points],
                "x": [short(x) for x, _ in line.points],
                "y": line.values,
            }
            for line in lines
        ],
    }


def short(value: float) -> str:
    """Return a number as a reader wants it: 12,000, 3.25, 0.0012."""
    if value == 0:
        return "0"
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.4g}"
