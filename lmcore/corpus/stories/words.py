"""Classes of words: `[happy]` in a frame is one of these.

The likelier a word is in children's stories, the further ahead it stands.
"""

from __future__ import annotations

from lmcore.corpus.stories.cast import split

WORDS = {
    # Feelings
    "very": split("very, so, really, quite"),
    "happy": split(
        "happy, very happy, so happy, so excited, excited, safe and warm, glad, very excited, "
        "happy and proud, very proud, so proud, very glad, happy and safe, very grateful, "
        "happy and free, proud, thankful, really excited, very thankful, warm and happy, "
        "happy and warm, so thankful, so glad, happy and strong, grateful, so pleased, very "
        "cheerful, very pleased, so cheerful, so grateful, safe and happy, cheerful, calm and "
        "happy, really proud, pleased, really happy, really grateful, very calm, so calm, "
        "glad and proud, proud and free, calm and strong, glad and free, very happy and "
        "proud, so happy and proud, proud and strong, warm and safe, full of joy, full of "
        "love, so warm and safe, very glad and proud, so happy and glad, very happy and glad, "
        "really glad"
    ),
    "felt": split("was, looked, felt"),
    "sad": split(
        "sad, very sad, worried, upset, hurt, lonely, very lonely, sad and lonely, sad and "
        "sorry, very upset, very worried, disappointed, so lonely, so sad, gloomy, so "
        "worried, really sad, very disappointed, sad and tired, so unhappy, so disappointed, "
        "unhappy, sad and cold, very unhappy, so upset, so gloomy, very gloomy, cold and sad, "
        "really hurt, lonely and sad, tired and sad, sad and weak, cold and lonely, tired and "
        "lonely, so hurt, very hurt, sad and small, so sad and lonely, very sad and tired, "
        "really worried, so very sad, very very sad, sad and hurt, hurt and sad"
    ),
    "scared": split(
        "scared, so scared, very scared, nervous, afraid, frightened, very nervous, very "
        "frightened, very afraid, really scared, so frightened, so nervous, so afraid, really "
        "afraid, so very scared, very very scared, scared and cold, cold and scared, scared "
        "and small, afraid and alone"
    ),
    "shyly": split(
        "softly, slowly, in a small voice, shyly, quietly, and looked down, and sighed, with "
        "a red face"
    ),
    "sorry": split(
        "sorry, embarrassed, bad, very sorry, so bad, very bad, ashamed, guilty, very "
        "embarrassed, so embarrassed, so sorry, so ashamed, really bad, very ashamed, really "
        "sorry"
    ),
    "tired": split(
        "very hot, very tired, tired, hungry, very sleepy, very hungry, so hungry, hot, so "
        "tired, so sleepy, very thirsty, thirsty, sleepy, really tired"
    ),
    # What is described
    "big": split("big, great, huge, large, very big, really big"),
    "small": split("little, small, tiny, cute, very small, very cute"),
    "nice": split(
        "pretty, special, nice, good, beautiful, cool, wonderful, lovely, colorful, bright, "
        "fancy, amazing, perfect, fine, very special, interesting, very good, very pretty, "
        "unusual, very nice, very beautiful, shiny, magic, sweet, funny, great, big, neat"
    ),
    "lovely": split(
        "pretty, special, nice, good, beautiful, cool, wonderful, lovely, colorful, bright, "
        "fancy, amazing, perfect, fine, interesting, unusual, shiny, magic, sweet, funny, "
        "great, big, neat"
    ),
    "good": split(
        "nice, good, special, kind, very good, very smart, very special, sweet, very nice, "
        "smart, very kind, gentle, very sweet, fine, true"
    ),
    "tasty": split(
        "yummy, big, nice, warm, sweet, tasty, good, fresh, juicy, delicious, lovely, great, little"
    ),
    "hug": split("big, little, gentle, huge, long, happy, warm, sweet, great, soft"),
    "brave": split(
        "brave, good, so brave, so smart, so good, very brave, very good, strong, great, "
        "clever, very smart, so strong, so clever"
    ),
    "kind": split("nice, sweet, cheerful, kind, funny, good, friendly, quiet"),
    "shy": split("small, sad, quiet, young, lonely, shy, very small, very quiet, very shy"),
    "old": split("tall, thick, green, little, pretty, huge, strong, big, nice, dark, old"),
    "long": split(
        "a while, a long time, a moment, a minute, a few minutes, five minutes, a short time, "
        "many minutes, ten minutes, some time, an hour"
    ),
    "times": split("three times, many times, two times"),
    "fun": split("fun, so much fun, a lot of fun, nice, funny"),
    # How it is done
    "softly": split(
        "gently, slowly, carefully, nicely, softly, politely, quietly, kindly, warmly, calmly"
    ),
    "loudly": split("happily, quickly, loudly, excitedly, brightly, proudly, eagerly"),
    "carefully": split(
        "slowly, quickly, carefully, gently, nicely, softly, bravely, calmly, quietly"
    ),
    # How it is said
    "warm": split(
        "happily, with a smile, gently, and smiled, slowly, softly, and laughed, kindly, "
        "politely, and waved, nicely, with a big smile, and nodded, warmly, and sat down, "
        "quietly, with a laugh, sweetly, in a soft voice, in a gentle voice, in a kind voice"
    ),
    "eager": split(
        "happily, and smiled, and laughed, quickly, and waved, with joy, and clapped, "
        "excitedly, loudly, and jumped, with a smile, and ran around, and danced, and nodded, "
        "brightly, eagerly, proudly, and cheered, with a big smile, with a laugh"
    ),
    "tearful": split(
        "sadly, slowly, and cried, and sat down, with a frown, and felt bad, and frowned, and "
        "looked down, and sighed, with tears, with a sad face, with sad eyes, with a tear, in "
        "tears, with a sigh"
    ),
    "fearful": split(
        "and hid, and shook, with big eyes, and looked around, with wide eyes, nervously, and "
        "looked back, and stepped back, in a small voice, in a tiny voice"
    ),
    "cried": split("said, shouted, cried, yelled, called"),
    "said": split("said, replied, answered"),
    "called": split("said, shouted, cried, called, yelled, laughed"),
    # What is done
    "smiled": split(
        "smiled, laughed, jumped, waved, danced, nodded, clapped, cheered, sang, laughed and "
        "clapped, laughed and smiled, clapped and cheered, smiled and nodded, danced and "
        "laughed, cheered and clapped, smiled and waved, nodded and smiled, smiled and "
        "laughed, laughed and cheered, clapped and laughed, laughed and jumped, laughed and "
        "danced, danced and sang, laughed and sang, sang and laughed, clapped and smiled, "
        "sang and danced, jumped and laughed, laughed and waved, smiled and clapped, danced "
        "and clapped, waved and smiled, jumped and danced, clapped and sang, danced and "
        "cheered, smiled and danced, smiled and cheered, jumped and clapped, jumped and "
        "smiled, laughed and nodded, waved and laughed, smiled and jumped, smiled and sang, "
        "clapped and danced, cheered and danced, cheered and laughed, danced and jumped, "
        "danced and smiled, waved and danced, sang and smiled"
    ),
    "ran": split(
        "went, ran, jumped, walked, hopped, ran fast, rushed, raced, skipped, marched, hurried"
    ),
    "went": split("went, ran, walked, hopped, raced, marched, skipped, hurried"),
    "looked": split(
        "looked, searched, looked everywhere, looked again, peeked, looked carefully, checked"
    ),
    "had fun": split(
        "played, ran, laughed, climbed, jumped, danced, laughed and played, talked, sang, "
        "hopped, skipped, talked and laughed, talked and played, played and laughed, ran and "
        "laughed, ran and jumped, laughed and ran, jumped and laughed, laughed and sang, ran "
        "and played, jumped and ran, danced and played, skipped and jumped, laughed and "
        "talked, played and ran, sang and danced, hopped and skipped, danced and sang, played "
        "and sang, jumped and played, laughed and danced, danced and laughed, talked and "
        "sang, hopped and ran, ran and danced, jumped and danced, played and danced, skipped "
        "and played, hopped and danced, ran and skipped, jumped and climbed, played and "
        "talked, laughed and jumped, skipped and ran, laughed and hopped, hopped and played, "
        "jumped and hopped, danced and ran"
    ),
    # What is done together: by children outside, by animals, by toys and in the house
    "did": split(
        "played with a ball, ran in the grass, climbed a tree, sang a song, ate some cookies, "
        "looked at the birds, sat in the sun, jumped in the water, drew a picture, read a "
        "book, told a story, rode a bike, built a castle, picked some flowers, played on the "
        "swings, went down the slide, fed the ducks, looked at the clouds, dug a hole, flew a "
        "kite, found a stone, saw a big bird, chased a butterfly, looked for bugs, walked to "
        "the pond, swam in the lake, threw a ball, hid in a box, played with a dog, made a "
        "boat, drank some juice, ate an apple, ate ice cream, looked at the flowers, played "
        "in the sand, played in the mud, ran up the hill, sat under a tree, made a big house, "
        "saw a rainbow, laughed a lot, held hands, played a game, looked at the sky, talked "
        "to a cat, met a little dog, saw a frog, jumped over a log, played in the water, made "
        "a cake, played with a car, played with their toys, ran around, sat on the grass, saw "
        "a cat, looked for shells, had a picnic, made a tower, ate a sandwich, ate some "
        "apples, shared some cake, played with blocks, played with dolls, played on the "
        "slide, ran to the trees, ran home and back, danced in the sun, sat by the water, "
        "looked for a frog, found a leaf, found some nuts, caught a bug, saw a duck, fed a "
        "bird, petted a cat, made a fort, made a hat, drew a big sun, painted a box, kicked a "
        "ball, threw some stones, rolled in the grass, swung on a rope, walked in the woods, "
        "splashed in the water, waved at a train, jumped rope, played with a kite, ran to the "
        "gate, hid behind a tree, sat on a rock, looked at a map, made a boat of paper, ran "
        "after a cat, sang to the birds, drew in the sand, climbed on a rock, played with a "
        "drum, made some tea, played in the snow, ate some soup, made a big cake, looked at "
        "the moon, laughed and laughed, ran down the hill, saw a plane, washed a car"
    ),
    "did outside": split(
        "ran in the grass, climbed a tree, sang a song, looked at the birds, sat in the sun, "
        "jumped in the water, told a story, picked some flowers, looked at the clouds, dug a "
        "hole, found a stone, saw a big bird, chased a butterfly, looked for bugs, walked to "
        "the pond, swam in the lake, ate an apple, looked at the flowers, played in the sand, "
        "played in the mud, ran up the hill, sat under a tree, saw a rainbow, laughed a lot, "
        "played a game, looked at the sky, saw a frog, jumped over a log, played in the "
        "water, ran around, sat on the grass, looked for shells, played with a ball, hid in a "
        "hole, rolled down the hill, danced in the rain, ate some berries, looked at the "
        "moon, made a boat, talked to a bird, ate some nuts, found a leaf, caught a bug, "
        "rolled in the grass, splashed in the water, danced in the sun, sat by the water, "
        "threw some stones, looked for nuts, walked in the woods, ran to the trees, saw a "
        "duck, met a frog, sat on a rock, slept in the sun, sang to the moon, hid behind a "
        "tree, drew in the mud, ran down the hill, sang to the birds, ate some apples, looked "
        "at the stars, sat by the fire, made a house of leaves, jumped off a rock, saw a "
        "fish, ran after a bug, drank some water, talked to a fish, played in the snow"
    ),
    "did inside": split(
        "sang a song, danced on the bed, told a story, looked at the moon, laughed a lot, "
        "played a game, looked at the sky, ran around, hid in a box, played with a ball, "
        "built a castle, drew a picture, read a book, made a boat, looked at a book, sat on "
        "the bed, jumped on the bed, rode in a box, played with the blocks, made a big house, "
        "built a tower, played in the dark, ran under the table, climbed a chair, looked out "
        "of the window, talked to the cat, counted the stars, played the drum, danced in a "
        "row, sat by the window, hid under the bed, played with a car, made a tower, played "
        "with dolls, made a fort, made a hat, drew a big sun, painted a box, rolled a ball, "
        "sang to the moon, slept on the floor, jumped off a chair, told a joke, played the "
        "piano, made a boat of paper, looked for a ball, danced to a song, sat on the floor, "
        "hid under a hat, played in a box, talked about the stars, looked at the stars, sat "
        "on a pillow, jumped on a pillow, made a cave, sang to the stars, ran up the stairs, "
        "slid down the stairs, made a train of blocks, sat in a hat, looked under the bed, "
        "ran after a ball"
    ),
    # When
    "day": split(
        "one day, one sunny day, one morning, one hot day, one afternoon, one sunny morning, "
        "one bright day, one warm day"
    ),
    "then": split("then, soon, now, later, after that, next, before long"),
    "suddenly": split("then, suddenly, soon, just then, all of a sudden"),
    "finally": split("finally, in the end, at the end, at last, after many tries"),
    "ever after": split(
        "from that day, from that day on, from then on, after that, after that day, every day "
        "after that"
    ),
    # Exclamations
    "oh": split("no, oh, oh no, help, please, hey, wait, oh my, oh dear, no no"),
    "wow": split("look, yes, wow, oh, hey, yay, oh my, ooh, great, oh wow"),
    "thanks": split("thank you, thanks, thank you so much, thank you very much"),
    "don't cry": split("it's okay, don't worry, don't cry, don't be sad, be brave"),
    # More
    "game": split(
        "catch, hide and seek, music, tag, ball, house, school, space, doctor, train, trucks, "
        "shop, store, pirates, castle, teacher, police, cards, horses, farm, market, zoo, "
        "dragons, monsters, robots, knights, kings, circus, ships, cooks, dogs, bears"
    ),
    "learned": split("saw, thought, knew, learned, realized, understood, found out"),
    "always": split("always, tried to, loved to, liked to, never forgot to, often"),
}
