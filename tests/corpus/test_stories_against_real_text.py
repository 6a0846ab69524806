"""The built-in stories beside real TinyStories: words, lengths, entropy, a trigram's view."""

from pathlib import Path

from helpers.real_text_figures import (
    built_in_texts,
    real_texts,
    sentence_count,
    share_of_words,
    trigram_bits_per_byte,
    vocabulary,
    words,
)

from lmcore.corpus.builtin import stories

TEXTS = built_in_texts(2000)


def test_entropy_is_between_0_30_and_0_55_bits_per_byte() -> None:
    some = list(stories(0, "validation", 2000))
    bits = -sum(story.log2_probability for story in some)
    assert 0.30 <= bits / sum(len(story.text.encode()) for story in some) <= 0.55


def test_stories_have_120_to_220_words() -> None:
    lengths = [len(words(text)) for text in TEXTS]
    assert 120 <= sum(lengths) / len(lengths) <= 220
    assert sum(120 <= length <= 220 for length in lengths) >= 0.98 * len(lengths)


def test_sentences_have_8_to_11_words_on_average() -> None:
    total = sum(len(words(text)) for text in TEXTS)
    assert 8 <= total / sum(sentence_count(text) for text in TEXTS) <= 11


def test_words_are_those_of_real_text(real_text: Path) -> None:
    known = vocabulary(real_text)
    common = {word for word, _ in known.most_common(2000)}
    assert share_of_words(TEXTS, common) >= 0.95
    assert share_of_words(TEXTS, set(known)) >= 0.995


def test_a_trigram_of_real_text_is_not_much_surprised(real_text: Path) -> None:
    held_out = trigram_bits_per_byte(real_text, real_texts(real_text, "validation"))
    ratio = trigram_bits_per_byte(real_text, TEXTS) / held_out
    assert ratio <= 1.5
