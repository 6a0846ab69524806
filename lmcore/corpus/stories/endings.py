"""How a story ends: the way home and the last words."""

from __future__ import annotations

HOMEWARD = (
    "When the sun {went down|was low|had set}, $hero [went] home "
    "{past|with|like|behind} @animal with the $object.",
    "In the {evening|late afternoon} $he said goodbye to $friend and [went] home "
    "{past|with|like|behind} @animal.",
    "{Then|Later|At last} they [went] home {past|with|like|behind} @animal past the [flower], "
    "{singing|talking|laughing|humming} "
    "[kindly].",
    "After [minutes] it was time for {supper|dinner|bed|a bath}, so $hero [went] home "
    "{past|with|like|behind} @animal.",
    '"See you {tomorrow|soon|on [weekday]|next week}," $friend [said], and $hero [went] home '
    "{past|with|like|behind} @animal.",
    "The sky turned [hue] and [hue] as $he [went] home {past|with|like|behind} @animal.",
    "On the way home $hero saw [a look] [shape] made of {stars|clouds|leaves|shadows} and "
    "[cheered].",
    "$hero [went] home {past|with|like|behind} @animal [kindly], with {grass|sand|mud|a "
    "leaf|flour|a feather} on $his {nose|"
    "knees|coat|shoes|sleeve}.",
    "$friend and $hero [went] home {past|with|like|behind} @animal together and ate [taste] "
    "[foodstuff] {on the way|under a tree|by the road}.",
    "By the time the {first star|moon} {came out|was up|rose}, $he was home and [happy].",
)

CLOSING = (
    "From that day on, $hero was {the most|a more|known as a very} [trait] $kind.",
    "And $hero and $friend {stayed|were|remained} best friends {for ever|all their lives|for many "
    "years}.",
    "The next [time] $he went back to the $place to [use of object].",
    "And they all lived {happily|merrily|peacefully} ever after.",
    "After that, $hero and $friend met at the $place every [weekday].",
    "{And that|That} is why $hero still {smiles|laughs|waves|sings} at every $helper.",
    "The $object still {has its place|stands|lies} {by the window|on the shelf|near the door|"
    "beside the bed|over the fireplace}.",
    "And if you go to the $place on [a weather] [time], you may {see|hear|meet} them {still|"
    "there|playing}.",
    "[Number] days later they did it all again, {and nobody was [sad]|and everyone [cheered]}.",
    "And this is the story that @animal told.",
    "Since then $he has never been [sad] at the $place again.",
    "And $he never forgot that [weather] [time].",
)
