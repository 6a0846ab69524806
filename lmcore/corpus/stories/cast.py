"""The people, places and things that have names, and the words that belong to each."""

from __future__ import annotations

from lmcore.corpus.stories.words import split

# What can be seen in the park, how a kite is played with: by the value of a name.
BELONGING: dict[str, dict[str, list[str]]] = {
    "home": {
        "child": split(
            "house, cottage, cabin, farmhouse, hut, flat, tower, wagon, houseboat, windmill"
        ),
        "animal": split("den, nest, burrow, hollow log, hole, cave, tree house, hut, cabin, shed"),
    },
    "sight": {
        "park": split("a merry-go-round, children on the swings, a stone fountain, kites"),
        "forest": split("mossy stumps, tall ferns, a fallen tree, mushrooms, a deer, pine cones"),
        "beach": split("white sails, rock pools, pink shells, crabs, a lighthouse, seaweed"),
        "garden": split("bean poles, a scarecrow, watering cans, pumpkins, rows of peas, a swing"),
        "farm": split("a sleepy cow, woolly sheep, a hay cart, muddy pigs, a tractor, hens"),
        "market": split(
            "baskets of fish, piles of melons, a baker, jars of honey, silk, a juggler"
        ),
        "river": split("smooth stones, a small raft, tall reeds, minnows, a heron, an old mill"),
        "hill": split("grazing goats, the whole valley, tiny roofs, a stone wall, rainbows"),
        "meadow": split("long grass, a wooden gate, ponies, molehills, dandelions, a stile"),
        "playground": split("a tall slide, two swings, a sandpit, a seesaw, monkey bars"),
        "pond": split("green lily pads, frogs, a wooden pier, tadpoles, a sleepy toad, cattails"),
        "square": split("a tall clock, a puppet show, benches, a statue, a flower cart, musicians"),
        "orchard": split("red apples, ladders, a beehive, heavy branches, wheelbarrows, pears"),
        "castle": split("a mossy wall, a deep well, a rusty gate, broken steps, ivy, flags"),
    },
    "spot": {
        "park": split("behind the fountain, under a bench, by the swings, beside the bandstand"),
        "forest": split("under a fern, inside a hollow tree, behind a mossy log, by a stump"),
        "beach": split("under a rock, behind a dune, in a rock pool, beside the pier, in the sand"),
        "garden": split("under the roses, behind the shed, among the beans, beside the gate"),
        "farm": split("in the hay, behind the barn, under the cart, beside the trough"),
        "market": split("under a stall, behind the barrels, among the melons, beside the baker"),
        "river": split("among the reeds, under the bridge, behind a rock, beside the raft"),
        "hill": split("behind the stone wall, under a bush, among the goats, beside the path"),
        "meadow": split("in the long grass, behind the gate, under a hedge, among the clover"),
        "playground": split("in the sandpit, under the slide, behind the seesaw, by the fence"),
        "pond": split("among the cattails, under the pier, behind a willow, on a lily pad"),
        "square": split("under the clock, behind the statue, by the flower cart, under a bench"),
        "orchard": split("under a ladder, behind a basket, in the grass, beside the beehive"),
        "castle": split("behind the well, under the steps, in the ivy, beside the gate"),
    },
    "high": {
        "park": split("the tallest elm, the bandstand roof, a lamp post"),
        "forest": split("a giant pine, the oldest oak, a crooked beech"),
        "beach": split("the steep cliff, the lighthouse rail, a palm tree"),
        "garden": split("the pear tree, the shed roof, the high trellis"),
        "farm": split("the barn roof, the tall haystack, the windmill"),
        "market": split("a striped awning, the big sign, a stack of crates"),
        "river": split("the old willow, the stone bridge, the mill wheel"),
        "hill": split("the lonely pine, the great rock, the flagpole"),
        "meadow": split("the lone birch, the thorny hedge, the wooden tower"),
        "playground": split("the climbing frame, the chestnut tree, the tall fence"),
        "pond": split("the weeping willow, the boathouse roof, the alder tree"),
        "square": split("the clock tower, the brave statue, the bakery roof"),
        "orchard": split("the biggest apple tree, the top branch, the cider barn"),
        "castle": split("the round tower, the crumbling wall, the tall gate"),
    },
    "use": {
        "ball": split("kick it, throw it in the air, bounce it, roll it downhill, catch it"),
        "kite": split("fly it, watch it dance, run with it, let it soar, hold its string"),
        "doll": split(
            "sing to it, dress it up, rock it to sleep, brush its hair, have tea with it"
        ),
        "boat": split("sail it, float it in puddles, play captain with it, splash with it"),
        "drum": split("tap it, play it loudly, march with it, drum like thunder on it"),
        "hat": split("wear it, twirl it, bow with it, hide under it, tip it to everyone"),
        "book": split("read it, look at its pictures, smell its pages, learn it by heart"),
        "scarf": split("wear it, wave it like a flag, wrap up in it, dance with it"),
        "teddy bear": split("hug it, tell it secrets, carry it about, tuck it in, nap beside it"),
        "whistle": split("blow it, play tunes on it, call the birds with it, polish it"),
        "umbrella": split("open it, spin it, sit under it, jump with it, walk in the rain with it"),
        "robot": split("wind it up, watch it walk, talk to it, race it, make it beep"),
        "bell": split("ring it, listen to it, shake it gently, polish it, carry it about"),
        "blanket": split("sit on it, curl up in it, wear it like a cape, build a tent with it"),
        "plane": split("throw it, watch it glide, make it loop, fly it over the hedge"),
        "lantern": split("light it, make shadows with it, carry it at dusk, swing it gently"),
        "rope": split("skip with it, swing it, jump over it, practise knots with it"),
        "bucket": split("fill it, carry water in it, build towers with it, drum on it"),
        "crown": split("wear it, play kings and queens with it, bow in it, decorate it"),
        "flute": split("play it, practise songs on it, hum along with it, polish it"),
    },
    "part": {
        "ball": split("seam, side, cover"),
        "kite": split("string, tail, frame, wing"),
        "doll": split("arm, dress, shoe, foot"),
        "boat": split("sail, mast, rudder, deck"),
        "drum": split("skin, strap, rim, side"),
        "hat": split("brim, ribbon, feather, lining"),
        "book": split("cover, spine, page, corner"),
        "scarf": split("edge, corner, fringe, end"),
        "teddy bear": split("ear, arm, button eye, paw"),
        "whistle": split("cord, tip, side, ring"),
        "umbrella": split("handle, rib, tip, cloth"),
        "robot": split("wheel, arm, spring, key"),
        "bell": split("handle, clapper, rim, ribbon"),
        "blanket": split("corner, edge, hem, fringe"),
        "plane": split("wing, tail, nose, propeller"),
        "lantern": split("handle, door, hook, glass"),
        "rope": split("handle, end, knot, middle"),
        "bucket": split("handle, rim, side, bottom"),
        "crown": split("point, band, jewel, side"),
        "flute": split("tip, end, mouthpiece, cord"),
    },
}


