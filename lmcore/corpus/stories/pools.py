"""Short frames of feelings that many plots share: `* sad: friend` in a script adds those.

They are written for the hero; for another person, the hero's name and pronouns
are exchanged for that person's.
"""

from __future__ import annotations

import re

# How somebody other than the hero is mentioned, and the letter before the pronouns (cast.py).
_OTHERS = {
    "friend": ("$friend", "f"),
    "third": ("$his $third", "t"),
}
_IT = {"he": "it", "him": "it", "his": "its"}  # the pronouns of any other noun: an animal, a toy
_PERSON = re.compile(r"\$(hero|Hero|He|he|him|his)\b")

POOLS = {
    "sad": """
$Hero [felt] [sad].
$Hero {began|started} to cry.
$Hero {cried|sat down|looked down|looked away|sighed|turned away|frowned|stopped} and {felt|was} [sad].
"[Oh]!" {[cried] $hero|$hero [cried]} [tearful].
$Hero {did not|didn't} {smile|play|talk|know what to do|say a word|look up|move}.
$Hero {wanted|tried} to {smile|be brave|be strong|talk|look happy|play}, but $he [felt] [sad].
$Hero cried {for [long]|and cried}.
""",
    "scared": """
$Hero [felt] [scared].
$Hero {ran|hid|shook|looked around|stepped back|stopped|sat down|held on} and {felt|was} [scared].
"[Oh]!" {[cried] $hero|$hero [cried]} [fearful].
$Hero {wanted|tried} to {run|hide|shout|be brave|call for help|go home}, but $he [felt] [scared].
$Hero {could not|couldn't} {move|speak|run|look|talk|think}.
""",
    "happy": """
$Hero [felt] [happy].
$Hero [smiled].
"[Wow]!" {[called] $hero|$hero [called]} [eager].
$Hero [smiled]. $He [felt] [happy].
$Hero had a {big|happy|warm|sweet|great|bright} smile {on $his face|all day}.
$Hero {jumped|laughed|danced|clapped} {for joy|with joy}.
""",
    "sorry": """
$Hero [felt] [sorry].
"I am {so |very |}sorry!" {[cried] $hero|$hero [cried]} [tearful].
$Hero {cried|sat down|looked down|looked away|sighed|turned away|frowned|stopped} and {felt|was} [sorry].
$Hero {knew|saw|thought|felt} that {$he was wrong|it was wrong}.
""",
    "eager": """
"[Wow]!" {[called] $hero|$hero [called]} [eager].
$Hero {wanted|was ready|{could not|couldn't} wait} to {play|go|start|help|try|see it|know more}.
$Hero [felt] [happy].
""",
    "thanks": """
"[Thanks]{,|!}" {[said] $hero|$hero [said]} [warm].
"[Thanks]!" {[called] $hero|$hero [called]}.
$Hero [smiled]. "[Thanks]!" $hero [said].
""",
    "together": """
They [had fun].
They {were|felt|looked} [happy].
They [had fun] for [long].
They [had fun] {together|again|all day}.
They [had fun] and {were|felt|looked} [happy].
They had {fun|lots of fun|a great time|a good time|so much fun|a lot of fun|a nice day|a good day|a happy day}.
""",
}


def pool(name: str, person: str) -> list[str]:
    """Return the frames of a pool, for a person."""
    frames = POOLS[name].strip().splitlines()
    if person == "hero":
        return frames
    mention, prefix = _OTHERS.get(person, (person.replace("the ", "the $"), ""))

    def exchanged(match: re.Match[str]) -> str:
        word = match[1]
        if word == "hero":
            return mention
        if word == "Hero":
            start = 1 if mention[0] == "$" else 0
            return mention[:start] + mention[start].upper() + mention[start + 1 :]
        if word == "He":
            return "$" + prefix.upper() + "he" if prefix else "It"
        return "$" + prefix + word if prefix else _IT[word]

    return [_PERSON.sub(exchanged, frame) for frame in frames]
