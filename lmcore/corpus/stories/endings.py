"""How a story ends: joy, thanks, the way home, the evening, the last words."""

from __future__ import annotations

JOY = (
    '"[Hooray]!" {cried|shouted|called|said} $friend, and they [cheered].',
    "$hero [cheered] and $friend [cheered].",
    '"[Hooray]!" said $hero [kindly]. "{Now|At last} I am [happy]."',
    "Everyone at the $place [cheered], even the [bird].",
    "$His [body] felt {light|warm|full of sunshine|new} and $he was [happy] again.",
    "They were so [happy] that they played [game] for [minutes].",
    "{All of them|The friends|They all} {shared|ate|enjoyed} [taste] [foodstuff] and sang a song about the "
    "[song].",
    '"We did it!" $friend [said] [kindly]. "I feel so [happy]."',
    "The $helper [cheered] and gave each of them a [colour] [treasure].",
    "$friend was [happy], and $hero was {even more|just as|nearly as} [happy].",
    "{Soon|Then|At once} $hero looked [happy] and [cheered] with {the $helper|$friend|all the "
    "[bug]}.",
    "$He felt as {tall|proud|light|strong|free} as [a look] [shape].",
)

THANKS = (
    '"Thank you," $hero [said] [kindly], and gave the $helper {a|the} [colour] [treasure].',
    '"Thank you, dear $helper," $he [said] [kindly].',
    "To say thank you, they {gave|brought|offered} the $helper [taste] [foodstuff] and [drink].",
    "They thanked the $helper [kindly] and waved {goodbye|for [minutes]|with both hands}.",
    '"You are {very |most |}welcome," the $helper [said] [kindly].',
    "$hero gave $friend a {big|long|warm|tight} hug and [cheered].",
    '"You are a [trait] friend," $hero told $friend [kindly].',
    "The $helper {bowed|smiled|waved|nodded} [kindly] and [went] away {humming|whistling|singing} "
    "about the [song].",
    "$hero {picked|gathered|brought} [number] [hue] [flower] for the $helper.",
    "",
)

HOMEWARD = (
    "When the {sun|day} {went down|was low|was nearly over}, $hero [went] home with the $object.",
    "In the {evening|late afternoon} $he said goodbye to $friend and [went] home.",
    "{Then|Later|At last} they [went] home past the [flower], {singing|talking|laughing|humming} "
    "[kindly].",
    "After [minutes] it was time for {supper|dinner|bed|a bath}, so $hero [went] home.",
    '"See you {tomorrow|soon|on [weekday]|next week}," $friend [said], and $hero [went] home.',
    "The sky turned [hue] and [hue] as $he [went] home.",
    "On the way home $hero saw [a look] [shape] made of {stars|clouds|leaves|shadows} and [cheered].",
    "$hero [went] home [kindly], with {grass|sand|mud|a leaf|flour|a feather} on $his {nose|"
    "knees|coat|shoes|sleeve}.",
    "$friend and $hero [went] home together and ate [taste] [foodstuff] {on the way|under a tree|by the road}.",
    "By the time the {first star|moon} {came out|was up|rose}, $he was home and [happy].",
)

TELLING = (
    "$He told $his $family {everything|the whole story|all about it|about the $helper}.",
    '"What a day!" $he told $his $family. "{Now|Today} I am so [happy]."',
    "$His $family {listened|nodded|laughed|smiled} [kindly] and made [taste] [foodstuff].",
    '"I am proud of you," said $his $family [kindly].',
    "$His $family gave $him {a kiss|a hug|a pat} and a cup of [drink].",
    "$hero and $his $family {ate|had|shared} [taste] [foodstuff] and talked for [minutes].",
    '"$fam, do you know what happened at the $place?" $he asked [kindly].',
    '"My [trait] little $kind," said $his $family [kindly].',
    "$His $family wanted to hear it {twice|again|three times|[number] times} and [cheered].",
    "",
)

NIGHT = (
    "That night $hero dreamed of [a look] [shape] and [a look] [shape].",
    "$He {put|laid|placed} the $tint $object {beside|near|next to} $his bed and {slept|smiled|"
    "yawned|dreamed} [kindly].",
    "In bed $he {counted|thought of|named} [number] [bird] and fell asleep.",
    "The moon was [hue], and $hero slept for {ten|nine|twelve|eleven} hours.",
    "Before $he fell asleep, $he drew a picture of the $helper in [hue] and [hue].",
    "$hero drank [drink], {washed|brushed $his teeth|said goodnight|sang a song} and went to "
    "sleep [kindly].",
    "{Outside|Far away}, the [bird] were quiet, and $he felt [happy].",
    "$hero was {so|very} tired that $he fell asleep over $his [taste] [foodstuff].",
    "",
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
    "And if you go to the $place on a [weather] [time], you may {see|hear|meet} them {still|"
    "there|playing}.",
    "[Number] days later they did it all again, {and nobody was [sad]|and everyone [cheered]}.",
    "The end.",
    "Since then $he has never been [sad] at the $place again.",
    "And $he never forgot that [weather] [time].",
)