def _people(words: list[str], sex: str, name: str, prefix: str) -> list[dict[str, str]]:
    he, him, his = ("he", "him", "his") if sex == "male" else ("she", "her", "her")
    return [
        {
            name: word,
            f"{prefix}he": he,
            f"{prefix}him": him,
            f"{prefix}his": his,
            f"{prefix}himself": f"{him}self",
        }
        for word in words
    ]


_HEROINES = split(
    "Lily, Mia, Anna, Rosie, Ella, Nora, Ruby, Sophie, Clara, Maya, Zoe, Ivy, Emma, Tessa, Alice, "
    "Amy, Beth, Bonnie, Carla, Chloe, Cora, Diana, Edith, Elsa, Eva, Fay, Flora, Gina, Hannah, "
    "Helen, Ida, Iris, Jane, Jill, Julia, Kate, Lara, Laura, Leah, Lena, Lola, Louise, Mary, Nell"
)
_HEROES = split(
    "Tom, Ben, Max, Sam, Leo, Jack, Oscar, Theo, Finn, Noah, Hugo, Eli, Peter, Marco, Adam, Alan, "
    "Andy, Anton, Arthur, Bert, Bob, Carl, Charlie, Colin, Dan, David, Dylan, Eddie, Emil, Eric, "
    "Frank, Fred, George, Glen, Harvey, Ian, Ivan, Jim, Joe, John, Karl, Luke, Mark, Nick"
)
_ANIMAL_HEROINES = split(
    "Hazel, Poppy, Willow, Pepper, Daisy, Misty, Bella, Coco, Amber, Berry, Blossom, Bramble, "
    "Cherry, Clover, Cookie, Dotty, Fern, Ginger, Honey, Maple, Minty, Nutmeg, Petal, Pippa"
)
_ANIMAL_HEROES = split(
    "Rusty, Pip, Bruno, Toby, Biscuit, Milo, Buster, Barney, Acorn, Bandit, Bobo, Chester, Dusty, "
    "Fuzzy, Gizmo, Hopper, Jumbo, Nibbles, Patch, Rascal, Rocky, Scout, Teddy, Wally"
)
_FRIENDS_F = split(
    "Molly, Lucy, Grace, Penny, Sara, Nina, Holly, Ada, Kitty, Olive, Dora, June, Agnes, Betty, "
    "Celia, Daphne, Ellie, Fiona, Gwen, Heidi, Isabel, Jenny, Karen, Linda, Maggie, Nancy, Pam, "
    "Rachel, Stella, Tilly, Ursula, Vera, Wendy, Yvonne"
)
_FRIENDS_M = split(
    "Timmy, Harry, Billy, Henry, Jasper, Felix, Otto, Ralph, Sunny, Gus, Alfie, Ned, Albert, "
    "Bernie, Cedric, Dennis, Ernie, Freddy, Gerald, Howard, Isaac, Johnny, Kevin, Louis, Martin, "
    "Nigel, Paul, Quentin, Robert, Simon, Tony, Victor, Walter, Zack"
)


