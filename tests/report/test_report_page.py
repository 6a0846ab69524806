"""The report as a file: complete, safe, repeatable, and honest about what it lacks."""

from __future__ import annotations

import html.parser
import json
import math
import re
from itertools import pairwise
from pathlib import Path

import pytest
from helpers.report_run import HOSTILE, make_report

from lmcore.common import paths
from lmcore.common.atomic_files import write_text
from lmcore.common.errors import LmcoreError
from lmcore.report.charts import Level, Line, line_chart
from lmcore.report.curves import loss_levels, position_chart
from lmcore.report.elements import CHAPTERS, inline_json, table
from lmcore.report.opening import story, uncertainty, verdict
from lmcore.report.published import PUBLISHED

HEADINGS = ["Result", "Try the model", "Training", "Comparison", "Samples", "Surprise", "Data"]


class Outline(html.parser.HTMLParser):
    """Collects what the tests ask about."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self.headings: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text.append(data)
        if self.tags and self.tags[-1][0] == "h2" and data.strip():
            self.headings.append(data.strip())


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_every_section_is_there_and_an_absent_one_is_absent(here: Path) -> None:
    page = make_report(here)
    assert Outline(page).headings == [*HEADINGS, "Parameters"]
    assert "Published results" not in page
    assert "Over 1,500 steps the validation loss" in page
    assert "20% fewer than the best baseline, a Kneser-Ney trigram (1.000)." in page
    assert "fewer than 0.640 on average" in page
    assert "this one is <strong>25% above it</strong>" in page


def test_a_mixture_shows_its_loads_and_what_its_experts_are_for(here: Path) -> None:
    page = make_report(here, experts=4)
    assert "Experts" in Outline(page).headings
    assert f'<th scope="row">Layer 2</th>{"<td class=number>25.0%</td>" * 4}' in page.replace(
        '"number"', "number"
    )
    cells = (f'<td class="number">{figure}</td>' for figure in ("1.00", "0", "1.25", "0.38"))
    assert "".join(cells) in page
    assert "<td>␣the · &lt;/script&gt;" in page


def test_other_text_is_set_beside_published_results_and_has_no_floor(here: Path) -> None:
    page = make_report(here, source="tinystories")
    assert "Published results" in page
    assert "Entropy of the grammar" not in page and "floor 1." not in page
    assert "For TinyStories" in page


def test_the_same_run_gives_the_same_bytes(here: Path) -> None:
    assert make_report(here) == make_report(here)


def test_text_is_escaped_and_nothing_is_fetched(here: Path) -> None:
    page = make_report(here)
    outline = Outline(page)
    assert HOSTILE in "".join(outline.text)  # whole, once unescaped
    assert not [tag for tag, _ in outline.tags if tag in ("img", "iframe", "object")]
    assert page.count("<script") == page.count("</script>")
    linked = [attrs.get(name) for _, attrs in outline.tags for name in ("src", "href")]
    inside = {"data:,", "#main", "#heading-try-the-model"}
    chapters = {f"../../docs/{file}" for file, _ in CHAPTERS.values()}
    assert {url for url in linked if url} <= inside | chapters


def test_data_cannot_end_its_script_element() -> None:
    element = inline_json("name", [HOSTILE, "<!--"])
    inside = element.removeprefix('<script type="application/json" class="name">')
    inside = inside.removesuffix("</script>")
    assert "<" not in inside
    assert json.loads(inside) == [HOSTILE, "<!--"]


def test_tables_have_captions_and_charts_have_words(here: Path) -> None:
    page = make_report(here)
    assert page.count("<table") == page.count("<caption>") > 5
    charts = [attrs for tag, attrs in Outline(page).tags if tag == "svg"]
    assert len(charts) == 4
    assert charts[0]["aria-label"].startswith("Loss: training from ")


@pytest.mark.parametrize(
    "missing",
    [
        paths.EVALUATION / "figures.json",
        paths.PLOTS / "validation.csv",
        paths.EVALUATION / "passage.json",
        paths.SAMPLES / "samples.json",
        paths.RAW / "manifest.json",
    ],
)
def test_a_missing_input_is_named(here: Path, missing: Path) -> None:
    with pytest.raises(LmcoreError, match=re.escape(f"{missing} does not exist")):
        make_report(here, without=missing)
    assert not paths.REPORT.exists()


def model_figures(bits_per_byte: float, error: float | None = 0.01) -> dict[str, float | None]:
    """What the evaluation says of a model."""
    values = {"bits_per_byte": bits_per_byte, "loss": 2.0, "perplexity": math.exp(2.0)}
    return values | {f"{name}_standard_error": error for name in values}


def test_the_verdict_does_not_boast() -> None:
    figures = {
        "model": model_figures(1.5),
        "baselines": {"bigram": {"bits_per_byte": 1.2}, "uniform": {"bits_per_byte": 3.0}},
    }
    sentences = " ".join(verdict(figures, "tinystories"))
    assert "no better than the best baseline, a Kneser-Ney bigram (1.200)" in sentences
    assert "a sound model needs at most 0.70" in sentences


def test_each_figure_is_told_with_its_standard_error_or_as_unknown() -> None:
    sentences = uncertainty(model_figures(1.5))
    assert "1.500 ± 0.010 bits per byte" in sentences
    assert "loss of 2.000 ± 0.010 nats" in sentences and "perplexity of 7.39 ± 0.01." in sentences
    assert uncertainty(model_figures(1.5, None)).count("± unknown") == 3


def test_the_conditions_of_the_figures_are_told(here: Path) -> None:
    page = make_report(here)
    assert "at most 64 tokens before each, in windows that move on by 32;" in page
    assert "of whose" not in page and "were searched" not in page
    page = make_report(here, large=True)
    assert "of whose 470,000,000 tokens the first 20,000,000" in page
    assert (
        "a Kneser-Ney trigram (1.000); but the n-gram models count only 20,000,000 of the "
        "470,000,000 training tokens."
    ) in page
    assert "Only the first 8 of 2,119,719 training stories were searched" in page


def attention_of(page: str) -> tuple[list[str], list]:
    data = re.search(r'class="attention-data">(.+?)</script>', page)[1]
    return tuple(json.loads(data).values())


def test_attention_follows_the_end_of_another_text_and_is_bounded(here: Path) -> None:
    page = make_report(here, text="The old cat", live_model_mb=0)
    tokens, weights = attention_of(page)
    assert tokens[0] == "<|endoftext|>" and "".join(tokens[1:]) == "The␣old␣cat"
    assert [len(row) for row in weights[1][1]] == list(range(1, len(tokens) + 1))
    assert "these are the first" not in page
    page = make_report(here, text="The old cat was sad. " * 40, live_model_mb=0)
    tokens, weights = attention_of(page)
    assert len(tokens) == len(weights[0][0]) == 64
    assert re.search(r"Of \d{3} tokens these are the first 64\.", page)


@pytest.mark.parametrize("bits, word", [(0.45, "great"), (0.5, "good"), (0.7, "sound")])
def test_the_verdict_grades_tinystories(bits: float, word: str) -> None:
    figures = {
        "model": model_figures(bits),
        "baselines": {"uniform": {"bits_per_byte": 1.4}},
    }
    assert f"that is {word}" in verdict(figures, "tinystories")[-1]
    assert word not in verdict(figures, "files")[-1]


def test_published_losses_become_the_bits_per_byte_that_their_authors_imply() -> None:
    bits = [round(result.bits_per_byte, 2) for result in PUBLISHED]
    assert bits == [0.51, 0.63, 0.70, 1.05, 1.38, 0.29, 0.32, 0.41, 0.88]


def test_a_long_curve_is_thinned_to_means() -> None:
    points = [(float(n), float(n % 2)) for n in range(1, 2401)]  # means of 4 are 0.5
    chart = line_chart("Saw", "step", "", [Line("saw", points)])
    heights = set(re.findall(r"[\d.]+,([\d.]+)", re.search(r'points="([^"]+)"', chart)[1]))
    assert len(heights) == 1
    assert chart.count("2,400") >= 1


def test_standard_errors_are_drawn_as_a_band_within_the_axes() -> None:
    line = Line("loss", [(1.0, 5.0), (2.0, 3.0)], [1.0, 0.5])
    chart = line_chart("Loss", "step", "", [line])
    edge = re.search(r'class="band" points="([^"]+)"', chart)[1].split()
    xs, ys = zip(*(map(float, corner.split(",")) for corner in edge), strict=True)
    assert xs[0] == xs[3] < xs[1] == xs[2]
    # Heights grow downwards; the bands are 2 and 1 nats high, 4 and 3.5 at their lower edges.
    assert ys[3] - ys[0] == pytest.approx(2 * (ys[2] - ys[1]), abs=0.3)
    assert 12 <= min(ys) < max(ys) <= 248
    assert '<td class="number">5 ± 1</td>' in chart and "3 ± 0.5" in chart
    assert 'class="band"' not in line_chart("Loss", "step", "", [Line("loss", line.points)])


def test_where_one_window_is_all_there_is_no_band_is_drawn(here: Path) -> None:
    assert make_report(here).count('class="band"') == 1
    place = paths.EVALUATION / "position_loss.csv"
    write_text(place, place.read_text("utf-8").replace(",0.01", ",nan"))
    assert 'class="band"' not in position_chart()


@pytest.mark.parametrize("points", [[(1.0, 2.0)], [(1.0, 0.0), (2.0, 0.0)]])
@pytest.mark.parametrize("log_x", [False, True])
def test_a_flat_or_single_point_curve_still_has_axes(points: list, log_x: bool) -> None:
    chart = line_chart("Flat", "step", "", [Line("flat", points)], log_x=log_x)
    assert "nan" not in chart
    assert chart.count('class="tick"') >= 3


def test_levels_are_the_figures_in_nats_per_token() -> None:
    figures = {
        "model": {"bits_per_byte": 0.5, "loss": 1.25},
        "floor": {"bits_per_byte": 0.4},
        "baselines": {"kneser_ney_trigram": {"bits_per_byte": 1.0}},
    }
    assert [(level.name, level.value) for level in loss_levels(figures)] == [
        ("floor", pytest.approx(1.0)),
        ("trigram", pytest.approx(2.5)),
    ]
    del figures["floor"]
    assert [level.name for level in loss_levels(figures)] == ["trigram"]


def test_a_level_is_drawn_within_the_axes_and_named() -> None:
    line = Line("loss", [(1.0, 8.0), (100.0, 3.0)])
    levels = [Level("floor", 2.0)]
    chart = line_chart("Loss", "step", "", [line], log_x=True, log_y=True, levels=levels)
    height = float(re.search(r'class="level" .*?y1="([\d.]+)"', chart)[1])
    ends = re.search(r'points="([^"]+)"', chart)[1].split()
    assert 12 < float(ends[0].split(",")[1]) < float(ends[1].split(",")[1]) < height < 248
    assert "floor 2</text>" in chart and "; floor 2. Arrow keys" in chart


def test_on_a_logarithmic_axis_the_stretches_lengthen() -> None:
    points = [(float(n), 1.0 / n) for n in range(1, 100_001)]
    chart = line_chart("Loss", "step", "", [Line("loss", points)], log_x=True)
    xs = [float(pair.split(",")[0]) for pair in re.search(r'points="([^"]+)"', chart)[1].split()]
    assert 300 < len(xs) <= 600
    assert max(b - a for a, b in pairwise(xs[100:])) < 3  # evenly spaced on the page


def test_columns_of_numbers_are_aligned_and_others_are_not() -> None:
    rows = [["a", "1,234", "1.50", "x"], ["b", "–", "0.25 ± 0.01", "2"]]
    html = table("T", ["name", "count", "value", "text"], rows)
    assert html.count('<td class="number">') == 4 and html.count("<td>") == 2
    assert html.count('<th scope="col" class="number">') == 2


def test_a_violation_is_marked_in_the_story_and_said() -> None:
    sample = {"prompt": "One <b> day", "text": " a cat flew. It was sad."}
    plain = story(sample)
    assert "✓" not in plain and "✗" not in plain and "<mark>" not in plain
    assert "<b>One &lt;b&gt; day</b> a cat flew. It was sad." in plain
    assert "✓" in story(sample | {"violation": None})
    start = len("One <b> day a cat ")
    violation = {"kind": "sentence", "start": start, "end": start + 4, "explanation": "<i>no</i>"}
    marked = story(sample | {"violation": violation})
    assert "a cat <mark>flew</mark>. It was sad." in marked
    assert "✗ First violation: sentence. &lt;i&gt;no&lt;/i&gt;" in marked


def test_a_long_story_is_folded_after_a_sentence_and_nothing_is_lost() -> None:
    text = " ".join(f"Word {n} of many." for n in range(40))
    folded = story({"prompt": "Once", "text": " " + text}, 60)
    shown, rest = folded.split("<details>")
    assert 55 <= len(shown.split()) <= 70 and shown.endswith(".")
    assert text.replace(" ", "") in re.sub(r"<summary>.*?</summary>|<[^>]+>| ", "", folded)
    assert "The rest of the story" in rest
    assert "<details>" not in story({"prompt": "Once", "text": " upon a time."}, 60)


def test_a_model_that_is_too_large_for_the_page_is_told_what_fits(here: Path) -> None:
    page = make_report(here, live_model_mb=0.02)
    assert re.search(r"would take 0\.0 MB of this page, more than .*?, which is 0\.02\. With", page)
    assert "live_weights: int8</code> they fit. <code>python -m stages.play" in page
    page = make_report(here, live_model_mb=0)
    assert "they fit" not in page and "python -m stages.play" in page
    assert 'id="live-weights"' not in page


def test_every_chapter_that_the_page_links_is_there() -> None:
    docs = Path(__file__).resolve().parents[2] / "docs"
    for file, label in CHAPTERS.values():
        title = (docs / file).read_text("utf-8").splitlines()[0]
        number, name = re.fullmatch(r"# (\d+)\. (.+)", title).groups()
        assert label == f"Chapter {number}, {name}"
