"""How a story begins: who it is about, what they love, where they go, whom they meet."""

from __future__ import annotations

OPENING = (
    "Once upon a time there was a {little|young|small|tiny} <kind> named <hero>, who lived in "
    "{a|an old|a little|a cosy|a wooden} [home of group] [where].",
    "Once there was {a little|a young|a small} <kind> called <hero>. $He was [a trait] and "
    "[trait] $kind.",
    "{Long ago|Far away|Not so long ago|Once}, [where], there lived a {little|young|small} <kind> "
    "named <hero>.",
    "There was once a very [trait] <kind> named <hero>, {whom everybody liked|who was always "
    "busy|who loved stories|who loved to help|who liked to sing|who asked many questions}.",
    "In {an old|a cosy|a tiny|a wooden|a round} {home|little home|place}, [where], lived "
    "{a little|a young|a small} <kind> called <hero>.",
    "This is the story of <a kind> named <hero>, who was {four|five|six|seven|eight} years old and very [trait].",
    "A [trait] {little|young} <kind> named <hero> lived with $his {family|mother|father|"
    "grandparents|many sisters|two brothers} [where].",
    "Everyone [where] knew a {little|young|small} <kind> named <hero>, because $he was so [trait].",
    "Many years ago a [trait] <kind> named <hero> made a home in {a|an old|a cosy|a tiny} "
    "[home of group] [where].",
    "The {smallest|youngest|happiest|cleverest|kindest|quietest} <kind> in the {valley|village|"
    "land|town|country} was called <hero>.",
    "Let me tell you about a [trait] <kind> named <hero>, who had [number] {cousins|brothers|"
    "sisters|good friends|pet snails|blue cups}.",
    "If you had gone for a walk [where], you might have met a [trait] <kind> named <hero>.",
)

CHARACTER = (
    "$He was [trait], {but also|and often|yet sometimes} a {little|bit too|very} [trait].",
    "Every [time] $he {ate|had|made|shared|asked for} [taste] [foodstuff] and drank {a cup of|a mug of|some} "
    "[drink].",
    "$He liked [flower] and [bug], {but most of all|and above all|but even more} $he liked "
    "{stories|singing|rain|snow|games|maps|puzzles|music|cakes}.",
    "$hero liked to play [game] and to sing songs about the [song].",
    "$He had a {tiny|little|wooden|tin|paper|secret} box with a [colour] [treasure] in it.",
    "$hero could count [number] [bird] without {stopping|a mistake|help|looking twice|blinking}.",
    "$He always wore a [colour] {coat|cap|scarf|jumper|ribbon|belt|vest} with a [look] "
    "{button|pocket|star|patch} on it.",
    "$hero was as {quick|quiet|busy|strong|gentle|clever|brave} as a [animal], {people said|"
    "so they said|or almost|most of the time|at least on Sundays}.",
    "In $his pocket $he kept a [colour] [treasure] and {a|one} [look] [treasure].",
    "Each night $he dreamed about a [shape] and a {friendly|giant|flying|talking|sleepy} [shape].",
    "$hero wanted to be {a sailor|a baker|a painter|a doctor|a teacher|a singer|a farmer|an "
    "inventor|a king} one day.",
    "",
)

FAVOURITE = (
    "$His {favourite|dearest|best} thing was a <tint> <object> from $his <family>, and $he loved "
    "to [use of object].",
    "$hero had a <tint> <object> that $his <family> had {made|bought|found}. {Every|Almost every|"
    "Each} [time] $he would [use of object].",
    "On $his {last birthday|birthday}, $his <family> gave $him a <tint> <object>.",
    "More than anything $he loved $his <tint> <object>, a {gift|present|surprise} from $his "
    "<family>.",
    "$His <family> had {found|made|bought|painted|mended} a <tint> <object> for $him, and it was "
    "{very|so|wonderfully} [look].",
    "$hero never went {anywhere|out|far} without the <tint> <object> that $his <family> had given "
    "$him.",
    "One thing made $him very [happy]: it was the <tint> <object> from $his <family>.",
    "$He {kept|stored|hid} a <tint> <object> {under $his bed|by the door|on a shelf|in a chest|"
    "near $his pillow|in a basket}, and $his <family> often saw $him [use of object].",
    "At {the fair|the market|school|a party} $his <family> had won $him a <tint> <object>, and now "
    "$he would often [use of object].",
    "$His <family> saved [number] coins and bought $him a <tint> <object>, so that $he could "
    "[use of object].",
    "For [number] days $he had been the {proud|happy|lucky} owner of a <tint> <object>, thanks to "
    "$his <family>.",
    "$He shared {a room|most things|everything} with $his <family>, but the <tint> <object> was "
    "{all|only} $his own.",
)

