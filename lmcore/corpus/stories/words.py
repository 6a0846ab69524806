"""The words of the stories. Likelier words stand first (see `grammar.zipf`)."""

from __future__ import annotations


def split(text: str) -> list[str]:
    """The words of a comma-separated list."""
    return [word.strip() for word in text.split(",")]


_ONES = split("one, two, three, four, five, six, seven, eight, nine")
_TEENS = split("ten, eleven, twelve, thirteen, fourteen, fifteen, sixteen, seventeen, eighteen")
_TENS = split("twenty, thirty, forty, fifty, sixty, seventy, eighty, ninety")
_NUMBERS = [*_ONES[1:], *_TEENS, "nineteen"] + [
    number for ten in _TENS for number in (ten, *(f"{ten}-{one}" for one in _ONES))
]

WORDS: dict[str, list[str]] = {
    "taste": split(
        "warm, sweet, fresh, hot, cold, tasty, crunchy, juicy, creamy, salty, sour, spicy, ripe, "
        "baked, fried, roasted, toasted, boiled, sliced, soft, crispy, fluffy, golden, sticky, "
        "sugary, tangy, buttery, delicious, homemade, frozen, smoky, nutty, fruity, mild, rich, "
        "plain, yummy, steaming, dried, chopped, fragrant, leftover"
    ),
    "foodstuff": split(
        "bread, cake, pie, soup, berries, plums, cheese, biscuits, pancakes, buns, tart, corn, "
        "rice, rolls, noodles, apples, stew, cookies, melon, toast, muffins, peaches, sandwiches, "
        "pears, cherries, grapes, figs, dates, nuts, almonds, walnuts, chestnuts, raisins, "
        "carrots, beans, peas, potatoes, pumpkin, tomatoes, turnips, radishes, porridge, oatmeal, "
        "waffles, crackers, pretzels, dumplings, pasta, pizza, salad, pudding, custard, jelly, "
        "jam, honey, fudge, toffee, popcorn, lollipops, doughnuts, scones, gingerbread, crumpets, "
        "shortbread, strudel, trifle, yoghurt, butter, eggs, omelette, fish, mushrooms, olives, "
        "onions, leeks, cabbage, spinach, celery, lettuce, cucumbers, apricots, bananas, oranges, "
        "lemons, limes, mangoes, coconut, pineapple, strawberries, raspberries, blueberries, "
        "blackberries, currants, rhubarb, quince, broth"
    ),
    "hue": split(
        "red, blue, green, yellow, purple, orange, pink, white, golden, silver, brown, grey, "
        "black, violet, crimson, scarlet, turquoise, copper, cream, emerald, amber, rosy, ruby, "
        "pearly"
    ),
    "weather": split(
        "sunny, warm, windy, bright, cool, cloudy, quiet, misty, breezy, golden, chilly, lovely, "
        "grey, still, crisp, dewy, balmy, beautiful, blustery, calm, clear, cold, damp, dark, "
        "dry, dull, fine, foggy, fresh, frosty, gloomy, gorgeous, gusty, hazy, hot, icy, mild, "
        "moist, muggy, perfect, pleasant, rainy, snowy, splendid, stormy, sultry, wet, wild"
    ),
    "time": split("morning, afternoon, day, evening"),
    "weekday": split("Saturday, Sunday, Monday, Friday, Wednesday, Tuesday, Thursday"),
    "trait": split(
        "kind, brave, curious, clever, shy, cheerful, gentle, playful, quiet, careful, stubborn, "
        "silly, lively, patient, proud, sleepy, thoughtful, merry, friendly, honest, polite, "
        "dreamy, bold, helpful, restless, hopeful, bright, busy, calm, caring, cautious, "
        "charming, chatty, cuddly, daring, eager, earnest, faithful, fearless, fair, forgetful, "
        "funny, generous, good, graceful, grateful, happy, hardworking, humble, hungry, jolly, "
        "joyful, keen, lazy, loud, loving, loyal, modest, messy, nervous, noisy, nosy, peaceful, "
        "quick, serious, sensible, slow, sly, smart, sociable, sporty, strong, sunny, sweet, "
        "talkative, tender, tidy, timid, trusting, truthful, wild, wise, witty, worried, zany"
    ),
    "colour": split(
        "red, blue, green, yellow, tiny, old, shiny, new, soft, round, purple, orange, pink, "
        "white, golden, silver, brown, grey, black, bright, pretty, smooth, striped, spotted, "
        "sparkly, painted, lovely, special, dusty, tidy, wooden, rusty, broken, dotted, crooked, "
        "plain, fine, neat, odd, funny, lucky, magic, secret, hidden, lost, loose, heavy, light, "
        "warm, cold, wet, dry, clean, dirty, muddy, sandy, sticky, fuzzy, woolly, silky, velvet, "
        "paper, tin, brass, copper, iron, stone, glass, clay, straw, cotton, leather, rubber, "
        "felt, ivory, bronze, violet, crimson, turquoise, cream, pale, dark, glowing, gleaming, "
        "polished, cracked, bent, thin, thick, long, short, flat, square, narrow, wide, pointed, "
        "curly, wavy, hollow, carved, woven, knitted, patched, torn, faded, worn, dull, glittery, "
        "twisted, speckled, checked, frosty, snowy, foreign, royal, simple, strange, clever, "
        "perfect, huge, giant, little, small, big, slim, chubby, squeaky, noisy, wobbly, bouncy, "
        "slippery, lumpy, bumpy, prickly, fluffy, feathery, scented, creased, folded, borrowed, "
        "forgotten, favourite, homemade"
    ),
    "look": split(
        "shiny, soft, new, old, bright, pretty, smooth, wonderful, sparkly, lovely, special, "
        "clean, light, strong, fine, neat, lucky, magic, warm, perfect, clever, strange, "
        "glittery, splendid, charming, delicate, elegant, graceful, handsome, precious, rare, "
        "sturdy, simple, dazzling, marvellous, gorgeous, beautiful, cheerful, colourful, dainty, "
        "fancy, glorious, grand, jolly, magnificent, noble, pleasant, remarkable, royal, unusual"
    ),
    "happy": split(
        "happy, glad, proud, cheerful, excited, merry, joyful, thankful, delighted, pleased, "
        "calm, content, lucky, hopeful, peaceful, brave, relaxed, relieved, grateful, bold, free, "
        "strong, warm, safe, cosy, jolly, lively, bubbly, playful, rested, carefree, clever, "
        "comfortable, eager, friendly, fresh, giggly, important, loved, overjoyed, satisfied, "
        "sunny, thrilled, tickled, wonderful, enchanted, blissful, awake"
    ),
    "sad": split(
        "sad, worried, upset, lonely, sorry, tired, cross, nervous, gloomy, scared, unhappy, "
        "puzzled, miserable, troubled, helpless, small, afraid, alarmed, angry, anxious, ashamed, "
        "awful, bitter, blue, bothered, confused, dazed, desperate, dismal, dizzy, downcast, "
        "embarrassed, fearful, foolish, frightened, frustrated, glum, grumpy, heartbroken, "
        "hopeless, hurt, jealous, lost, moody, shaky, shocked, sick, silly, startled, stunned, "
        "sulky, tearful, tense, terrible, uneasy, weak, weary, weepy, wretched, sleepless"
    ),
    "kindly": split(
        "softly, kindly, gently, quietly, warmly, bravely, slowly, cheerfully, calmly, politely, "
        "shyly, firmly, brightly, eagerly, quickly, sweetly, patiently, honestly, seriously, "
        "happily, proudly, hopefully, merrily, wisely, tenderly, carefully, gladly, boldly, "
        "loudly, briskly, busily, cleverly, clumsily, curiously, dreamily, earnestly, excitedly, "
        "faithfully, fondly, frankly, freely, gaily, gleefully, gracefully, gratefully, gravely, "
        "heartily, hastily, helpfully, humbly, jokingly, joyfully, keenly, lazily, lightly, "
        "lovingly, mildly, modestly, neatly, nervously, noisily, oddly, peacefully, playfully, "
        "promptly, rapidly, readily, sensibly, sharply, simply, sleepily, slyly, smoothly, "
        "solemnly, steadily, sternly, swiftly, thankfully, thoughtfully, timidly, truthfully, "
        "wearily, wildly, willingly, wistfully, breathlessly, bashfully, blissfully, cautiously, "
        "charmingly"
    ),
    "went": split(
        "walked, ran, skipped, hurried, hopped, marched, raced, strolled, tiptoed, wandered, "
        "danced, dashed, rushed, trotted, crept, bounced, sped, strode, rambled, roamed, plodded, "
        "scampered, scurried, trudged, waddled, sauntered, jogged, galloped, paraded, zigzagged, "
        "limped, bounded, sneaked, glided, whirled, flitted, ambled, padded, stomped, shuffled"
    ),
    "cheered": split(
        "laughed, cheered, clapped, giggled, smiled, danced, sang, grinned, twirled, beamed, "
        "nodded, whistled, hummed, waved, jumped, hopped, chuckled, winked, bowed, sighed, "
        "blinked, yawned, shouted, whooped, skipped, blushed, chirped, clucked, stretched, "
        "snorted, squealed, spun, swayed, tapped along, hiccuped, jiggled, leaped, purred, "
        "tumbled, wiggled"
    ),
    "said": split(
        "said, whispered, replied, answered, called, explained, added, cried, shouted, sighed, "
        "murmured, mumbled, muttered, declared, announced, remarked, suggested, whistled, "
        "laughed, giggled, grinned, sang, sobbed, sniffed, stammered, squeaked, panted, yelled, "
        "exclaimed, chuckled"
    ),
    "drink": split(
        "warm milk, apple juice, mint tea, lemonade, cold water, hot chocolate, berry juice, "
        "ginger tea, orange juice, peach tea, cherry juice, pear juice, grape juice, carrot "
        "juice, honey milk, almond milk, barley water, birch juice, buttermilk, camomile tea, "
        "cider, cocoa, coconut milk, elderflower juice, fizzy water, herb tea, iced tea, lemon "
        "tea, lime juice, mango juice, melon juice, oat milk, plum juice, rose tea, spring water, "
        "tomato juice, vanilla milk"
    ),
    "flower": split(
        "daisies, roses, tulips, poppies, violets, bluebells, lilies, sunflowers, buttercups, "
        "snowdrops, marigolds, irises, pansies, asters, bluets, camellias, carnations, "
        "cornflowers, cowslips, crocuses, daffodils, dahlias, foxgloves, ferns, geraniums, "
        "hollyhocks, hyacinths, lilacs, lupins, magnolias, nettles, orchids, peonies, petunias, "
        "primroses, reeds, thistles, zinnias, berries, mushrooms"
    ),
    "bug": split(
        "butterflies, bees, ladybirds, ants, crickets, dragonflies, beetles, snails, moths, "
        "grasshoppers, fireflies, spiders, caterpillars, bumblebees, wasps, gnats, worms, flies, "
        "mosquitoes, slugs, centipedes, cicadas, earwigs, fleas, glow-worms, hornets, lizards, "
        "frogs, toads, tadpoles, newts, mice, shrews, voles, moles, chipmunks"
    ),
    "bird": split(
        "robins, sparrows, ducks, pigeons, swallows, crows, finches, geese, wrens, larks, doves, "
        "magpies, starlings, swans, blackbirds, bluebirds, buzzards, canaries, chickens, cranes, "
        "cuckoos, eagles, falcons, gulls, hawks, hens, herons, hummingbirds, jays, kingfishers, "
        "nightingales, orioles, owls, parrots, peacocks, pelicans, puffins, quails, ravens, "
        "rooks, storks, thrushes, turkeys, warblers, woodpeckers"
    ),
    "number": _NUMBERS,
    "shape": split(
        "dragon, castle, ship, rabbit, whale, elephant, crown, teapot, bear, fish, horse, tree, "
        "shoe, snail, cake, turtle, cat, lion, feather, apple, swan, bell, giant, spoon, train, "
        "mushroom, mouse, umbrella, star, heart, sheep, owl, mountain, pillow, bridge, pear, "
        "ladder, fox, key, boot, wheel, camel, octopus, balloon, guitar, anchor, ant, arrow, axe, "
        "badger, banana, barn, barrel, basket, bat, beaver, bed, beetle, bench, boat, bone, "
        "bottle, bowl, bread, broom, bucket, bull, bus, cabbage, cactus, candle, canoe, carrot, "
        "cart, chair, cherry, chick, church, cloud, clown, coat, comb, cow, crab, crane, "
        "crocodile, cup, deer, desk, dog, dolphin, donkey, door, dove, drum, duck, eagle, egg, "
        "eye, fan, fence, fern, flag, flute, fork, fountain, frog, gate, ghost, giraffe, globe, "
        "goat, goose, hammer, hand, harp, hat, hen, hippo, house, igloo, iron, island, jar, jug, "
        "kangaroo, kettle, king, kite, knot, lamp, leaf, lemon, lobster, log, mask, monkey, moon, "
        "moose, mug, nest, nose, oven, ox, panda, parrot, peacock, pencil, penguin, piano, pig, "
        "pirate, plum, pony, pot, puddle, pumpkin, queen, rake, rat, ring, river, robot, rocket, "
        "rose, sailor, saucer, saw, scarf, seal, shark, shell, skunk, sleigh, snake, snowman, "
        "sock, sofa, spade, spider, squid, stool, sword, table, tent, tiger, toad, tower, "
        "tractor, trumpet, tulip, turnip, unicorn, vase, violin, volcano, wagon, wall, walrus, "
        "wand, wizard, wolf, worm, zebra"
    ),
    "treasure": split(
        "button, feather, shell, pebble, marble, acorn, ribbon, coin, key, bead, leaf, pencil, "
        "stone, nut, bottle, stamp, thimble, pin, whisker, seed, magnet, card, spool, cork, "
        "crayon, badge, pearl, spoon, anchor, apple, arrow, bag, ball of wool, band, beetle, "
        "belt, berry, bobbin, bone, bookmark, bow, bowl, box, bracelet, brick, brooch, brush, "
        "buckle, bulb, candle, cap, carrot, cart, chain, chalk, charm, cherry, clip, clock, "
        "cloth, comb, compass, cone, cookie, crystal, cube, cup, dice, doll, domino, envelope, "
        "eraser, fan, flag, flower, fork, fossil, frame, gem, glove, goblet, hairpin, hammer, "
        "handkerchief, hook, horseshoe, jar, jewel, jug, kettle, knob, knot, label, lamp, lemon, "
        "lens, letter, lid, locket, map, mask, match, medal, mirror, mitten, mug, nail, necklace, "
        "needle, nest, note, onion, paddle, page, parcel, peg, pen, penny, picture, pipe, plate, "
        "plum, pocket watch, postcard, pot, purse, puzzle piece, ring, rock, ruler, sack, saucer, "
        "scarf, scroll, sock, spinning top, sponge, spring, star, stick, sticker, straw, string, "
        "teacup, ticket, tile, token, tooth, torch, toy car, tray, tube, twig, vase, wand, watch, "
        "wheel, wig, wing, wishbone, zip"
    ),
    "game": split(
        "hide-and-seek, tag, catch, leapfrog, follow the leader, hopscotch, pirates, explorers, "
        "statues, treasure hunters, knights, wizards, marbles, shops, astronauts, bakers, bears, "
        "bowling, cards, charades, chess, circus, cowboys, detectives, doctors, dominoes, "
        "dragons, fairies, farmers, firefighters, football, ghosts, giants, horses, kings and "
        "queens, lions, monsters, musical chairs, postmen, puppets, riddles, sailors, school, "
        "skittles, spies, tennis, trains, zoo"
    ),
    "song": split(
        "moon, sea, stars, rain, sun, wind, snow, spring, farm, frogs, king, mountains, bakers, "
        "sailors, bees, summer, alphabet, apples, autumn, birds, boats, candle, castle, cats, "
        "circus, clouds, clowns, cows, desert, dragon, ducks, elves, fairies, fire, fishes, fog, "
        "forest, fox, ghosts, giants, goats, hills, horses, ice, islands, jungle, knights, lambs, "
        "lantern, mice, mill, mermaids, north, ocean, owls, pirates, princess, queen, rabbits, "
        "rainbow, rivers, robbers, seasons, shepherd, ships, soldiers, storm, sunset, tailor, "
        "thunder, trains, turtles, wolves, whales, winter, witches"
    ),
    "dear": split(
        "Oh dear, Oh no, Goodness, Help, Oh my, Alas, Dear me, Wait, Bother, Look out, What a pity"
    ),
    "hooray": split(
        "Hooray, Wow, Look, Yes, Yippee, Oh joy, Thank you, How wonderful, At last, Bravo, "
        "Goodness me, What luck, Well done"
    ),
    "yes": split(
        "Yes, Of course, Certainly, All right, Sure, With pleasure, Gladly, Very well, Why not"
    ),
    "greeting": split(
        "Hello, Good morning, Hi, Hello there, Good day, How nice to see you, Welcome, Hey"
    ),
    "animal": split(
        "mouse, owl, bee, fox, rabbit, bear, cat, ant, duck, snail, lion, frog, squirrel, turtle, "
        "wolf, goat, goose, dog, pig, cow, horse, pony, donkey, sheep, lamb, hen, crow, swan, "
        "eagle, deer, hare, otter, beaver, badger, seal, whale, tiger, monkey, camel, zebra, "
        "giraffe, elephant, hippo, rhino, panda, koala, penguin, parrot, spider, toad"
    ),
    "sound": split(
        "rustle, squeak, splash, knock, whistle, thump, creak, rattle, buzz, sneeze, chirp, "
        "growl, bang, beep, bump, clang, clap, clatter, click, cough, crack, crash, crunch, drip, "
        "echo, fizz, gasp, giggle, groan, grunt, hiccup, hiss, honk, hoot, howl, hum, jingle, "
        "moan, murmur, plop, pop, purr, roar, rumble, scratch, sigh, slap, snap, snarl, snore, "
        "snort, sob, squeal, swish, tap, thud, tick, tinkle, whine, yawn"
    ),
    "body": split("heart, tummy, head, throat, chest, nose"),
    "minutes": [
        "a while",
        "a long time",
        *(f"{n} {unit}" for unit in ("minutes", "hours") for n in _NUMBERS[:30]),
    ],
    "material": split(
        "glue, tape, thread, string, wire, paste, twine, wax, yarn, a pin, a nail, a needle, a "
        "ribbon, a screw, clay, cloth, cotton, felt, honey, leather, paint, paper, plaster, "
        "resin, rope, rubber, tar, tin, wool, a hook, a clip, a patch"
    ),
    "where": split(
        "at the edge of the village, near the river, on a green hill, under a tall oak, beside "
        "the mill, behind the bakery, close to the sea, at the end of a long lane, next to an "
        "orchard, by the old bridge, in a sunny valley, across from the school, above the "
        "harbour, among the vineyards, at the foot of a mountain, behind a waterfall, beside a "
        "blue lake, beside the railway, between two rivers, by a lighthouse, by the church, deep "
        "in the woods, down in the dale, far up north, in a cherry grove, in a fishing town, in a "
        "noisy city, in the desert, in the high hills, near a windmill, near the market, near the "
        "station, next to a toyshop, on a cliff, on a rocky shore, on a small island, on the "
        "moor, opposite the library, over the bakery, under the castle"
    ),
}

# Syllables of invented names: two letters each, so that a name is cut in one way only.
WORDS["syllable"] = [
    consonant + vowel for vowel in "aioue" for consonant in "mltrpbknsdzvfjghwcyqx"
]

ABBREVIATIONS = {
    "name": "[Syllable][syllable][syllable][syllable]",
    "thing": "[a colour] [treasure]",
    "shape": "[a look] [shape]",
    "animal": "[Syllable][syllable][syllable] the [trait] [animal]",
}
