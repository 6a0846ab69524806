"""Classes of words: `[happy]` in a frame is one of these."""

from __future__ import annotations

from lmcore.corpus.stories.cast import split


def each(firsts: str, seconds: str) -> list[str]:
    """Return every word of `seconds` alone and after every word of `firsts`."""
    return split(seconds) + [f"{a} {b}" for a in split(firsts) for b in split(seconds)]


def pairs(words: str) -> list[str]:
    """Return every word of `words`, and every one followed by `and` and another."""
    return split(words) + [f"{a} and {b}" for a in split(words) for b in split(words) if a != b]


_VERY = "very, so, really"
WORDS = {
    # Feelings
    "very": split("very, so, really, quite"),
    "happy": each(
        _VERY,
        "happy, glad, excited, cheerful, proud, pleased, thankful, joyful, grateful, lucky",
    )
    + pairs("happy, proud, warm, safe, glad, calm, strong, free")[8:],
    "felt": split("felt, was, looked, seemed"),
    "sad": each(_VERY, "sad, upset, worried, lonely, hurt, unhappy, gloomy, disappointed")
    + pairs("sad, lonely, cold, small, sorry, tired, lost, weak")[8:],
    "scared": each(_VERY, "scared, afraid, frightened, worried, nervous, shy, weak"),
    "shyly": split(
        "shyly, softly, quietly, slowly, and smiled a little, and looked down, with a little smile, "
        "in a small voice, in a soft voice, with a red face, with a nod, and sighed"
    ),
    "sorry": each(_VERY, "sorry, ashamed, bad, guilty, sad, embarrassed"),
    "tired": each(_VERY, "tired, hungry, hot, thirsty, sleepy"),
    # What is described
    "big": each("very, really", "big, huge, large, great"),
    "small": each("very, really", "small, little, tiny, cute"),
    "nice": each(
        "very, really",
        "nice, lovely, pretty, beautiful, special, cool, fancy, colorful, fine, good, perfect, "
        "wonderful, amazing, interesting, unusual, bright",
    ),
    "good": each(
        "very, really", "good, kind, dear, sweet, fine, nice, special, smart, gentle, true"
    ),
    "tasty": each(
        "very, really",
        "tasty, sweet, yummy, fresh, delicious, good, nice, big, juicy, lovely, warm, round",
    ),
    "hug": split("big, warm, great, huge, tight, long, little, soft, kind, gentle, happy, sweet"),
    "brave": each("very, so", "brave, strong, clever, smart, good, great"),
    "kind": each("very, really", "kind, nice, good, sweet, friendly, funny, quiet, cheerful"),
    "shy": each("very, little", "shy, quiet, sad, lonely, small, young"),
    "old": each("very", "old, tall, big, green, huge, nice, thick, strong, little, dark, pretty"),
    "long": split(
        "a long time, a while, an hour, many minutes, a few minutes, half an hour, two hours, "
        "a long while, ten minutes, some time, five minutes, a short time, three hours, a minute, "
        "two minutes, a moment"
    ),
    "times": split("two times, three times, four times, five times, six times, many times"),
    "fun": split("fun, great fun, so much fun, a lot of fun, nice, good, funny"),
    "number": split("two, three, four, five, six, seven, eight, nine, ten"),
    # How it is done and said
    "softly": split(
        "softly, quietly, kindly, gently, slowly, warmly, sweetly, calmly, happily, carefully, "
        "politely, nicely"
    ),
    "loudly": split(
        "loudly, happily, proudly, cheerfully, quickly, excitedly, brightly, gladly, eagerly, "
        "bravely"
    ),
    "carefully": split(
        "carefully, slowly, gently, quietly, softly, calmly, bravely, patiently, quickly, nicely, "
        "safely, closely"
    ),
    "warm": split(
        "kindly, softly, gently, warmly, sweetly, quietly, calmly, happily, slowly, nicely, "
        "patiently, politely, and smiled, and nodded, and laughed, and waved, and sat down"
    )
    + each(
        "with a, with a big, with a little, with a kind, with a soft, with a happy",
        "smile, laugh, nod",
    )
    + each("in a kind, in a soft, in a gentle, in a warm, in a happy, in a good", "voice, way")[2:],
    "eager": split(
        "loudly, happily, proudly, excitedly, cheerfully, quickly, brightly, eagerly, joyfully, "
        "gladly, and jumped, and laughed, and clapped, and danced, and smiled, and cheered, "
        "and waved, and nodded, and ran around, with joy, with bright eyes, with shining eyes"
    )
    + each(
        "with a, with a big, with a happy, with a little, with a loud", "smile, laugh, jump, cheer"
    )[4:]
    + each("in a loud, in a happy, in an excited, in a proud, in a strong, in a clear", "voice")[
        1:
    ],
    "tearful": split(
        "sadly, slowly, weakly, nervously, and sighed, and cried, and frowned, and looked down, "
        "and sat down, and shook, in tears, with a tear, with tears, and felt bad, and felt small"
    )
    + each("with a, with a sad, with a little, with a deep, with a big", "sigh, frown")[2:]
    + each("with wet, with sad, with big, with red", "eyes")[1:]
    + each("with a sad, with a red, with a long, with a pale, with a wet", "face, look")[2:],
    "fearful": split(
        "nervously, weakly, slowly, and shook, and hid, and stepped back, and froze, "
        "and looked around, and held on, and looked back, and felt cold, and felt small"
    )
    + each("with big, with wide, with scared, with wet, with worried", "eyes")[1:]
    + each("with a scared, with a pale, with a white, with a worried", "face, look")[2:]
    + each("in a weak, in a scared, in a small, in a thin, in a tiny", "voice")[1:],
    "cried": split("cried, shouted, called, yelled, screamed, said"),
    "said": split("said, answered, replied, whispered"),
    "called": split("called, cried, shouted, said, yelled, cheered, laughed"),
    "asked": split("asked, wondered, said, whispered"),
    "smiled": pairs("smiled, laughed, nodded, clapped, cheered, waved, danced, sang, jumped"),
    "ran": split(
        "ran, hurried, raced, rushed, walked, skipped, hopped, marched, jumped, went, "
        "ran quickly, walked quickly, walked slowly, ran fast"
    ),
    "went": split("walked, went, ran, hurried, skipped, marched, raced, hopped"),
    "looked": split(
        "looked, searched, peeked, checked, looked carefully, looked quickly, looked everywhere, "
        "searched carefully, searched quickly, looked again"
    ),
    "had fun": pairs(
        "played, laughed, sang, danced, ran, jumped, talked, hopped, skipped, climbed, told jokes"
    ),
    # When
    "day": each(
        "one sunny, one warm, one fine, one nice, one bright, one quiet, one beautiful, one lovely, "
        "one cool, one windy, one early, one cloudy, one hot, one busy, one perfect, one",
        "day, morning, afternoon",
    )[3:],
    "then": split(
        "then, soon, after that, a little later, a moment later, next, later, now, "
        "in a little while, a few minutes later, not long after, a minute later, before long, "
        "soon after, right after that, some time later, two minutes later, shortly after, "
        "a bit later, in no time, a short time later, an hour later"
    ),
    "suddenly": split(
        "suddenly, just then, all at once, at that moment, a moment later, right then, "
        "out of nowhere, then, all of a sudden, in that moment, soon, at that very moment"
    ),
    "finally": split(
        "at last, in the end, finally, after many tries, at the end, at long last, one day"
    ),
    "ever after": split(
        "from that day on, from then on, after that day, every day after that, from that time on, "
        "ever since that day, from that moment on, after that, from that day, since that day, "
        "for a long time after, all the days after that, and from then on, and after that day"
    ),
    # Exclamations
    "oh": split(
        "oh no, oh dear, oh my, help, wait, no, oh, please, oh no no, hey, no no, help help, oh oh, "
        "what now, oh help"
    ),
    "wow": split(
        "wow, yay, look, hooray, great, oh, hey, oh wow, yes, amazing, ooh, oh my, wow wow, yes yes, "
        "how nice, look look, oh yes, hey hey"
    ),
    "thanks": split(
        "thank you, thank you so much, thanks, thank you very much, thanks a lot, many thanks, "
        "oh thank you, a big thank you, oh thanks, how kind of you, how nice of you"
    ),
    "don't cry": split(
        "don't worry, don't be sad, don't cry, it's okay, it's all right, stay calm, calm down, "
        "be brave, please don't cry, please don't worry"
    ),
    "game": split(
        "tag, catch, hide and seek, ball, pirates, house, school, zoo, farm, castle, doctor, shop, "
        "music, market, train, circus, store, kings, dragons, robots, pirates and kings, cards, cooks, "
        "ships, knights, monsters, trucks, horses, cats and dogs, police, teacher, space"
    ),
    "learned": split(
        "learned, knew, understood, saw, found out, realized, now knew, had learned, remembered, "
        "thought"
    ),
    "always": split("always, often, never forgot to, tried to, loved to, liked to"),
}
