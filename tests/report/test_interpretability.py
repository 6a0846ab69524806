"""What was measured inside the model, on the page: maps, the slider, and when it appeared."""

from __future__ import annotations

import re
from pathlib import Path

from helpers.report_run import write_inside

from lmcore.report.interpretability import interpretability_section


def cells_of(page: str, caption: str) -> list[tuple[str, str]]:
    """Return the shade and text of each cell of a map."""
    table = re.search(rf"<caption>{caption}.*?</table>", page, re.DOTALL)[0]
    return re.findall(r'<td style="--s:([\d.]+)">([^<]+)</td>', table)


def test_a_map_tells_what_each_part_is_worth(tmp_path: Path) -> None:
    page = interpretability_section(write_inside(tmp_path))
    cells = cells_of(page, "Bits per byte more")
    assert [text for _, text in cells] == [
        "+0.250", "+0.000", "+2.000", "-0.250", "+0.125", "+0.250",
    ]  # fmt: skip
    assert [float(shade) for shade, _ in cells] == [0.354, 0.0, 1.0, 0.0, 0.25, 0.354]
    assert "Feed-forward</th>" in page


def test_patching_and_the_lens_are_told(tmp_path: Path) -> None:
    page = interpretability_section(write_inside(tmp_path))
    assert "40 pairs of stories" in page and "by 5.25 in logits, and by -5.50 after" in page
    assert cells_of(page, "The share that a head")[1] == ("1.000", "+0.625")
    lens = cells_of(page, "Bits per byte if the model ended")
    assert lens == [("0.000", "5.000"), ("0.000", "2.000"), ("0.000", "0.750")]


def test_scores_are_those_of_the_last_checkpoint_until_the_slider_moves(tmp_path: Path) -> None:
    inside = write_inside(tmp_path)
    page = interpretability_section(inside)
    assert [text for _, text in cells_of(page, "Induction")] == ["0.75", "0.12", "0.25", "0.38"]
    assert 'max="1"' in page and "step 1,000</output>" in page
    assert "induction from 0.25 to 0.75" in page  # the strongest head, step by step
    assert "second half from 5.688 to 2.25" in page


def test_without_checkpoints_or_pairs_the_rest_is_shown(tmp_path: Path) -> None:
    inside = write_inside(tmp_path) | {"checkpoints": []}
    del inside["patching"]
    page = interpretability_section(inside)
    assert "inside-step" not in page and "brings back" not in page
    assert "Induction: looks at" in page
    assert interpretability_section(None) == ""


def test_text_of_a_checkpoint_cannot_inject_markup(tmp_path: Path) -> None:
    page = interpretability_section(write_inside(tmp_path))
    assert "<img" not in page
    assert page.count("<script") == page.count("</script>") == 3  # the data of charts and maps
