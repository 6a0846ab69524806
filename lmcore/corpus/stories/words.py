"""Classes of words: `[happy]` in a frame is one of these."""

from __future__ import annotations

from lmcore.corpus.stories.cast import split


def each(firsts: str, seconds: str) -> list[str]:
    """Return every word of `seconds` alone and after every word of `firsts`."""
    return split(seconds) + [f"{a} {b}" for a in split(firsts) for b in split(seconds)]


_VERY = "very, so, really"
WORDS = {
    # Feelings
    "very": split("very, so, really, quite"),
    "happy": each(
        _VERY,
        "happy, glad, excited, cheerful, proud, pleased, thankful, joyful, grateful, lucky",
    ),
    "sad": each(_VERY, "sad, upset, worried, lonely, hurt, unhappy, gloomy, disappointed"),
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
        "and smiled, and nodded, and laughed, and waved, and sat down, with a smile, "
        "with a big smile, with a little smile, with a kind smile, with a nod, with a laugh, "
        "with a wave, with a hug, in a kind voice, in a soft voice, in a gentle voice, "
        "in a warm voice, in a happy voice, with a little nod, with a soft laugh"
    ),
    "eager": split(
        "loudly, happily, proudly, excitedly, cheerfully, quickly, brightly, eagerly, "
        "and jumped, and laughed, and clapped, and danced, and smiled, and cheered, and waved, "
        "and nodded, with joy, with a jump, with a laugh, with a smile, with a big smile, "
        "with a happy smile, with big eyes, with bright eyes, in a loud voice, in a happy voice, "
        "in an excited voice, in a proud voice, with a big jump, with a happy laugh"
    ),
    "tearful": split(
        "sadly, slowly, weakly, nervously, and sighed, and cried, and frowned, and looked down, "
        "and sat down, and shook, in tears, with tears, with a sigh, with a frown, with a sad face, "
        "with a tear, with wet eyes, with sad eyes, in a sad voice, with a red face, "
        "and felt bad, with a sad look"
    ),
    "fearful": split(
        "nervously, weakly, slowly, and shook, and hid, and stepped back, and froze, with big eyes, "
        "with wide eyes, with a scared face, with a jump, in a weak voice, in a scared voice, "
        "and looked around, and held on, and looked back"
    ),
    "cried": split("cried, shouted, called, yelled, screamed, said"),
    "said": split("said, answered, replied"),
    "called": split("called, cried, shouted, said, yelled"),
    "asked": split("asked, wondered, said, whispered"),
    "smiled": each(
        "smiled and, laughed and", "nodded, clapped, cheered, waved, danced, sang, jumped, skipped"
    )
    + split("smiled, laughed, giggled, grinned"),
    "ran": split(
        "ran, hurried, raced, rushed, walked, skipped, hopped, marched, jumped, went, "
        "ran quickly, walked quickly, walked slowly, ran fast"
    ),
    "went": split("walked, went, ran, hurried, skipped, marched, raced, hopped"),
    "looked": split(
        "looked, searched, peeked, checked, looked carefully, looked quickly, looked everywhere, "
        "searched carefully, searched quickly, looked again"
    ),
    "had fun": split(
        "played, laughed, sang, danced, ran, jumped, talked, hopped, ran around, played games, "
        "sang songs, told jokes, told stories"
    ),
    # When
    "day": each(
        "one sunny, one warm, one fine, one nice, one bright, one quiet, one beautiful, one lovely, "
        "one cool, one",
        "day, morning, afternoon",
    )[3:],
    "then": split(
        "then, soon, after that, a little later, after a while, a moment later, next, later, now, "
        "in a little while, a few minutes later, after a moment, not long after, a minute later, "
        "before long, soon after, right after that, some time later"
    ),
    "suddenly": split(
        "suddenly, just then, all at once, at that moment, a moment later, right then, "
        "out of nowhere, then, all of a sudden, in that moment, soon, at that very moment"
    ),
    "finally": split(
        "at last, in the end, finally, after some time, after a long time, before long, soon, "
        "after many tries, at the end, after a while"
    ),
    "ever after": split(
        "from that day on, from then on, after that day, every day after that, from that time on, "
        "ever since that day, from that moment on, after that"
    ),
    # Exclamations
    "oh": split("oh no, oh dear, oh my, help, wait, no, oh, please, oh no no, hey"),
    "wow": split("wow, yay, look, hooray, great, oh, hey, oh wow, yes, amazing, ooh, oh my"),
    "thanks": split(
        "thank you, thank you so much, thanks, thank you very much, thanks a lot, many thanks, "
        "oh thank you, a big thank you"
    ),
    "don't cry": split(
        "don't worry, don't be sad, don't cry, it's okay, it's all right, stay calm, calm down, "
        "be brave, please don't cry, please don't worry"
    ),
    "game": split(
        "tag, catch, hide and seek, ball, pirates, house, school, zoo, farm, castle, doctor, shop, "
        "music, market, train, circus, store, kings, dragons, robots"
    ),
    "learned": split("learned, knew, understood, saw, found out, realized"),
    "always": split("always, often, never forgot to, tried to, loved to, liked to"),
}
