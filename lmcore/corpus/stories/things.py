"""What the stories are about: toys with their fitting uses, places with their fitting spots."""

from __future__ import annotations

from lmcore.corpus.grammar.templates import Variable
from lmcore.corpus.stories import words
from lmcore.corpus.stories.cast import split
from lmcore.corpus.stories.deeds import DONE, DONE_INSIDE, DONE_OUTSIDE, LIKED

# thing: how one plays with it | how one played | how two played with it | a part that can break
_THINGS = """
ball: bounce it, kick it, roll it, throw it
| bounced it, kicked it, rolled it, threw it
| threw it to each other, rolled it back and forth, kicked it to each other
| side, cover, middle
kite: fly it, run with it, make it dance
| flew it, ran with it, made it dance
| flew it together, ran with it side by side, held the string together
| tail, string, frame
doll: dress it, hug it, sing to it, brush its hair
| dressed it, hugged it, sang to it, brushed its hair
| had tea with it, made a bed for it, dressed it together
| arm, leg, dress
drum: play it, hit it, march with it, tap it
| played it, hit it, marched with it, tapped it
| played songs on it, marched with it side by side, took turns to play it
| side, skin, stick
robot: make it walk, make it dance, talk to it
| made it walk, made it dance, talked to it
| made it walk to each other, made it dance, built a house for it
| arm, leg, button
whistle: blow it, make music with it, sing along with it
| blew it, made music with it, sang along with it
| took turns to blow it, made music with it, called the birds with it
| string, side, top
book: read it, look at it, hold it
| read it, looked at it, held it
| read it together, looked at the pictures together, took turns to read it
| cover, page, corner
bucket: fill it, carry it, dig with it
| filled it, carried it, dug with it
| built a castle with it, filled it together, took turns to carry it
| handle, side, bottom
car: push it, drive it, race it
| pushed it, drove it, raced it
| pushed it to each other, raced it down a hill, built a road for it
| wheel, door, roof
boat: sail it, pull it, play with it
| sailed it, pulled it, played with it
| sailed it together, made waves for it, pushed it to each other
| sail, side, flag
train: push it, pull it, drive it
| pushed it, pulled it, drove it
| built a bridge for it, pushed it to each other, made train sounds together
| wheel, engine, bell
truck: push it, fill it, drive it
| pushed it, filled it, drove it
| filled it with sand, pushed it to each other, built a road for it
| wheel, door, hook
plane: fly it, throw it, run with it
| flew it, threw it, ran with it
| threw it to each other, flew it together, ran after it together
| wing, wheel, tail
bear: hug it, hold it, talk to it
| hugged it, held it, talked to it
| had a picnic with it, made a bed for it, took turns to hug it
| arm, ear, button
horse: ride it, brush it, jump with it
| rode it, brushed it, jumped with it
| took turns to ride it, brushed it together, built a barn for it
| leg, tail, ear
dinosaur: make it roar, make it stomp, feed it
| made it roar, made it stomp, fed it
| roared with it together, made a cave for it, fed it leaves
| leg, tail, foot
"""

# place: where things are there | who lives there or comes there
_PLACES = """
park: under a bench, behind a big tree, near the pond, beside the fountain, in the tall grass
| duck, squirrel, dog, bird
beach: behind a big rock, near the waves, in the warm sand, beside a boat, under a chair
| crab, bird, dog, turtle
garden: behind the fence, near the gate, under the apple tree, beside the roses, in the tall flowers
| bird, butterfly, rabbit, frog
farm: behind the barn, in the hay, under the wagon, beside the gate, near the well
| pig, hen, goat, cow
playground: under the slide, behind the swings, near the sandbox, beside the ladder, by the fence
| bird, cat, dog, squirrel
river: behind a tall tree, under a bush, near the water, beside an old log, in the leaves
| deer, squirrel, owl, fox
lake: under the bridge, behind a rock, near the boats, beside a log, in the tall grass
| frog, duck, turtle, bird
pond: behind a rock, under the old tree, near the water, beside the path, in the tall grass
| duck, rabbit, bird, frog
"""


