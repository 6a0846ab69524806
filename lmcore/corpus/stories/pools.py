"""Short frames of feelings that many plots share: `* sad: friend` in a script adds those.

They are written for the hero; for another person, the hero's name and pronouns
are exchanged for that person's.
"""

from __future__ import annotations

import re

# Which letter stands before the pronouns of a person (cast.py).
_PREFIXES = {"hero": "", "friend": "f", "third": "t", "owner": "o"}
_PERSON = re.compile(r"\$(hero|Hero|he|him|his)\b")

POOLS = {
    "sad": """
{$Hero|$He} [felt] [sad].
{$Hero|$He} {began|started} to cry.
{$Hero|$He} {cried|sat down|looked down|looked away|sighed|turned away|frowned|stopped} and {felt|was} [sad].
"[Oh]!" {[cried] $hero|$hero [cried]|$he [cried]} [tearful].
$Hero {did not|didn't} {smile|play|talk|know what to do|say a word|look up|move}.
{$Hero|$He} {wanted|tried} to {smile|be brave|be strong|talk|look happy|play}, but $he [felt] [sad].
$Hero cried {for [long]|and cried}.
""",
    "scared": """
{$Hero|$He} [felt] [scared].
{$Hero|$He} {ran|hid|shook|looked around|stepped back|stopped|sat down|held on} and {felt|was} [scared].
"[Oh]!" {[cried] $hero|$hero [cried]|$he [cried]} [fearful].
{$Hero|$He} {wanted|tried} to {run|hide|shout|be brave|call for help|go home}, but $he [felt] [scared].
$Hero {could not|couldn't} {move|speak|run|look|talk|think}.
""",
    "happy": """
{$Hero|$He} [felt] [happy].
{$Hero|$He} [smiled].
"[Wow]!" {[called] $hero|$hero [called]|$he [called]} [eager].
{$Hero|$He} [felt] [happy] and [smiled].
{$Hero|$He} had a [hug] smile {on $his face|all day|again}.
{$Hero|$He} {jumped|laughed|danced|clapped} {for joy|with joy}.
""",
    "sorry": """
{$Hero|$He} [felt] [sorry].
"I am {so |very |}sorry!" {[cried] $hero|$hero [cried]|$he [cried]} [tearful].
{$Hero|$He} {cried|sat down|looked down|looked away|sighed|turned away|frowned|stopped} and {felt|was} [sorry].
$Hero {knew|saw|thought|felt} that {$he was wrong|it was wrong}.
""",
    "eager": """
"[Wow]!" {[called] $hero|$hero [called]|$he [called]} [eager].
$Hero {wanted|was ready|{could not|couldn't} wait} to {play|go|start|help|try|see it|know more}.
{$Hero|$He} [felt] [happy].
""",
    "thanks": """
"[Thanks]{,|!}" {[said] $hero|$hero [said]|$he [said]} [warm].
"[Thanks]!" {[called] $hero|$hero [called]|$he [called]}.
$Hero [smiled]. "[Thanks]!" $he [said].
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
    # "She smiled." is said of the hero alone: two derivations of one sentence are avoided.
    named = [
        re.sub(r"\|\$he \[\w+\]", "", frame)
        .replace("{$Hero|$He}", "$Hero")
        .replace("$He ", "$Hero ")
        for frame in frames
    ]
    prefix = _PREFIXES[person]

    def exchanged(match: re.Match[str]) -> str:
        word = match[1]
        if word.lower() == "hero":
            return "$" + (person.capitalize() if word[0] == "H" else person)
        return "$" + prefix + word

    return [_PERSON.sub(exchanged, frame) for frame in named]
