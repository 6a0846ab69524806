"""Texts that tokenizers get wrong, shared by the tests of cutting and of encoding."""

from __future__ import annotations

from collections.abc import Iterator

from hypothesis import strategies as st

TEXTS = [
    "",
    " ",
    "\n",
    "Hello, world! It's 2024; we'll see what they'd've done.",
    "tabs\tand\r\nCRLF\r\n\r\n  double",
    "nulls \x00 in \x00\x00 text",
    "file separators \x1c\x1d\x1e\x1f are not white space",
    "next line \x85 and no-break\xa0space and　ideographic　space",
    "naïve café – “quotes” … ½ ² ³ Ⅷ ٣٤",
    "日本語のテキスト、中文，한국어 텍스트",
    "Привет мир! Γειά σου Κόσμε. שלום עולם مرحبا بالعالم",
    "नमस्ते दुनिया สวัสดีชาวโลก",
    "e\u0301 combining a\u0308\u0323 marks \u0301 alone",
    "👩‍👩‍👧‍👦 family 👍🏽 thumbs 🇫🇷🇯🇵 flags 🏳️‍🌈",
    "'s't'm'd're've'll 'S'T ''s '' s' 'x",
    "it'S 'LLx 'Ve 'rEx 'ſ 'ſt ''ſ \t's —s —'s",
    "1 12 123 1234 12345678 ½²³٣٤ a1234b",
    "!\n\n  \n a!\r\n\tb \n\n\n!! \n  ",
    "<|endoftext|> is text, <|endoftext|",
    "a" * 3000,
    " " * 3000,
    "\n" * 50 + "x" + " " * 50 + "y" + "\u3000" * 5 + "z",
    "𝔘𝔫𝔦𝔠𝔬𝔡𝔢 𐍈 \U0010ffff \U0001f600x",
]

# One alphabet for each class of character, so that neighbours often differ.
_ALPHABETS = [
    "'",
    "stmdrevlſSLVE",
    "  \t\n\r\x85\xa0\u2028\u3000",
    "aZéß漢字ह",
    "09½²٣Ⅷ",
    "!?.,-—…\u0301\u200d👍\x00\x1c",
]

texts_of_classes = st.text(
    st.one_of(
        *(st.sampled_from(alphabet) for alphabet in _ALPHABETS), st.characters(codec="utf-8")
    ),
    max_size=30,
)


def characters(step: int) -> Iterator[str]:
    """Every `step`-th character of Unicode, surrogates left out."""
    for code in range(0, 0x110000, step):
        if not 0xD800 <= code < 0xE000:
            yield chr(code)