def _kinds(words: str, kind: str, group: str) -> list[dict[str, str]]:
    return [{"kind": word, "hero_sex": kind, "group": group} for word in split(words)]


def _alternating(*lists: list[dict[str, str]]) -> list[dict[str, str]]:
    return [record for group in zip(*lists, strict=True) for record in group]


RECORDS: dict[str, list[dict[str, str]] | dict[str, list[dict[str, str]]]] = {
    "kind": [
        *_kinds("girl", "girl", "child"),
        *_kinds("boy", "boy", "child"),
        *_kinds(
            "rabbit, fox, bear, mouse, kitten, puppy, squirrel, hedgehog, duckling, otter, badger, "
            "lamb, piglet, turtle, frog, mole, owl, beaver",
            "animal",
            "animal",
        ),
    ],
    "hero": {
        "girl": _people(_HEROINES, "female", "hero", ""),
        "boy": _people(_HEROES, "male", "hero", ""),
        "animal": _alternating(
            _people(_ANIMAL_HEROINES, "female", "hero", ""),
            _people(_ANIMAL_HEROES, "male", "hero", ""),
        ),
    },
    "friend": _alternating(
        _people(_FRIENDS_F, "female", "friend", "f"),
        _people(_FRIENDS_M, "male", "friend", "f"),
    ),
    "family": [
        {"family": word, "fam": short, "mhe": he, "mhim": him, "mhis": his}
        for word, short, he, him, his in (
            ("mother", "Mum", "she", "her", "her"),
            ("father", "Dad", "he", "him", "his"),
            ("grandmother", "Grandma", "she", "her", "her"),
            ("grandfather", "Grandpa", "he", "him", "his"),
            ("aunt", "Auntie", "she", "her", "her"),
            ("uncle", "Uncle", "he", "him", "his"),
        )
    ],
    "place": [
        {"place": word}
        for word in split(
            "park, forest, beach, garden, farm, market, river, hill, meadow, playground, pond, "
            "square, orchard, castle"
        )
    ],
    "object": [
        {"object": word}
        for word in split(
            "ball, kite, teddy bear, boat, doll, drum, hat, book, scarf, whistle, umbrella, robot, "
            "bell, blanket, plane, lantern, rope, bucket, crown, flute"
        )
    ],
    "tint": [
        {"tint": word}
        for word in split(
            "red, blue, green, yellow, striped, purple, golden, orange, silver, spotted, white, "
            "brown"
        )
    ],
    "helper": [
        {"helper": word}
        for word in split(
            "owl, squirrel, crow, goat, cat, donkey, goose, monkey, heron, hedgehog, gardener, "
            "farmer, baker, postman, sailor, painter"
        )
    ],
    "creature": [
        {"creature": word}
        for word in split(
            "bird, puppy, lamb, hedgehog, duckling, fawn, kitten, squirrel, bat, goat, foal, mole"
        )
    ],
}

# `<hero>` draws from the list of the hero's kind.
RECORD_KEYS = {"hero": "hero_sex"}