def things() -> list[dict[str, str]]:
    """Return a record for each thing."""
    return [{"thing": thing} for thing in _table(_THINGS)]


def _table(text: str) -> dict[str, list[list[str]]]:
    """Return the columns of lists that a table gives for each `key:`."""
    joined = text.strip().replace("\n|", "|").replace(" |", "|")
    rows = (line.split(": ", 1) for line in joined.splitlines())
    return {key: [split(column.strip()) for column in rest.split("|")] for key, rest in rows}


def _column(text: str, number: int) -> dict[str, list[str]]:
    return {key: columns[number] for key, columns in _table(text).items()}


def _records(text: str, number: int, name: str) -> dict[str, list[dict[str, str]]]:
    column = _column(text, number)
    return {key: [{name: word} for word in words] for key, words in column.items()}


def _distinct(name: str, options: list[str], count: int = 4) -> dict[str, Variable]:
    """Return the variables `name1`, `name2`, ..., for lists in which nothing stands twice."""
    names = [f"{name}{number}" for number in range(1, count + 1)]
    return {
        each: Variable([{each: option} for option in options], differs_from=names[:position])
        for position, each in enumerate(names)
    }


def _simple(name: str, words: str, *differs_from: str) -> Variable:
    return Variable([{name: word} for word in split(words)], differs_from=differs_from)


