"""How a story begins: who it is about, what they love, where they go, whom they meet."""

from __future__ import annotations

OPENING = (
    "Once upon a time there was a {little|young|small|tiny} <kind> named <hero> @name, who lived "
    "in "
    "{a|an old|a little|a cosy|a wooden} [home of group] [where].",
    "Once there was {a little|a young|a small} <kind> called <hero> @name. $He was [a trait] and "
    "[trait] $kind.",
    "{Long ago|Far away|Not so long ago|Once}, [where], there lived a {little|young|small} <kind> "
    "named <hero> @name.",
    "There was once a very [trait] <kind> named <hero> @name, {whom everybody liked|who was always "
    "busy|who loved stories|who loved to help|who liked to sing|who asked many questions}.",
    "In {an old|a cosy|a tiny|a wooden|a round} {home|little home|place}, [where], lived "
    "{a little|a young|a small} <kind> called <hero> @name.",
    "This is the story of <a kind> named <hero> @name, who was {four|five|six|seven|eight} years "
    "old and very [trait].",
    "[A trait] {little|young} <kind> named <hero> @name lived with $his {family|mother|father|"
    "grandparents|many sisters|two brothers} [where].",
    "Everyone [where] knew a {little|young|small} <kind> named <hero> @name, because $he was so "
    "[trait].",
    "Many years ago [a trait] <kind> named <hero> @name made a home in {a|an old|a cosy|a tiny} "
    "[home of group] [where].",
    "The {smallest|youngest|happiest|cleverest|kindest|quietest} <kind> in the {valley|village|"
    "land|town|country} was called <hero> @name.",
    "Let me tell you about [a trait] <kind> named <hero> @name, who had [number] {cousins|brothers|"
    "sisters|good friends|pet snails|blue cups}.",
    "If you had gone for a walk [where], you might have met [a trait] <kind> named <hero> @name.",
)

FAVOURITE = (
    "$His {favourite|dearest|best} thing was <a tint> <object> called <toy=@name> from $his "
    "<family>, and $he loved "
    "to [use of object].",
    "$hero had <a tint> <object> called <toy=@name> that $his <family> had {made|bought|found}. "
    "{Every|Almost every|"
    "Each} [time] $he would [use of object].",
    "On $his {last birthday|birthday}, $his <family> gave $him <a tint> <object> called "
    "<toy=@name>.",
    "More than anything $he loved $his <tint> <object> called <toy=@name>, a "
    "{gift|present|surprise} from $his "
    "<family>.",
    "$His <family> had {found|made|bought|painted|mended} <a tint> <object> called <toy=@name> "
    "for $him, and it was "
    "{very|so|wonderfully} [look].",
    "$hero never went {anywhere|out|far} without the <tint> <object> called <toy=@name> that "
    "$his <family> had given "
    "$him.",
    "One thing made $him very [happy]: it was the <tint> <object> called <toy=@name> from $his "
    "<family>.",
    "$He {kept|stored|hid} <a tint> <object> called <toy=@name> {under $his bed|by the door|on a "
    "shelf|in a chest|"
    "near $his pillow|in a basket}, and $his <family> often saw $him [use of object].",
    "At {the fair|the market|school|a party} $his <family> had won $him <a tint> <object> called "
    "<toy=@name>, and now "
    "$he would often [use of object].",
    "$His <family> saved [number] coins and bought $him <a tint> <object> called <toy=@name>, so "
    "that $he could "
    "[use of object].",
    "For [number] days $he had been the {proud|happy|lucky} owner of <a tint> <object> called "
    "<toy=@name>, thanks to "
    "$his <family>.",
    "$He shared {a room|most things|everything} with $his <family>, but the <tint> <object> "
    "called <toy=@name> was "
    "{all|only} $his own.",
)

OUTING = (
    "One [weather] [time], $hero [went] to the <place> of <land=@name> with $his $object.",
    "One [time], when it was [weather] {outside|and the sky was blue|and fresh|all day}, $hero "
    "took the $tint $object to the <place> of <land=@name>.",
    "On [a weather] [weekday] $he [went] {all the way|straight|down|over} to the <place> of "
    "<land=@name>.",
    "{That|The next|One} [weekday] was so [weather] that $hero [went] to the <place> of "
    "<land=@name>.",
    "One [time] $he packed [taste] [foodstuff] and the $object and [went] to the <place> of "
    "<land=@name>.",
    '"{Can|May|Could} I go to the <place> of <land=@name>?" $hero asked {kindly|one [time]|after '
    "breakfast|at "
    'lunch|again and again}. "[Yes]," said $his {mother|father|sister|brother}.',
    "{Early|Late} one [time] $hero [went] {past|round|by} the {mill|school|bakery|church|bridge|"
    "well} to the <place> of <land=@name>.",
    "It was [a weather] [time] in {spring|summer|autumn|May|June|April}, and $hero [went] to the "
    "<place> of <land=@name>.",
    "One [weekday] $he {put on|found|took} $his [colour] {boots|hat|coat|shoes|scarf} and [went] "
    "to the <place> of <land=@name>.",
    "After {eating [taste] [foodstuff]|drinking some [drink]}, $hero [went] to the <place> of "
    "<land=@name> [kindly].",
    "{Last|One} {spring|summer|autumn|winter}, on [a weather] [time], $hero [went] to the "
    "<place> of <land=@name>.",
    "The {sun|wind|sky} was {so|very} [weather] one [weekday] that $he [went] to the <place> of "
    "<land=@name> to "
    "[use of object].",
)

MEETING = (
    "<Friend> @name was {already|also|just} there, playing [game] [spot of place].",
    "[Spot of place] sat <friend> @name, who was eating [taste] [foodstuff].",
    "There $he met $his {good|best|old|new|dear} friend <friend> @name, who was {very|rather|so} "
    "[happy] that [time].",
    '"[Greeting], $hero!" {called|shouted|cried} <friend> @name [kindly].',
    "Soon <friend> @name came along with {some|a bag of|a basket of|a plate of} [taste] "
    "[foodstuff].",
    "<Friend> @name, $his {friend|neighbour|cousin|classmate}, was looking for [bug] [spot of "
    "place].",
    "After [minutes], $his friend <friend> @name [went] up to $him.",
    "Who was that [spot of place]? It was <friend> @name, the most [trait] of $his friends.",
    "$hero waved to <friend> @name, who was {counting|drawing|feeding|watching} the [bird].",
    "$His friend <friend> @name was wearing [a colour] {coat|cap|scarf|jumper|ribbon|belt} and "
    "looked "
    "[happy].",
    "<Friend> @name [went] by with [a colour] [treasure] in {one hand|a bag|a jar|a box|a basket}.",
    "[A trait] friend named <friend> @name was waiting [spot of place].",
)