OUTING = (
    "One [weather] [time], $hero [went] to the <place> with $his $object.",
    "One [time], when it was [weather] {outside|and the sky was blue|and fresh|all day}, $hero "
    "took the $tint $object to the <place>.",
    "On a [weather] [weekday] $he [went] {all the way|straight|down|over} to the <place>.",
    "{That|The next|One} [weekday] was so [weather] that $hero [went] to the <place>.",
    "One [time] $he packed [taste] [foodstuff] and the $object and [went] to the <place>.",
    '"{Can|May|Could} I go to the <place>?" $hero asked {kindly|one [time]|after breakfast|at '
    'lunch|again and again}. "[Yes]," said $his {mother|father|sister|brother}.',
    "{Early|Late} one [time] $hero [went] {past|round|by} the {mill|school|bakery|church|bridge|"
    "well} to the <place>.",
    "It was a [weather] [time] in {spring|summer|autumn|May|June|April}, and $hero [went] to the "
    "<place>.",
    "One [weekday] $he {put on|found|took} $his [colour] {boots|hat|coat|shoes|scarf} and [went] "
    "to the <place>.",
    "After {eating [taste] [foodstuff]|drinking some [drink]}, $hero [went] to the <place> [kindly].",
    "{Last|One} {spring|summer|autumn|winter}, on a [weather] [time], $hero [went] to the <place>.",
    "The {sun|wind|sky} was {so|very} [weather] one [weekday] that $he [went] to the <place> to "
    "[use of object].",
)

SIGHTS = (
    "There were [number] [bird] and [sight of place].",
    "$He saw [sight of place] and {some|many|lots of|a few} [hue] [flower].",
    "The $place was full of [flower] and [bug].",
    "A cloud {looked like|was shaped like|turned into} [a look] [shape], and then like [a look] [shape].",
    "{On the way|Near the path|By the gate|In the grass} $he found a [colour] [treasure] and put "
    "it in $his pocket.",
    "[Number] [bug] {flew|crawled|danced|buzzed|sat} {around|near|over|between} the [flower].",
    "It smelled of [flower] and {a little of|also of|fresh|of} [taste] [foodstuff].",
    "{Somewhere|Nearby|Far off|Behind $him} there was a [sound], but it was only {some|two|"
    "three|a few} [bird].",
    "$hero looked at [sight of place] and {hummed|sang|whistled} a song about the [song].",
    "$He [cheered] when $he saw [sight of place] [spot of place].",
    "The [bird] were {singing|chattering|resting|playing|busy|hungry} and the air was [weather].",
    "",
)

MEETING = (
    "<Friend> was {already|also|just} there, playing [game] [spot of place].",
    "[Spot of place] sat <friend>, who was eating [taste] [foodstuff].",
    "There $he met $his {good|best|old|new|dear} friend <friend>, who was {very|rather|so} "
    "[happy] that [time].",
    '"[Greeting], $hero!" {called|shouted|cried} <friend> [kindly].',
    "Soon <friend> came along with {some|a bag of|a basket of|a plate of} [taste] [foodstuff].",
    "<Friend>, $his {friend|neighbour|cousin|classmate}, was looking for [bug] [spot of place].",
    "After [minutes], $his friend <friend> [went] up to $him.",
    "Who was that [spot of place]? It was <friend>, the most [trait] of $his friends.",
    "$hero waved to <friend>, who was {counting|drawing|feeding|watching} the [bird].",
    "$His friend <friend> was wearing a [colour] {coat|cap|scarf|jumper|ribbon|belt} and looked "
    "[happy].",
    "<Friend> [went] by with a [colour] [treasure] in {one hand|a bag|a jar|a box|a basket}.",
    "A [trait] friend named <friend> was waiting [spot of place].",
)

TALK = (
    '"{Shall we|Let us|We could|I want to} play [game]," said $friend.',
    '"[Greeting], $friend," said $hero [kindly]. "{Do you want to|Would you like to|Shall we} '
    '[use of object]?"',
    "They played [game] {for|and after} [minutes] and [cheered].",
    "They {shared|ate|enjoyed|tasted} [taste] [foodstuff] and drank [drink] together.",
    '"What a {lovely|fine|pretty|beautiful} $object!" $friend said [kindly]. "It is so [look]."',
    "$hero {told|asked|taught} $friend {a story|a riddle|a song|a joke|a secret} about a [shape] "
    "and a [shape].",
    "$friend showed $him a [colour] [treasure], and $hero showed $friend the $object.",
    "The two friends [went] around the $place and counted [number] [bird].",
    "Together they {picked|smelled|painted|looked at} the [hue] [flower] and [cheered].",
    '"I can [use of object]," said $hero [kindly]. $friend [cheered].',
    "They {sat down|rested|lay down|sang} [spot of place] and {watched|counted|talked about} the "
    "[bug].",
    "$friend said that [a animal] had {stolen|eaten|hidden|sat on} the [taste] [foodstuff], and they both "
    "[cheered].",
)
