"""The words of the stories, and the people, places and things that have names.

Likelier words stand first (see `grammar.zipf`). A dictionary gives the words
that belong to each value of a name: what can be seen in the park, how a kite
is played with.
"""

from __future__ import annotations


def _words(text: str) -> list[str]:
    return [word.strip() for word in text.split(",")]


_ONES = _words("one, two, three, four, five, six, seven, eight, nine")
_TEENS = _words("ten, eleven, twelve, thirteen, fourteen, fifteen, sixteen, seventeen, eighteen")
_TENS = _words("twenty, thirty, forty, fifty, sixty, seventy, eighty, ninety")
_NUMBERS = [*_ONES[1:], *_TEENS, "nineteen"] + [
    number for ten in _TENS for number in (ten, *(f"{ten}-{one}" for one in _ONES))
]

WORDS: dict[str, list[str] | dict[str, list[str]]] = {
    "taste": _words(
        "warm, sweet, fresh, hot, cold, tasty, crunchy, juicy, creamy, salty, sour, spicy, ripe, "
        "baked, fried, roasted, toasted, boiled, sliced, soft, crispy, fluffy, golden, sticky, "
        "sugary, tangy, buttery, delicious, homemade, frozen, smoky, nutty, fruity, mild, rich, "
        "plain, yummy, steaming, dried, chopped, fragrant, leftover"
    ),
    "foodstuff": _words(
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
    "hue": _words(
        "red, blue, green, yellow, purple, orange, pink, white, golden, silver, brown, grey, "
        "black, violet, crimson, scarlet, turquoise, copper, cream, emerald, amber, rosy, ruby, "
        "pearly"
    ),
    "weather": _words(
        "sunny, warm, windy, bright, cool, cloudy, quiet, misty, breezy, golden, chilly, lovely, "
        "grey, still, crisp, dewy, balmy, beautiful, blustery, calm, clear, cold, damp, dark, "
        "dry, dull, fine, foggy, fresh, frosty, gloomy, gorgeous, gusty, hazy, hot, icy, mild, "
        "moist, muggy, perfect, pleasant, rainy, snowy, splendid, stormy, sultry, wet, wild"
    ),
    "time": _words("morning, afternoon, day, evening"),
    "weekday": _words("Saturday, Sunday, Monday, Friday, Wednesday, Tuesday, Thursday"),
    "trait": _words(
        "kind, brave, curious, clever, shy, cheerful, gentle, playful, quiet, careful, stubborn, "
        "silly, lively, patient, proud, sleepy, thoughtful, merry, friendly, honest, polite, "
        "dreamy, bold, helpful, restless, hopeful, bright, busy, calm, caring, cautious, "
        "charming, chatty, cuddly, daring, eager, earnest, faithful, fearless, fair, forgetful, "
        "funny, generous, good, graceful, grateful, happy, hardworking, humble, hungry, jolly, "
        "joyful, keen, lazy, loud, loving, loyal, modest, messy, nervous, noisy, nosy, peaceful, "
        "quick, serious, sensible, slow, sly, smart, sociable, sporty, strong, sunny, sweet, "
        "talkative, tender, tidy, timid, trusting, truthful, wild, wise, witty, worried, zany"
    ),
    "colour": _words(
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
    "look": _words(
        "shiny, soft, new, old, bright, pretty, smooth, wonderful, sparkly, lovely, special, "
        "clean, light, strong, fine, neat, lucky, magic, warm, perfect, clever, strange, "
        "glittery, splendid, charming, delicate, elegant, graceful, handsome, precious, rare, "
        "sturdy, simple, dazzling, marvellous, gorgeous, beautiful, cheerful, colourful, dainty, "
        "fancy, glorious, grand, jolly, magnificent, noble, pleasant, remarkable, royal, unusual"
    ),
    "happy": _words(
        "happy, glad, proud, cheerful, excited, merry, joyful, thankful, delighted, pleased, "
        "calm, content, lucky, hopeful, peaceful, brave, relaxed, relieved, grateful, bold, free, "
        "strong, warm, safe, cosy, jolly, lively, bubbly, playful, rested, carefree, clever, "
        "comfortable, eager, friendly, fresh, giggly, important, loved, overjoyed, satisfied, "
        "sunny, thrilled, tickled, wonderful, enchanted, blissful, awake"
    ),
    "sad": _words(
        "sad, worried, upset, lonely, sorry, tired, cross, nervous, gloomy, scared, unhappy, "
        "puzzled, miserable, troubled, helpless, small, afraid, alarmed, angry, anxious, ashamed, "
        "awful, bitter, blue, bothered, confused, dazed, desperate, dismal, dizzy, downcast, "
        "embarrassed, fearful, foolish, frightened, frustrated, glum, grumpy, heartbroken, "
        "hopeless, hurt, jealous, lost, moody, shaky, shocked, sick, silly, startled, stunned, "
        "sulky, tearful, tense, terrible, uneasy, weak, weary, weepy, wretched, sleepless"
    ),
    "kindly": _words(
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
    "went": _words(
        "walked, ran, skipped, hurried, hopped, marched, raced, strolled, tiptoed, wandered, "
        "danced, dashed, rushed, trotted, crept, bounced, sped, strode, rambled, roamed, plodded, "
        "scampered, scurried, trudged, waddled, sauntered, jogged, galloped, paraded, zigzagged, "
        "limped, bounded, sneaked, glided, whirled, flitted, ambled, padded, stomped, shuffled"
    ),
    "cheered": _words(
        "laughed, cheered, clapped, giggled, smiled, danced, sang, grinned, twirled, beamed, "
        "nodded, whistled, hummed, waved, jumped, hopped, chuckled, winked, bowed, sighed, "
        "blinked, yawned, shouted, whooped, skipped, blushed, chirped, clucked, stretched, "
        "snorted, squealed, spun, swayed, tapped along, hiccuped, jiggled, leaped, purred, "
        "tumbled, wiggled"
    ),
    "said": _words(
        "said, whispered, replied, answered, called, explained, added, cried, shouted, sighed, "
        "murmured, mumbled, muttered, declared, announced, remarked, suggested, whistled, "
        "laughed, giggled, grinned, sang, sobbed, sniffed, stammered, squeaked, panted, yelled, "
        "exclaimed, chuckled"
    ),
    "food": _words(
        "warm bread, honey cakes, apple pie, carrot soup, ripe berries, sweet plums, cheese, "
        "ginger biscuits, pancakes, nut bread, tomato soup, pear tart, buttered corn, rice cakes, "
        "jam rolls, noodles, baked apples, pumpkin pie, potato stew, cherry cake, oat cookies, "
        "melon slices, lemon buns, walnut cake, mushroom soup, toast, blueberry muffins, peaches, "
        "egg sandwiches, almond biscuits"
    ),
    "drink": _words(
        "warm milk, apple juice, mint tea, lemonade, cold water, hot chocolate, berry juice, "
        "ginger tea, orange juice, peach tea, cherry juice, pear juice, grape juice, carrot "
        "juice, honey milk, almond milk, barley water, birch juice, buttermilk, camomile tea, "
        "cider, cocoa, coconut milk, elderflower juice, fizzy water, herb tea, iced tea, lemon "
        "tea, lime juice, mango juice, melon juice, oat milk, plum juice, rose tea, spring water, "
        "tomato juice, vanilla milk"
    ),
    "flower": _words(
        "daisies, roses, tulips, poppies, violets, bluebells, lilies, sunflowers, buttercups, "
        "snowdrops, marigolds, irises, pansies, asters, bluets, camellias, carnations, "
        "cornflowers, cowslips, crocuses, daffodils, dahlias, foxgloves, ferns, geraniums, "
        "hollyhocks, hyacinths, lilacs, lupins, magnolias, nettles, orchids, peonies, petunias, "
        "primroses, reeds, thistles, zinnias, berries, mushrooms"
    ),
    "bug": _words(
        "butterflies, bees, ladybirds, ants, crickets, dragonflies, beetles, snails, moths, "
        "grasshoppers, fireflies, spiders, caterpillars, bumblebees, wasps, gnats, worms, flies, "
        "mosquitoes, slugs, centipedes, cicadas, earwigs, fleas, glow-worms, hornets, lizards, "
        "frogs, toads, tadpoles, newts, mice, shrews, voles, moles, chipmunks"
    ),
    "bird": _words(
        "robins, sparrows, ducks, pigeons, swallows, crows, finches, geese, wrens, larks, doves, "
        "magpies, starlings, swans, blackbirds, bluebirds, buzzards, canaries, chickens, cranes, "
        "cuckoos, eagles, falcons, gulls, hawks, hens, herons, hummingbirds, jays, kingfishers, "
        "nightingales, orioles, owls, parrots, peacocks, pelicans, puffins, quails, ravens, "
        "rooks, storks, thrushes, turkeys, warblers, woodpeckers"
    ),
    "number": _NUMBERS,
    "shape": _words(
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
    "treasure": _words(
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
    "game": _words(
        "hide-and-seek, tag, catch, leapfrog, follow the leader, hopscotch, pirates, explorers, "
        "statues, treasure hunters, knights, wizards, marbles, shops, astronauts, bakers, bears, "
        "bowling, cards, charades, chess, circus, cowboys, detectives, doctors, dominoes, "
        "dragons, fairies, farmers, firefighters, football, ghosts, giants, horses, kings and "
        "queens, lions, monsters, musical chairs, postmen, puppets, riddles, sailors, school, "
        "skittles, spies, tennis, trains, zoo"
    ),
    "song": _words(
        "moon, sea, stars, rain, sun, wind, snow, spring, farm, frogs, king, mountains, bakers, "
        "sailors, bees, summer, alphabet, apples, autumn, birds, boats, candle, castle, cats, "
        "circus, clouds, clowns, cows, desert, dragon, ducks, elves, fairies, fire, fishes, fog, "
        "forest, fox, ghosts, giants, goats, hills, horses, ice, islands, jungle, knights, lambs, "
        "lantern, mice, mill, mermaids, north, ocean, owls, pirates, princess, queen, rabbits, "
        "rainbow, rivers, robbers, seasons, shepherd, ships, soldiers, storm, sunset, tailor, "
        "thunder, trains, turtles, wolves, whales, winter, witches"
    ),
    "dear": _words(
        "Oh dear, Oh no, Goodness, Help, Oh my, Alas, Dear me, Wait, Bother, Look out, What a pity"
    ),
    "hooray": _words(
        "Hooray, Wow, Look, Yes, Yippee, Oh joy, Thank you, How wonderful, At last, Bravo, "
        "Goodness me, What luck, Well done"
    ),
    "yes": _words(
        "Yes, Of course, Certainly, All right, Sure, With pleasure, Gladly, Very well, Why not"
    ),
    "greeting": _words(
        "Hello, Good morning, Hi, Hello there, Good day, How nice to see you, Welcome, Hey"
    ),
    "animal": _words(
        "mouse, owl, bee, fox, rabbit, bear, cat, ant, duck, snail, lion, frog, squirrel, turtle, "
        "wolf, goat, goose, dog, pig, cow, horse, pony, donkey, sheep, lamb, hen, crow, swan, "
        "eagle, deer, hare, otter, beaver, badger, seal, whale, tiger, monkey, camel, zebra, "
        "giraffe, elephant, hippo, rhino, panda, koala, penguin, parrot, spider, toad"
    ),
    "sound": _words(
        "rustle, squeak, splash, knock, whistle, thump, creak, rattle, buzz, sneeze, chirp, "
        "growl, bang, beep, bump, clang, clap, clatter, click, cough, crack, crash, crunch, drip, "
        "echo, fizz, gasp, giggle, groan, grunt, hiccup, hiss, honk, hoot, howl, hum, jingle, "
        "moan, murmur, plop, pop, purr, roar, rumble, scratch, sigh, slap, snap, snarl, snore, "
        "snort, sob, squeal, swish, tap, thud, tick, tinkle, whine, yawn"
    ),
    "body": _words("heart, tummy, head, throat, chest, nose"),
    "minutes": [
        "a while",
        "a long time",
        *(f"{n} {unit}" for unit in ("minutes", "hours") for n in _NUMBERS[:30]),
    ],
    "material": _words(
        "glue, tape, thread, string, wire, paste, twine, wax, yarn, a pin, a nail, a needle, a "
        "ribbon, a screw, clay, cloth, cotton, felt, honey, leather, paint, paper, plaster, "
        "resin, rope, rubber, tar, tin, wool, a hook, a clip, a patch"
    ),
    "where": _words(
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
    "home": {
        "child": _words(
            "house, cottage, cabin, farmhouse, hut, flat, tower, wagon, houseboat, windmill"
        ),
        "animal": _words("den, nest, burrow, hollow log, hole, cave, tree house, hut, cabin, shed"),
    },
    "sight": {
        "park": _words("a merry-go-round, children on the swings, a stone fountain, kites"),
        "forest": _words("mossy stumps, tall ferns, a fallen tree, mushrooms, a deer, pine cones"),
        "beach": _words("white sails, rock pools, pink shells, crabs, a lighthouse, seaweed"),
        "garden": _words("bean poles, a scarecrow, watering cans, pumpkins, rows of peas, a swing"),
        "farm": _words("a sleepy cow, woolly sheep, a hay cart, muddy pigs, a tractor, hens"),
        "market": _words(
            "baskets of fish, piles of melons, a baker, jars of honey, silk, a juggler"
        ),
        "river": _words("smooth stones, a small raft, tall reeds, minnows, a heron, an old mill"),
        "hill": _words("grazing goats, the whole valley, tiny roofs, a stone wall, rainbows"),
        "meadow": _words("long grass, a wooden gate, ponies, molehills, dandelions, a stile"),
        "playground": _words("a tall slide, two swings, a sandpit, a seesaw, monkey bars"),
        "pond": _words("green lily pads, frogs, a wooden pier, tadpoles, a sleepy toad, cattails"),
        "square": _words(
            "a tall clock, a puppet show, benches, a statue, a flower cart, musicians"
        ),
        "orchard": _words("red apples, ladders, a beehive, heavy branches, wheelbarrows, pears"),
        "castle": _words("a mossy wall, a deep well, a rusty gate, broken steps, ivy, flags"),
    },
    "spot": {
        "park": _words("behind the fountain, under a bench, by the swings, beside the bandstand"),
        "forest": _words("under a fern, inside a hollow tree, behind a mossy log, by a stump"),
        "beach": _words(
            "under a rock, behind a dune, in a rock pool, beside the pier, in the sand"
        ),
        "garden": _words("under the roses, behind the shed, among the beans, beside the gate"),
        "farm": _words("in the hay, behind the barn, under the cart, beside the trough"),
        "market": _words("under a stall, behind the barrels, among the melons, beside the baker"),
        "river": _words("among the reeds, under the bridge, behind a rock, beside the raft"),
        "hill": _words("behind the stone wall, under a bush, among the goats, beside the path"),
        "meadow": _words("in the long grass, behind the gate, under a hedge, among the clover"),
        "playground": _words("in the sandpit, under the slide, behind the seesaw, by the fence"),
        "pond": _words("among the cattails, under the pier, behind a willow, on a lily pad"),
        "square": _words("under the clock, behind the statue, by the flower cart, under a bench"),
        "orchard": _words("under a ladder, behind a basket, in the grass, beside the beehive"),
        "castle": _words("behind the well, under the steps, in the ivy, beside the gate"),
    },
    "high": {
        "park": _words("the tallest elm, the bandstand roof, a lamp post"),
        "forest": _words("a giant pine, the oldest oak, a crooked beech"),
        "beach": _words("the steep cliff, the lighthouse rail, a palm tree"),
        "garden": _words("the pear tree, the shed roof, the high trellis"),
        "farm": _words("the barn roof, the tall haystack, the windmill"),
        "market": _words("a striped awning, the big sign, a stack of crates"),
        "river": _words("the old willow, the stone bridge, the mill wheel"),
        "hill": _words("the lonely pine, the great rock, the flagpole"),
        "meadow": _words("the lone birch, the thorny hedge, the wooden tower"),
        "playground": _words("the climbing frame, the chestnut tree, the tall fence"),
        "pond": _words("the weeping willow, the boathouse roof, the alder tree"),
        "square": _words("the clock tower, the brave statue, the bakery roof"),
        "orchard": _words("the biggest apple tree, the top branch, the cider barn"),
        "castle": _words("the round tower, the crumbling wall, the tall gate"),
    },
    "use": {
        "ball": _words("kick it, throw it in the air, bounce it, roll it downhill, catch it"),
        "kite": _words("fly it, watch it dance, run with it, let it soar, hold its string"),
        "doll": _words(
            "sing to it, dress it up, rock it to sleep, brush its hair, have tea with it"
        ),
        "boat": _words("sail it, float it in puddles, play captain with it, splash with it"),
        "drum": _words("tap it, play it loudly, march with it, drum like thunder on it"),
        "hat": _words("wear it, twirl it, bow with it, hide under it, tip it to everyone"),
        "book": _words("read it, look at its pictures, smell its pages, learn it by heart"),
        "scarf": _words("wear it, wave it like a flag, wrap up in it, dance with it"),
        "teddy bear": _words("hug it, tell it secrets, carry it about, tuck it in, nap beside it"),
        "whistle": _words("blow it, play tunes on it, call the birds with it, polish it"),
        "umbrella": _words(
            "open it, spin it, sit under it, jump with it, walk in the rain with it"
        ),
        "robot": _words("wind it up, watch it walk, talk to it, race it, make it beep"),
        "bell": _words("ring it, listen to it, shake it gently, polish it, carry it about"),
        "blanket": _words("sit on it, curl up in it, wear it like a cape, build a tent with it"),
        "plane": _words("throw it, watch it glide, make it loop, fly it over the hedge"),
        "lantern": _words("light it, make shadows with it, carry it at dusk, swing it gently"),
        "rope": _words("skip with it, swing it, jump over it, practise knots with it"),
        "bucket": _words("fill it, carry water in it, build towers with it, drum on it"),
        "crown": _words("wear it, play kings and queens with it, bow in it, decorate it"),
        "flute": _words("play it, practise songs on it, hum along with it, polish it"),
    },
    "part": {
        "ball": _words("seam, side, cover"),
        "kite": _words("string, tail, frame, wing"),
        "doll": _words("arm, dress, shoe, foot"),
        "boat": _words("sail, mast, rudder, deck"),
        "drum": _words("skin, strap, rim, side"),
        "hat": _words("brim, ribbon, feather, lining"),
        "book": _words("cover, spine, page, corner"),
        "scarf": _words("edge, corner, fringe, end"),
        "teddy bear": _words("ear, arm, button eye, paw"),
        "whistle": _words("cord, tip, side, ring"),
        "umbrella": _words("handle, rib, tip, cloth"),
        "robot": _words("wheel, arm, spring, key"),
        "bell": _words("handle, clapper, rim, ribbon"),
        "blanket": _words("corner, edge, hem, fringe"),
        "plane": _words("wing, tail, nose, propeller"),
        "lantern": _words("handle, door, hook, glass"),
        "rope": _words("handle, end, knot, middle"),
        "bucket": _words("handle, rim, side, bottom"),
        "crown": _words("point, band, jewel, side"),
        "flute": _words("tip, end, mouthpiece, cord"),
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


_HEROINES = _words(
    "Lily, Mia, Anna, Rosie, Ella, Nora, Ruby, Sophie, Clara, Maya, Zoe, Ivy, Emma, Tessa, Alice, "
    "Amy, Beth, Bonnie, Carla, Chloe, Cora, Diana, Edith, Elsa, Eva, Fay, Flora, Gina, Hannah, "
    "Helen, Ida, Iris, Jane, Jill, Julia, Kate, Lara, Laura, Leah, Lena, Lola, Louise, Mary, Nell"
)
_HEROES = _words(
    "Tom, Ben, Max, Sam, Leo, Jack, Oscar, Theo, Finn, Noah, Hugo, Eli, Peter, Marco, Adam, Alan, "
    "Andy, Anton, Arthur, Bert, Bob, Carl, Charlie, Colin, Dan, David, Dylan, Eddie, Emil, Eric, "
    "Frank, Fred, George, Glen, Harvey, Ian, Ivan, Jim, Joe, John, Karl, Luke, Mark, Nick"
)
_ANIMAL_HEROINES = _words(
    "Hazel, Poppy, Willow, Pepper, Daisy, Misty, Bella, Coco, Amber, Berry, Blossom, Bramble, "
    "Cherry, Clover, Cookie, Dotty, Fern, Ginger, Honey, Maple, Minty, Nutmeg, Petal, Pippa"
)
_ANIMAL_HEROES = _words(
    "Rusty, Pip, Bruno, Toby, Biscuit, Milo, Buster, Barney, Acorn, Bandit, Bobo, Chester, Dusty, "
    "Fuzzy, Gizmo, Hopper, Jumbo, Nibbles, Patch, Rascal, Rocky, Scout, Teddy, Wally"
)
_FRIENDS_F = _words(
    "Molly, Lucy, Grace, Penny, Sara, Nina, Holly, Ada, Kitty, Olive, Dora, June, Agnes, Betty, "
    "Celia, Daphne, Ellie, Fiona, Gwen, Heidi, Isabel, Jenny, Karen, Linda, Maggie, Nancy, Pam, "
    "Rachel, Stella, Tilly, Ursula, Vera, Wendy, Yvonne"
)
_FRIENDS_M = _words(
    "Timmy, Harry, Billy, Henry, Jasper, Felix, Otto, Ralph, Sunny, Gus, Alfie, Ned, Albert, "
    "Bernie, Cedric, Dennis, Ernie, Freddy, Gerald, Howard, Isaac, Johnny, Kevin, Louis, Martin, "
    "Nigel, Paul, Quentin, Robert, Simon, Tony, Victor, Walter, Zack"
)


def _kinds(words: str, kind: str, group: str) -> list[dict[str, str]]:
    return [{"kind": word, "hero_sex": kind, "group": group} for word in _words(words)]


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
        for word in _words(
            "park, forest, beach, garden, farm, market, river, hill, meadow, playground, pond, "
            "square, orchard, castle"
        )
    ],
    "object": [
        {"object": word}
        for word in _words(
            "ball, kite, teddy bear, boat, doll, drum, hat, book, scarf, whistle, umbrella, robot, "
            "bell, blanket, plane, lantern, rope, bucket, crown, flute"
        )
    ],
    "tint": [
        {"tint": word}
        for word in _words(
            "red, blue, green, yellow, striped, purple, golden, orange, silver, spotted, white, "
            "brown"
        )
    ],
    "helper": [
        {"helper": word}
        for word in _words(
            "owl, squirrel, crow, goat, cat, donkey, goose, monkey, heron, hedgehog, gardener, "
            "farmer, baker, postman, sailor, painter"
        )
    ],
    "creature": [
        {"creature": word}
        for word in _words(
            "bird, puppy, lamb, hedgehog, duckling, fawn, kitten, squirrel, bat, goat, foal, mole"
        )
    ],
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

# `<hero>` draws from the list of the hero's kind.
RECORD_KEYS = {"hero": "hero_sex"}
