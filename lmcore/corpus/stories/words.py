"""Classes of words: `[happy]` in a frame is one of these.

The likelier a word is in children's stories, the further ahead it stands.
"""

from __future__ import annotations

from lmcore.corpus.stories.cast import split

WORDS = {
    # Feelings
    "very": split("very, so, really, quite"),
    "happy": split(
        "glad, happy, proud, excited, so glad, pleased, so calm, so happy, so proud, thankful, "
        "grateful, cheerful, very glad, very calm, very happy, so excited, very proud, so "
        "pleased, so thankful, so cheerful, so grateful, full of joy, really glad, very "
        "excited, very pleased, really proud, really happy, full of love, safe and warm, very "
        "grateful, very thankful, very cheerful, glad and free, warm and safe, glad and calm, "
        "glad and safe, glad and warm, calm and glad, calm and free, calm and safe, calm and "
        "warm, free and glad, free and calm, free and safe, free and warm, safe and glad, safe "
        "and calm, safe and free, warm and glad, warm and calm, warm and free, happy and safe, "
        "happy and free, really excited, warm and happy, happy and warm, safe and happy, calm "
        "and happy, glad and proud, proud and free, happy and glad, happy and calm, proud and "
        "glad, proud and calm, proud and safe, proud and warm, glad and happy, calm and proud, "
        "free and happy, free and proud, safe and proud, warm and proud, happy and proud, "
        "really grateful, calm and strong, proud and happy, glad and strong, strong and glad, "
        "strong and calm, strong and free, strong and safe, strong and warm, free and strong, "
        "safe and strong, warm and strong, happy and strong, proud and strong, so warm and "
        "safe, glad and excited, calm and excited, strong and happy, strong and proud, free and "
        "excited, safe and excited, warm and excited, excited and glad, excited and calm, "
        "excited and free, excited and safe, excited and warm, so happy and glad, happy and "
        "excited, proud and excited, glad and thankful, glad and cheerful, calm and thankful, "
        "calm and cheerful, free and thankful, free and cheerful, safe and thankful, safe and "
        "cheerful, warm and thankful, warm and cheerful, excited and happy, excited and proud, "
        "thankful and glad, thankful and calm, thankful and free, thankful and safe, thankful "
        "and warm, cheerful and glad, cheerful and calm, cheerful and free, cheerful and safe, "
        "cheerful and warm, so happy and proud, happy and thankful, happy and cheerful, proud "
        "and thankful, proud and cheerful, strong and excited, excited and strong, thankful and "
        "happy, thankful and proud, cheerful and happy, cheerful and proud, very glad and "
        "proud, very happy and glad, strong and thankful, strong and cheerful, thankful and "
        "strong, cheerful and strong, very happy and proud, excited and thankful, excited and "
        "cheerful, thankful and excited, cheerful and excited, thankful and cheerful, cheerful "
        "and thankful"
    ),
    "felt": split("was, looked, felt, seemed"),
    "sad": split(
        "sad, hurt, upset, lonely, so sad, gloomy, worried, unhappy, so hurt, very sad, so "
        "upset, so lonely, so gloomy, very hurt, very upset, so worried, really sad, so "
        "unhappy, very lonely, very gloomy, really hurt, so very sad, very worried, "
        "disappointed, sad and cold, very unhappy, cold and sad, sad and weak, sad and hurt, "
        "hurt and sad, weak and sad, sad and sorry, sad and tired, tired and sad, sad and "
        "small, very very sad, sad and upset, cold and hurt, hurt and alone, hurt and cold, hurt "
        "and weak, upset and sad, small and sad, upset and alone, weak and hurt, sad and lonely, "
        "lonely and sad, really worried, sad and alone, tired and hurt, alone and sad, sad "
        "and gloomy, cold and upset, gloomy and sad, hurt and tired, hurt and upset, hurt and "
        "small, upset and cold, upset and hurt, upset and weak, lonely and gloomy, small and hurt, "
        "gloomy and lonely, gloomy and hurt, weak and upset, hurt and gloomy, so disappointed, cold "
        "and lonely, sad and worried, tired and upset, upset and gloomy, lonely and cold, lonely "
        "and hurt, lonely and weak, hurt and lonely, upset and tired, upset and small, small "
        "and upset, gloomy and upset, weak and lonely, worried and sad, tired and lonely, cold "
        "and worried, lonely and tired, lonely and upset, lonely and small, hurt and worried, "
        "upset and lonely, small and lonely, weak and worried, worried and cold, worried and "
        "hurt, worried and weak, very disappointed, so sad and lonely, tired and worried, upset "
        "and worried, small and worried, worried and tired, worried and upset, worried and "
        "small, very sad and tired, lonely and worried, worried and lonely"
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
        "sorry, embarrassed, very sorry, ashamed, guilty, very embarrassed, so embarrassed, so "
        "sorry, so ashamed, very ashamed, really sorry, sorry and sad, really ashamed"
    ),
    "tired": split(
        "very hot, very tired, tired, hungry, very sleepy, very hungry, so hungry, hot, so "
        "tired, so sleepy, very thirsty, thirsty, sleepy, really tired"
    ),
    # What is described
    "big": split("big, great, huge, large, very big, really big"),
    "small": split("little, small, tiny, cute, very small, very cute"),
    "nice": split(
        "pretty, special, nice, good, beautiful, cool, wonderful, lovely, fancy, amazing, "
        "perfect, fine, very special, interesting, very good, very pretty, very nice, very "
        "beautiful, sweet, funny, great, big, neat"
    ),
    "lovely": split(
        "pretty, special, nice, good, beautiful, cool, wonderful, lovely, colorful, bright, "
        "amazing, perfect, fine, shiny, sweet, funny, great"
    ),
    "good": split(
        "nice, good, special, kind, very good, very special, sweet, very nice, very kind, "
        "gentle, very sweet, dear, very dear, true"
    ),
    "tasty": split(
        "yummy, big, nice, tasty, good, fresh, delicious, lovely, great, little, special, wonderful, perfect"
    ),
    "hug": split("big, little, gentle, long, happy, warm, sweet, soft"),
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
        "gently, slowly, carefully, nicely, softly, politely, quietly, kindly, warmly, calmly, "
        "happily, sweetly, lovingly, quickly"
    ),
    "loudly": split(
        "happily, quickly, loudly, excitedly, brightly, proudly, eagerly, joyfully, cheerfully"
    ),
    "carefully": split("slowly, quickly, carefully, gently, softly, bravely, calmly, quietly"),
    # How it is said
    "warm": split(
        "gladly, gently, softly, kindly, nicely, warmly, happily, quietly, sweetly, politely, calmly, "
        "with joy, with love, and smiled, and nodded, cheerfully, with a nod, "
        "with a grin, with a smile, with kind eyes, in a calm voice, in a soft voice, in a kind voice, in a warm voice, with a big "
        "smile, with bright eyes, in a sweet voice, in a quiet voice, in a gentle voice, with a "
        "happy face, with a kind smile"
    ),
    "eager": split(
        "loudly, gladly, at once, happily, quickly, eagerly, proudly, with joy, brightly, and sang, "
        "and waved, excitedly, and smiled, and jumped, and danced, and nodded, cheerfully, and "
        "hopped, and ran up, and clapped, and giggled, with a grin, with pride, with a smile, "
        "with big eyes, and ran around, and spun around, in a loud voice, with a big smile, with bright eyes, with a happy face, and jumped up and down"
    ),
    "tearful": split(
        "sadly, in tears, and sighed, with tears, and frowned, with big tears, with a sigh, "
        "and sat down, with a frown, and felt bad, with sad eyes, with red eyes, with wet eyes, "
        "in a sad voice, and looked down, with a sad face, "
        "and looked away"
    ),
    "fearful": split(
        "and hid, and shook, with big eyes, and looked around, with wide eyes, nervously, and "
        "looked back, and stepped back, with fear, in a scared voice"
    ),
    "cried": split("said, shouted, cried, yelled, called, screamed"),
    "said": split("said, replied, answered, called, whispered"),
    "called": split("said, shouted, cried, called, yelled, laughed, exclaimed, cheered"),
    # What is done
    "smiled": split(
        "sang, waved, smiled, jumped, danced, nodded, laughed, clapped, cheered, waved and "
        "sang, sang and waved, danced and sang, sang and danced, smiled and sang, sang and "
        "smiled, jumped and sang, nodded and sang, sang and jumped, sang and nodded, sang and "
        "hopped, hopped and sang, smiled and waved, laughed and sang, sang and laughed, waved "
        "and smiled, clapped and sang, waved and danced, jumped and waved, waved and jumped, "
        "waved and nodded, waved and hopped, danced and waved, nodded and waved, cheered and "
        "sang, sang and clapped, sang and cheered, sang and giggled, hopped and waved, giggled "
        "and sang, smiled and nodded, nodded and smiled, laughed and waved, jumped and danced, "
        "smiled and danced, jumped and smiled, waved and laughed, smiled and jumped, danced and "
        "jumped, danced and smiled, smiled and hopped, jumped and nodded, jumped and hopped, "
        "waved and clapped, waved and cheered, waved and giggled, danced and nodded, danced and "
        "hopped, nodded and jumped, nodded and danced, nodded and hopped, clapped and waved, "
        "cheered and waved, hopped and smiled, hopped and jumped, hopped and danced, hopped and "
        "nodded, giggled and waved, laughed and smiled, danced and laughed, smiled and laughed, "
        "laughed and jumped, laughed and danced, clapped and smiled, jumped and laughed, smiled "
        "and clapped, danced and clapped, danced and cheered, smiled and cheered, jumped and "
        "clapped, laughed and nodded, clapped and danced, cheered and danced, smiled and "
        "giggled, laughed and hopped, jumped and cheered, jumped and giggled, danced and "
        "giggled, nodded and laughed, nodded and clapped, nodded and cheered, nodded and "
        "giggled, clapped and jumped, clapped and nodded, clapped and hopped, cheered and "
        "smiled, cheered and jumped, cheered and nodded, cheered and hopped, hopped and "
        "laughed, hopped and clapped, hopped and cheered, hopped and giggled, giggled and "
        "smiled, giggled and jumped, giggled and danced, giggled and nodded, giggled and "
        "hopped, laughed and clapped, clapped and cheered, cheered and clapped, laughed and "
        "cheered, clapped and laughed, cheered and laughed, laughed and giggled, clapped and "
        "giggled, cheered and giggled, giggled and laughed, giggled and clapped, giggled and "
        "cheered"
    ),
    "ran": split(
        "went, ran, jumped, walked, hopped, ran fast, rushed, raced, skipped, marched, hurried"
    ),
    "went": split("went, ran, walked, hopped, raced, marched, skipped, hurried"),
    "looked": split(
        "looked, searched, looked everywhere, looked again, peeked, looked carefully, checked"
    ),
    "had fun": split(
        "ran, sang, played, jumped, danced, talked, hopped, laughed, climbed, skipped, ran and "
        "sang, sang and ran, ran and raced, raced and ran, ran and jumped, ran and played, "
        "jumped and ran, played and ran, hopped and ran, ran and danced, danced and ran, ran "
        "and hopped, ran and talked, sang and raced, talked and ran, raced and sang, ran and "
        "laughed, laughed and ran, sang and danced, danced and sang, played and sang, talked "
        "and sang, ran and skipped, skipped and ran, ran and climbed, jumped and sang, sang and "
        "played, sang and jumped, sang and hopped, sang and talked, hopped and sang, climbed "
        "and ran, laughed and sang, played and raced, ran and splashed, jumped and raced, "
        "danced and raced, sang and laughed, sang and skipped, sang and climbed, hopped and "
        "raced, skipped and sang, talked and raced, climbed and sang, splashed and ran, raced "
        "and played, raced and jumped, raced and danced, raced and hopped, raced and talked, "
        "talked and played, danced and played, jumped and played, jumped and danced, played and "
        "danced, hopped and danced, played and talked, hopped and played, jumped and hopped, "
        "played and jumped, played and hopped, laughed and raced, jumped and talked, danced and "
        "jumped, danced and hopped, danced and talked, sang and splashed, hopped and jumped, "
        "hopped and talked, skipped and raced, talked and jumped, talked and danced, talked and "
        "hopped, climbed and raced, splashed and sang, raced and laughed, raced and skipped, "
        "raced and climbed, laughed and played, talked and laughed, played and laughed, jumped "
        "and laughed, skipped and jumped, laughed and talked, hopped and skipped, laughed and "
        "danced, danced and laughed, skipped and played, jumped and climbed, laughed and "
        "jumped, laughed and hopped, played and skipped, played and climbed, jumped and "
        "skipped, danced and skipped, danced and climbed, hopped and laughed, hopped and "
        "climbed, skipped and danced, skipped and hopped, skipped and talked, talked and "
        "skipped, talked and climbed, climbed and played, climbed and jumped, climbed and "
        "danced, climbed and hopped, climbed and talked, splashed and raced, raced and "
        "splashed, played and splashed, laughed and skipped, laughed and climbed, jumped and "
        "splashed, danced and splashed, hopped and splashed, skipped and laughed, skipped and "
        "climbed, talked and splashed, climbed and laughed, climbed and skipped, splashed and "
        "played, splashed and jumped, splashed and danced, splashed and hopped, splashed and "
        "talked, laughed and splashed, skipped and splashed, climbed and splashed, splashed and "
        "laughed, splashed and skipped, splashed and climbed"
    ),
    # When
    "day": split(
        "one day, one sunny day, one morning, one hot day, one afternoon, one sunny morning, "
        "one bright day, one warm day, one cold day, one rainy day, one quiet day, one nice "
        "day, one quiet morning, one warm morning, one nice morning, one cold morning, one "
        "sunny afternoon, one warm afternoon, one lovely day, one special day, one summer day, "
        "one winter day, one spring day, one fine day, one gray day, one fall day, one bright morning, "
        "one fine morning, one hot morning"
    ),
    "then": split(
        "then, soon, now, later, after that, next, before long, right after that, a moment later, a little later"
    ),
    "suddenly": split(
        "then, suddenly, soon, just then, all of a sudden, right then, at that moment, a moment later"
    ),
    "finally": split("finally, in the end, at the end, at last, after many tries, some time later"),
    "ever after": split(
        "from that day, from that day on, from then on, after that, after that day"
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
        "dragons, monsters, robots, knights, kings, circus, ships, cooks, dogs, bears, cats, birds, lions, ducks, bugs, cows, planes, boats, magic"
    ),
    "learned": split("saw, thought, knew, learned, realized, understood, found out"),
    "always": split("tried to, loved to, liked to, never forgot to, promised to"),
}
