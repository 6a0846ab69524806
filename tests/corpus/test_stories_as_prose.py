"""The built-in stories as an editor would read them: slips that only some draws would make."""

import re

import pytest

from lmcore.corpus.builtin import stories
from lmcore.corpus.stories import cast, things

TEXTS = [story.text for story in stories(77, "train", 2000)]
NAMED = ", ".join([things.SNACKS, things.FOODS, things.HERDS])
PLURALS = "|".join(w for w in cast.split(NAMED) if w.endswith("s") or w in ("mice", "geese"))
REPEATED_ON_PURPOSE = "again|bigger|cried|grew|laughed|pulled|tried|wait"  # "it grew and grew"


@pytest.mark.parametrize(
    "slip",
    [
        rf"\b([Oo]ne|[Aa]n?|[Ee]very|[Ee]ach) ({PLURALS})\b",  # "one mushrooms"
        r"\b(his|its|their|my|your|our|(of|in|on|with|at|by|for) her) (a|an|the)\b",  # "of her a"
        r"\b(a|an|the) (a|an|the)\b",
        rf"\b(?!{REPEATED_ON_PURPOSE})(\w+) and \1(?=[.,!]|\n| and)",  # "ran and ran."
        r"\b(?!no no|very very)(\w+) \1\b",
        r"\b(did not|didn't|could not|couldn't|to) (was|were|felt|went|took|\w+[^e]ed)\b(?<!feed)",
        r"\b([Ii]t|[Hh]e|[Ss]he) are\b|\b([Ii]t|[Hh]e|[Ss]he) were\b|\b[Tt]hey (was|is)\b",
        r"\bthere was (two|three|four|five|many)\b",
        r"\btold (him|her|them) the\b",  # without "about"
        r"\band (mom|dad|grandma|grandpa)\b",  # "Lily and mom"
        r'"Please[^".!]*\?"',  # an order is no question
        r"\b(shouted|yelled|screamed) (softly|slowly|quietly|gently|in a (low|small|quiet|soft))",
        r"\bwhispered (loudly|and (sang|cheered)|in a loud)",
        r"[.] [a-z]|[a-z][.!?][A-Za-z]",
        r"\bsnow (came|fell), and \w+ \w+ (\w+ )?(hot|thirsty|sleepy)\b",
    ],
)
def test_no_story_has_the_slip(slip: str) -> None:
    expression = re.compile(slip)
    found = [match for text in TEXTS for match in expression.finditer(text)]
    assert [each.string[max(0, each.start() - 30) : each.end() + 30] for each in found] == []
