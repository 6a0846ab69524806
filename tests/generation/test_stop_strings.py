"""A text in pieces is cut where the whole text would be."""

from __future__ import annotations

from hypothesis import example, given, settings
from hypothesis import strategies as st

from lmcore.generation.stop_strings import StopStrings


@given(
    st.lists(st.text("ab.", max_size=4), max_size=8),
    st.lists(st.text("ab.", min_size=1, max_size=4), max_size=3),
)
@example([".", "a", "a"], ["a", ".aa"])  # `a` is whole before `.aa`, which begins earlier
@settings(deadline=None, max_examples=300)
def test_stop_strings_cut_where_the_whole_text_would(pieces: list[str], stops: list[str]) -> None:
    text = "".join(pieces)
    ends = [text.find(stop) for stop in stops if stop in text]
    expected = text[: min(ends)] if ends else text
    cut, taken = StopStrings(stops), ""
    for piece in pieces:
        cut.add(piece)
        taken += cut.take()
        assert expected.startswith(taken)
        if cut.found:
            break
    else:
        cut.finish()
    assert taken + cut.take() == expected


def test_what_cannot_begin_a_stop_string_is_not_held_back() -> None:
    text = StopStrings(["The end"])
    text.add("Then The")
    assert text.take() == "Then "
    text.add("y ")
    assert text.take() == "They " and not text.found
