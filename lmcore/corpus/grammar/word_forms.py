"""The forms of a word that templates use: with its article, with a capital."""

from __future__ import annotations

from collections.abc import Mapping


def with_article(word: str) -> str:
    """Return `a kite`, `an owl`, `an old fox`: by the first letter of the words used here."""
    return f"{'an' if word[0] in 'aeiou' else 'a'} {word}"


def capitalised(text: str) -> str:
    """Return the text with a capital first letter."""
    return text[:1].upper() + text[1:]


def with_forms(record: Mapping[str, str]) -> dict[str, str]:
    """Return the attributes of a record, each also with its article and with a capital."""
    forms = dict(record)
    for name, value in record.items():
        forms[capitalised(name)] = capitalised(value)
        forms[f"a_{name}"] = with_article(value)
        forms[f"A_{name}"] = capitalised(with_article(value))
    return forms


def base_name(attribute: str) -> str:
    """Return the attribute that a form belongs to: `thing` of `Thing` and `A_thing`."""
    lower = attribute[:1].lower() + attribute[1:]
    return lower.removeprefix("a_")