COLOURS = (
    "red, blue, yellow, green, pink, purple, white, orange, black, gold, brown, silver, gray, "
    "shiny, bright, dark, striped, golden, spotted"
)
FOODS = (
    "fruit, ice cream, fish, cookies, bread, apples, rice, nuts, honey, grapes, carrots, "
    "cheese, jam, soup, spaghetti, pizza, toast, sandwiches, corn, berries, eggs, salad, "
    "bananas, strawberries, cakes, beans, cherries, oranges, pie, muffins, peas, pears, chicken, "
    "peaches, pancakes, noodles, potatoes, tomatoes, meat, plums, candy, melons, lemons"
)
SNACKS = (
    "cookies, carrots, nuts, apples, eggs, berries, strawberries, beans, sandwiches, cherries, "
    "peppers, oranges, crackers, grapes, pears, sweets, cakes, lemons, bananas, muffins, "
    "candies, tomatoes, potatoes, peaches, pies, peas, cupcakes, tarts, plums, treats, "
    "snacks, melons, pancakes, rolls, chips, blueberries, noodles, waffles"
)
CLOTHES = (
    "hat, shirt, shoes, jacket, coat, pants, vest, scarf, belt, cap, boots, mittens, socks, "
    "sweater, gloves, crown"
)
HERDS = (
    "birds, bugs, cats, dogs, ducks, sheep, bees, deer, butterflies, cows, ants, horses, "
    "chickens, squirrels, frogs, spiders, rabbits, mice, kittens, bunnies, pigs, swans, "
    "pigeons, lizards, geese, puppies, foxes, goats"
)
COATS = (
    "white, black, brown, gray, small, little, cute, sleepy, hungry, shy, quiet, happy, big, old, "
    "young, sweet, tiny, kind"
)
FURS = (
    "big, little, small, happy, old, pretty, loud, silly, strong, fast, funny, black, friendly, "
    "white, quiet, brown, slow, shy, sleepy, young, hungry, gray, gentle, busy, noisy, lazy, "
    "cute, tall, thin, angry, wet, dirty, brave, clever, sweet, curious, smart, nice, "
    "kind, good, fat, tiny, calm, fine, sad, great, lovely, playful, jolly, soft"
)
FIXERS = "glue, tape, string, thread, paper, wire, paint, rope, clay, wood, nails, cloth"
TOYS = (
    "car, boat, bear, robot, train, dog, plane, cat, lion, mouse, truck, doll, elephant, duck, "
    "dinosaur, soldier, rabbit, monkey, horse, pig, bird, bus, ball, kite, fish, frog, cow, fox, "
    "sheep, goat, tiger, turtle"
)
TRAITS = (
    "little, small, kind, friendly, happy, tiny, funny, cute, bright, curious, good, "
    "smart, young, sweet, clever, quiet, lovely, cheerful, jolly, gentle, polite, lively, "
    "helpful, busy, creative, silly, playful, nice, great, special, strong, calm, lucky, "
    "careful, shy, wise, fun, proud, eager, loving, patient, brave"
)
KIN_TRAITS = (
    "kind, nice, sweet, good, happy, funny, old, smart, busy, gentle, loving, wise, cheerful, "
    "strong, friendly, helpful, lovely, quiet, clever, brave, great, dear, patient, careful, calm, polite, fun, "
    "proud, playful, jolly, silly, lively, warm"
)
NUMBERS = "two, three, four, five, six, seven, eight, nine, ten"
VARIABLES = {
    "thing": Variable(things(), differs_from=("toy1", "toy2", "toy3", "toy4")),
    "colour": _simple("colour", COLOURS),
    "colour2": _simple("colour2", COLOURS, "colour"),
    "place": Variable([{"place": place} for place in _table(_PLACES)]),
    "spot": Variable(_records(_PLACES, 0, "spot"), key="place"),
    "spot2": Variable(_records(_PLACES, 0, "spot2"), key="place", differs_from=("spot",)),
    "visitor": Variable(_records(_PLACES, 1, "visitor"), key="place"),
    "food": _simple("food", FOODS),
    "food2": _simple("food2", FOODS, "food"),
    "food3": _simple("food3", FOODS, "food", "food2"),
    "snack": _simple("snack", SNACKS, "food", "food2", "food3"),
    "treat": _simple("treat", SNACKS, "food", "snack", "snack2", "snack3"),
    "snack2": _simple("snack2", SNACKS, "food", "food2", "food3", "snack"),
    "snack3": _simple("snack3", SNACKS, "food", "snack", "snack2"),
    # Animals that are seen on the way and told about at home.
    "count": _simple("count", NUMBERS),
    "fur": _simple("fur", FURS),
    "herd": _simple("herd", HERDS),
    "coat": _simple("coat", COATS),
    "coat2": _simple("coat2", COATS, "coat"),
    "coat3": _simple("coat3", COATS, "coat", "coat2"),
    "count2": _simple("count2", NUMBERS, "count"),
    "fur2": _simple("fur2", FURS, "fur"),
    "herd2": _simple("herd2", HERDS, "herd"),
    "dye": _simple("dye", COLOURS, "colour"),
    "dye2": _simple("dye2", COLOURS, "colour", "dye"),
    "dye3": _simple("dye3", COLOURS, "colour", "dye", "dye2"),
    "wear3": _simple("wear3", CLOTHES, "wear", "wear2"),
    "count3": _simple("count3", NUMBERS),
    "wear": _simple("wear", CLOTHES),
    "wear2": _simple("wear2", CLOTHES, "wear"),
    # What a child has in its room, or sees in a window.
    "toy1": _simple("toy1", TOYS),
    "toy2": _simple("toy2", TOYS, "toy1"),
    "toy3": _simple("toy3", TOYS, "toy1", "toy2"),
    "toy4": _simple("toy4", TOYS, "toy1", "toy2", "toy3"),
    "toy5": _simple("toy5", TOYS, "toy1", "toy2", "toy3", "toy4"),
    "item1": _simple("item1", TOYS, "toykind", "ftoykind"),
    "item2": _simple("item2", TOYS, "toykind", "ftoykind", "item1"),
    "item3": _simple("item3", TOYS, "toykind", "ftoykind", "item1", "item2"),
    "days": _simple("days", "two, three, four, five, many"),
    "fixer": _simple("fixer", FIXERS),
    "fixer2": _simple("fixer2", FIXERS, "fixer"),
    # Where an animal lives, what it keeps, and what a toy is.
    "lair": _simple(
        "lair",
        "small, big, cozy, old, warm, quiet, nice, pretty, safe, lovely, deep, dark, soft, "
        "dry, tiny, cute, round, clean, little, secret, cool, simple, sunny, huge, wide",
    ),
    "wild": _simple(
        "wild",
        "river, hill, lake, road, meadow, farm, field, mountain, garden, bridge, village, "
        "sea, woods, old tree, big rock, waterfall, forest, pond, barn, town, beach, "
        "valley, cave, stream, big tree, old house, old barn, tall tree, park, school, "
        "castle, tower, well, path",
    ),
    "treasure": _simple(
        "treasure",
        "stones, shells, feathers, leaves, flowers, buttons, coins, rocks, sticks, gems, "
        "marbles, seeds, nuts, pearls, bones, keys, caps, beads, rings, toys, bells",
    ),
    "others": _simple("others", "cars, dolls, balls, trains, books, robots, boats, blocks, bears"),
    "toykind": Variable([{"toykind": toy, "sex": "any"} for toy in split(TOYS)]),
    "ftoykind": _simple("ftoykind", TOYS, "toykind"),
    # Where the hero lives.
    "house": _simple(
        "house",
        "small, red, white, blue, yellow, tall, old, green, brown, cozy, big, pink, little, "
        "purple, gray, orange, round, new, pretty, quiet, stone, warm, bright, "
        "wooden, clean, happy, long, fancy, brick, golden, silver, black, simple, strong, "
        "huge, tiny, lovely, sunny, funny",
    ),
    "home": _simple(
        "home",
        "woods, sea, river, school, market, church, pond, bridge, mountain, shop, station, "
        "library, park, forest, bakery, museum, zoo, hospital, farm, lake, beach, castle, "
        "playground, tower, town, hill, fire station, garden, store, road, hotel, harbor, "
        "field, theater",
    ),
    "petcolour": _simple(
        "petcolour",
        "white, black, brown, gray, orange, gold, fat, fluffy, lazy, playful, big, little, "
        "small, cute, sleepy, happy, old, young, soft, tiny, funny, shy, smart, sweet, "
        "quiet, silly, spotted",
    ),
    "weather": _simple(
        "weather", "sunny, warm, bright, fine, nice, lovely, quiet, beautiful, cool, clear"
    ),
    "time": _simple("time", "morning, afternoon, day"),
    "trait": _simple("trait", TRAITS),
    "trait3": _simple("trait3", TRAITS, "trait", "trait2"),
    "atrait": _simple("atrait", KIN_TRAITS, "trait", "trait2"),
    "trait2": _simple("trait2", TRAITS, "trait"),
    "gift": _simple("gift", SNACKS, "food", "snack", "snack2", "snack3"),
    "treat2": _simple("treat2", SNACKS, "food", "food2", "food3", "snack", "snack2", "treat"),
    "treat3": _simple(
        "treat3", SNACKS, "food", "food2", "food3", "snack", "snack2", "treat", "treat2"
    ),
    "ttrait": _simple("ttrait", KIN_TRAITS, "trait", "ftrait"),
    "ftrait": _simple("ftrait", TRAITS, "trait"),
}
VARIABLES |= {
    **_distinct("did", DONE, 8),
    **_distinct("outside", DONE_OUTSIDE),
    **_distinct("inside", DONE_INSIDE),
    **_distinct("game", words.WORDS["game"], 3),
    **_distinct("like", LIKED, 5),
    **_distinct("shade", split(COLOURS), 3),
}
WORDS = {
    "play": _column(_THINGS, 0),
    "played": _column(_THINGS, 1),
    "played together": _column(_THINGS, 2),
    "part": _column(_THINGS, 3),
}
