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
        "happy and proud, very lucky, very proud, so proud, very glad, happy and safe, very "
        "grateful, happy and free, proud, thankful, so lucky, really excited, very thankful, "
        "warm and happy, happy and warm, lucky, so thankful, so glad, happy and strong, "
        "grateful, so pleased, very cheerful, very pleased, so cheerful, so grateful, safe "
        "and happy, cheerful, calm and happy, really proud, pleased, really happy, really "
        "grateful"
    ),
    "felt": split("was, looked, felt"),
    "sad": split(
        "sad, very sad, worried, upset, hurt, lonely, very lonely, sad and lonely, sad and "
        "sorry, very upset, very worried, disappointed, so lonely, so sad, gloomy, so "
        "worried, really sad, very disappointed, sad and tired, so unhappy, so disappointed, "
        "unhappy, sad and cold, very unhappy, so upset, so gloomy, sad and lost, very gloomy, "
        "cold and sad, really hurt, lonely and sad, tired and sad"
    ),
    "scared": split(
        "scared, so scared, shy, worried, very scared, nervous, afraid, weak, frightened, so "
        "worried, very nervous, very worried, very frightened, very afraid, really scared, so "
        "frightened, so nervous, so afraid"
    ),
    "shyly": split(
        "softly, slowly, in a small voice, shyly, quietly, and looked down, and sighed, with "
        "a red face"
    ),
    "sorry": split(
        "sad, very sad, sorry, embarrassed, bad, very sorry, so sad, so bad, very bad, "
        "ashamed, guilty, very embarrassed, so embarrassed, so sorry, really sad, so ashamed, "
        "really bad, very ashamed, really sorry"
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
        "unusual, very nice, very beautiful"
    ),
    "good": split(
        "nice, good, special, kind, very good, very smart, very special, sweet, very nice, "
        "smart, very kind, gentle, very sweet, fine, true"
    ),
    "tasty": split(
        "yummy, big, nice, warm, sweet, tasty, good, fresh, juicy, delicious, round, lovely"
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
        "happily, gently, slowly, carefully, nicely, softly, politely, quietly, kindly"
    ),
    "loudly": split("happily, quickly, loudly, excitedly, brightly, proudly, eagerly"),
    "carefully": split("slowly, quickly, carefully, gently, closely, nicely, softly, bravely"),
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
        "sadly, slowly, and cried, nervously, and sat down, and shook, with big eyes, with a "
        "frown, and felt bad, and frowned, and looked down, and sighed, with tears, with a "
        "sad face, with sad eyes, with a tear, in tears, with a sigh"
    ),
    "fearful": split(
        "slowly, and hid, and shook, with big eyes, and looked around, with wide eyes, "
        "nervously, and looked back, and stepped back, in a small voice, in a tiny voice"
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
        "and clapped, waved and smiled, jumped and danced, clapped and sang"
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
        "and sang, jumped and played, laughed and danced, danced and laughed"
    ),
    # When
    "day": split(
        "one day, one sunny day, one morning, one hot day, one afternoon, one sunny morning, "
        "one bright day, one warm day"
    ),
    "then": split("then, soon, now, later, after that, next, before long"),
    "suddenly": split("then, suddenly, soon, just then, all of a sudden"),
    "finally": split("one day, finally, in the end, at the end, at last"),
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
        "dragons, monsters"
    ),
    "learned": split("saw, thought, knew, learned, realized, understood, found out"),
    "always": split("always, tried to, loved to, liked to, never forgot to, often"),
}
