"""Who the stories are about: names, children, animals, toys, grown-ups, with their pronouns."""

from __future__ import annotations

from lmcore.corpus.grammar.templates import Variable

Record = dict[str, str]


def split(words: str) -> list[str]:
    """Return the words between the commas."""
    return words.replace("\n", " ").split(", ")


# Few names: the fewer there are, the sooner a model learns to copy one.
GIRLS = split("Lily, Sue, Lucy, Mia, Anna, Sally, Jane, Amy, Sara, Daisy, Molly, Mary")
BOYS = split("Tim, Tom, Sam, Ben, Max, Bob, Jack, John, Joe, Billy, Leo, Mark")
PETS = split(
    "Spot, Fluffy, Buddy, Bobo, Whiskers, Momo, Binky, Blue, Spike, Sunny, Star, Bubbles, "
    "Patch, Lucky, Pepper, Snowy, Ducky, Chirpy, Mittens, Honey"
)

# What kind of attribute each is: for the check of stories, and for mentions.
NAMES = frozenset(split("hero, friend, pet, adult"))
PRONOUNS = frozenset(
    prefix + pronoun
    for prefix in ("", "f", "t", "o", "a", "s")
    for pronoun in ("he", "him", "his", "himself")
)


def people(names: list[str], sex: str, name: str, prefix: str, **more: str) -> list[Record]:
    """Return a record for each name: the name and its pronouns, `prefix` before each."""
    he, him, his = ("he", "him", "his") if sex == "boy" else ("she", "her", "her")
    pronouns = {"he": he, "him": him, "his": his, "himself": f"{him}self"}
    forms = {prefix + pronoun: form for pronoun, form in pronouns.items()}
    return [{name: word, **forms, **more} for word in names]


def alternating(*lists: list[Record]) -> list[Record]:
    """Return the first of each list, then the second of each, ..."""
    return [record for group in zip(*lists, strict=True) for record in group]


def either_sex(name: str, prefix: str) -> list[Record]:
    """Return records for all names of children, with `{prefix}kind`: girl or boy."""
    return alternating(
        people(GIRLS, "girl", name, prefix, **{f"{prefix}kind": "girl"}),
        people(BOYS, "boy", name, prefix, **{f"{prefix}kind": "boy"}),
    )


def animals(kind: str, prefix: str) -> list[Record]:
    """Return a record for each animal: its home and its food."""
    rows = [entry.split(": ") for entry in split(_ANIMALS)]
    return [
        {
            kind: animal,
            f"{prefix}den": den,
            f"{prefix}meal": meal,
            "sex": "any",
        }
        for animal, den, meal in rows
    ]


_ANIMALS = (
    "rabbit: hole: carrots, bear: cave: honey, mouse: hole: cheese, squirrel: tree: nuts, "
    "fox: den: berries, bunny: hole: carrots, frog: hole: bugs, duck: barn: bread, "
    "pig: barn: apples, deer: cave: leaves, cat: house: fish, dog: house: meat, "
    "sheep: barn: grass, turtle: hole: leaves, monkey: tree: bananas, goat: barn: grass, "
    "puppy: house: meat, kitten: house: milk, owl: tree: bugs, mole: hole: worms"
)


def _kind_of_animal(name: str, prefix: str) -> Variable:
    """Return the variable of an animal of another kind than the others in the story."""
    kinds = ("animal", "fanimal", "tanimal", "kind1", "kind2", "kind3")
    return Variable(animals(name, prefix), differs_from=[kind for kind in kinds if kind != name])


VARIABLES = {
    # The hero: a child's kind decides its sex, an animal or a toy has a name of either sex.
    "kind": Variable([{"kind": kind, "sex": kind} for kind in ("girl", "boy")]),
    "animal": Variable(animals("animal", "")),
    "hero": Variable(
        {
            "girl": people(GIRLS, "girl", "hero", ""),
            "boy": people(BOYS, "boy", "hero", ""),
            "any": either_sex("hero", ""),
        },
        key="sex",
    ),
    "friend": Variable(either_sex("friend", "f"), differs_from=["hero"]),
    # Somebody else, who has no name: with more than two, a reader mixes the names up.
    "third": Variable(
        [
            *people(split("sister, aunt"), "girl", "third", "t"),
            *people(split("brother, uncle"), "boy", "third", "t"),
        ]
    ),
    # A friend whom the hero meets in the story: first seen, then named.
    "fkind": Variable(
        people(["girl"], "girl", "fkind", "f", fsex="girl")
        + people(["boy"], "boy", "fkind", "f", fsex="boy")
    ),
    "newcomer": Variable(
        {
            "girl": people(GIRLS, "girl", "friend", "f"),
            "boy": people(BOYS, "boy", "friend", "f"),
        },
        key="fsex",
        differs_from=["hero"],
        writes="friend",
    ),
    # The child whose toy the hero is.
    "okind": Variable(
        people(["girl"], "girl", "okind", "o") + people(["boy"], "boy", "okind", "o")
    ),
    "fanimal": _kind_of_animal("fanimal", "f"),
    "tanimal": _kind_of_animal("tanimal", "t"),
    "kind1": _kind_of_animal("kind1", "x"),
    "kind2": _kind_of_animal("kind2", "y"),
    "kind3": _kind_of_animal("kind3", "z"),
    "adult": Variable(
        [
            *people(["mom", "grandma"], "girl", "adult", "a"),
            *people(["dad", "grandpa"], "boy", "adult", "a"),
        ]
    ),
    "stranger": Variable(
        [
            *people(split("lady, woman"), "girl", "stranger", "s"),
            *people(split("man, farmer, fisherman, sailor"), "boy", "stranger", "s"),
        ]
    ),
    "pet": Variable([{"pet": name} for name in PETS]),
    "petkind": Variable(
        [
            {"petkind": kind}
            for kind in split("cat, dog, bird, bunny, puppy, kitten, rabbit, duck, mouse, frog")
        ]
    ),
}
