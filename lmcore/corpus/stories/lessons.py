"""What can go wrong between friends, and in a hero's own heart."""

from __future__ import annotations

from lmcore.corpus.stories.plot import Plot

SHARE = Plot(
    trouble=(
        '"{May|Can|Could} I [use of object] too?" asked $friend. "No, it is mine!" said $hero.',
        "But $hero would not {share|lend|give up} the $object, {not even|or even} for [taste] "
        "[foodstuff].",
        "Then both wanted to [use of object] at the same time.",
        "$friend {took|grabbed|wanted} the $object, and $hero pulled it back [kindly].",
        '"You always have the $object," $friend [said]. "It is my turn now!"',
    ),
    more=(
        "They {pulled|shouted|argued|quarrelled} for [minutes].",
        "$friend [went] away and sat [spot of place].",
        "$hero turned {around|red|away} and played alone with [a colour] [treasure].",
        "$friend {was silent|cried|said nothing} and looked at the [bug].",
        '"I do not {like|want|need} you any more," $friend [said] [kindly].',
    ),
    attempt=(
        "$hero tried to [use of object] alone, but it was no fun.",
        "$hero {gave|offered} $friend [a colour] [treasure] instead, but $friend said no.",
        "$friend tried to play [game] alone for [minutes].",
        "They {looked at|talked to|spoke to} the [bird] and not to each other.",
        "$hero {ate|tasted} the [taste] [foodstuff] alone, but it did not taste good.",
    ),
    advice=(
        '"Why not take turns, [number] minutes each?" asked the $helper [kindly].',
        '"I once had a friend and [a colour] [treasure]," the $helper [said]. "I kept the wrong '
        'one."',
        '"The $object is only half as [look] when you are alone," the $helper [said].',
        "The $helper cut the [taste] [foodstuff] into [number] pieces and gave everyone "
        "{some|one}.",
        '"Would you rather have the $object or a friend?" asked the $helper [kindly].',
    ),
    rescue=(
        '"I am sorry, $friend," said $hero [kindly]. "You can have it first."',
        "$hero [went] to $friend and held out the $tint $object.",
        "First $friend had the $object for [minutes], and then $hero.",
        "They counted to [number] and {swapped|changed|took turns}.",
        '"Let us [use of object] together," $hero [said] [kindly].',
    ),
    result=(
        "$friend {smiled|nodded|blushed} [kindly] and gave $hero [a colour] [treasure].",
        "With two it was {much|far} more fun to [use of object].",
        "They even {made up|invented|found} a new game called {the [shape] game|jump the [shape]}.",
        "Soon they had forgotten the quarrel and talked about [a look] [shape].",
        "$friend let $hero have the {last|biggest|best} piece of the [taste] [foodstuff].",
    ),
    moral=(
        "{Joy|Fun|A toy} grows {bigger|larger} when it is shared.",
        '"Sharing is {kind|wise|good|brave|clever|right|noble|sweet}," said $his $family [kindly].',
        "$hero learned that a friend is better than [a colour] [treasure].",
        "Now $hero shares {everything|most things}, even [taste] [foodstuff].",
        "{It is never|It is not} too late to say sorry [kindly].",
    ),
)

CREATURE = Plot(
    trouble=(
        "{But suddenly|Then} they heard [a sound]. It was a little <creature>, all alone.",
        "[Spot of place] lay a little <creature> who could not {walk|move|get up}.",
        "Then $friend saw a {tiny|hungry|cold|wet} <creature> [spot of place].",
        "A little <creature> came out of the [flower] and {cried|shivered|limped}.",
        '"Look, a <creature>!" $friend [said] [kindly]. "It is hurt."',
    ),
    more=(
        "The $creature had [a colour] {thorn|splinter|burr} in its {foot|leg|side|ear}.",
        "It had not eaten for [number] days, and it was [sad].",
        "The $creature looked at them with [hue] eyes and was [sad].",
        "The $creature had lost its mother [minutes] ago.",
        "It {shook|trembled|whimpered} and tried to hide [spot of place].",
    ),
    attempt=(
        "They gave the $creature [taste] [foodstuff], but it would not eat.",
        "$hero put [a colour] {scarf|sock|leaf|hat} on the $creature, but it {was|still felt} "
        "cold.",
        "$friend sang to the $creature about the [song] for [minutes].",
        "They called [kindly], but no mother came to the $creature.",
        "$hero tried to {lift|carry|pat} the $creature, but it was too [sad].",
    ),
    advice=(
        '"Sit still for [minutes], then it will trust you," the $helper [said].',
        '"A $creature likes [drink] and [flower]," the $helper [said] [kindly].',
        '"Its mother was [spot of place]," the $helper [said] [kindly].',
        "The $helper showed them how to hold a $creature [kindly].",
        '"Wrap it in something [colour] and warm," the $helper [said] [kindly].',
    ),
    rescue=(
        "$hero gave the $creature some [drink] and [number] {seeds|crumbs|nuts|berries}.",
        "They made a bed of [flower] and {hay|moss|wool|leaves} for the $creature.",
        "$hero held the $creature [kindly] while $friend {cleaned|bandaged|washed} its {leg|foot|"
        "ear}.",
        "They carried the $creature in {a hat|a basket|a box|a boot} to where the [flower] grow.",
        "$hero {whispered|spoke|sang} [kindly] until the $creature was not [sad] any more.",
    ),
    result=(
        "The $creature {licked|touched|nudged} $his {hand|nose|cheek|chin} and looked [happy].",
        "[Spot of place] waited its mother, and she was [happy].",
        "Soon the $creature {jumped|ran|hopped} around the [flower] and was [happy].",
        "The $creature ate for [minutes] and fell asleep [spot of place].",
        "They named the $creature after [a look] [shape], because it was so [trait].",
    ),
    moral=(
        "Whoever helps the small has a big heart, $he thought.",
        '"It is {kind|wise|good|brave|clever|right|noble|sweet} to help the weak," said $his '
        "$family [kindly].",
        "$hero learned that being {kind|gentle|friendly|polite|helpful} costs nothing.",
        "A {kind|good|gentle} deed is never too small, not even for a $creature.",
        "Every [weekday] the $creature comes to visit {them|$hero}.",
    ),
)

WAY = Plot(
    trouble=(
        "{But|Then} they [went] too far, and did not know the way back.",
        "They followed [number] [bug] and got lost.",
        "When they looked {up|around|back}, the $place {looked|seemed} strange and they were lost.",
        "They [went] after [a colour] {butterfly|balloon|leaf|bird} and lost their way.",
        "A {thick|white|cold} fog {came|crept|rolled} over the $place, and they could not see the "
        "path.",
    ),
    more=(
        "All the paths looked the same, and {nobody|no one} was there but [number] [bird].",
        '"Did we come past [sight of place]?" asked $friend [kindly].',
        "It {grew|got|was getting} {dark|cold|late|quiet}, and they heard [a sound].",
        "They had only [taste] [foodstuff] and [a colour] [treasure] with them.",
        "A shadow [spot of place] looked like [a look] [shape].",
    ),
    attempt=(
        "They [went] left for [minutes], but came back to the same [flower].",
        "$hero {called|shouted|cried} for help [kindly], but only the [bird] answered.",
        "$friend {climbed|got} up [high of place], but saw {only|nothing but} clouds.",
        "They {drew|scratched} a map in the {sand|earth|mud}, but it looked like [a look] [shape].",
        "They followed the [bug], but those [went] [spot of place].",
    ),
    advice=(
        '"The {moss|sun|river|wind} shows the way," the $helper [said] [kindly].',
        "The $helper lit [a colour] {lamp|candle|torch} and pointed {left|right|ahead}.",
        '"Go past [sight of place], then past the [flower]," the $helper [said].',
        '"Follow the [bird], they {sleep|live} in the village," the $helper [said] [kindly].',
        '"Whoever is [trait] finds the way home," the $helper [said].',
    ),
    rescue=(
        "They {held|took} hands and counted [number] steps.",
        "They [went] [kindly] past [sight of place].",
        "$hero saw [a colour] {light|roof|flag|gate} and [went] towards it.",
        "They dropped [number] {crumbs|pebbles|shells|petals} so as not to go in circles.",
        "$friend {knew|remembered|found} the [colour] [treasure] they had seen before.",
    ),
    result=(
        "And there was the path, beside the [flower]!",
        "{Soon|In the end} they could smell [taste] [foodstuff] and hear {bells|voices|music|a "
        "dog}.",
        "After [minutes] they saw the lights of the village and [cheered].",
        "The way had been {so near|quite short|behind them} all the time.",
        "$friend {kissed|hugged|patted} the {old bridge|gate|signpost|well} and [cheered].",
    ),
    moral=(
        "{Those who|Whoever can} keep calm will find the way.",
        '"Next time take a map and [taste] [foodstuff]," said $his $family [kindly].',
        "$hero learned to look around [kindly] before {walking|going} on.",
        "No way is too long with [a trait] friend.",
        "From then on they {left|put} [a colour] {stone|ribbon|mark} at every corner.",
    ),
)

CONTEST = Plot(
    trouble=(
        '{Then|But} $hero said, "I am the {best|fastest|strongest} at [game] in the whole $place!"',
        "There was a contest at the $place, and the prize was [a colour] [treasure].",
        '"I bet I can {run|jump|climb|swim} better than you," said $friend [kindly].',
        "[A colour] sign said: big race [spot of place], on [weekday]!",
        "They wanted to know who was better at [game].",
    ),
    more=(
        "$hero {boasted|practised|talked} for [minutes] and ate [taste] [foodstuff].",
        "$friend ran like the wind, and $hero came in as number [number].",
        "$hero was {so|very} sure to win that $he slept [spot of place].",
        "$hero fell over [a colour] [treasure], and everyone laughed.",
        "[Number] [bird] were faster than $hero, and so was $friend.",
    ),
    attempt=(
        "$hero tried to cheat with [a colour] [treasure], but felt bad [minutes] later.",
        "$He tried again [number] times, but $friend was always better.",
        "$He {blamed|scolded} the wind, $his shoes and the [bug].",
        "$He ran [kindly] for [minutes] and fell into the [flower].",
        "$friend wanted to {help|wait|give up}, but $hero said no [kindly].",
    ),
    advice=(
        '"Try it [number] times a day, and have fun," the $helper [said] [kindly].',
        '"[A trait] loser wins a friend," the $helper [said] [kindly].',
        '"The {snail|turtle|ant} gets there too," the $helper [said]. "Do it [kindly]."',
        '"First breathe, then drink some [drink]," the $helper [said].',
        "The $helper showed $him how to {start|jump|turn|breathe} like [a animal].",
    ),
    rescue=(
        "$hero practised [kindly] with $friend for [minutes].",
        '$hero told $friend [kindly], "You are better, and I am [happy] for you."',
        "Next time they {ran|jumped|went} hand in hand past [sight of place].",
        "$friend showed $hero a trick with [a colour] [treasure].",
        "They started again [spot of place], and $hero did it [kindly].",
    ),
    result=(
        "This time they {won|finished|came in} together and shared the [taste] [foodstuff].",
        "$hero was number [number], and still [happy].",
        "The prize was [a colour] [treasure], and they {shared it|gave it to the [bird]}.",
        "Everyone {clapped|waved|called} [kindly] when they {came in|were done}.",
        "$friend put a crown of [flower] on $his head and [cheered].",
    ),
    moral=(
        "It is {better|nicer} to have fun than to win, $he thought.",
        '"Pride {falls|trips}, but [a trait] heart {goes on|gets up}," said $his $family.',
        "$hero never boasted again, or {only|just} a little, about [taste] [foodstuff].",
        "$hero learned to lose [kindly], and that is also winning.",
        "Whoever tries [number] times gets a little better each time.",
    ),
)

TRUTH = Plot(
    trouble=(
        "{But|Then} $hero {knocked over|stepped on|spilled} the [taste] [foodstuff] that "
        "belonged to $friend.",
        "{Then|But} $hero broke the [colour] [treasure] that $friend loved.",
        "When nobody looked, $hero took the [colour] [treasure] of $friend and hid it.",
        "$hero threw the $object, and it {hit|broke|knocked over} [a colour] "
        "{pot|jug|window|vase}.",
        "While $friend was away, $hero ate all the [taste] [foodstuff].",
    ),
    more=(
        '"Who did that?" asked $friend [kindly]. "It was {[a animal]|the wind|not me}," said '
        "$hero.",
        "$hero [went] away and hid [spot of place].",
        "$hero {put|pushed|threw} the pieces into the [flower] and said nothing.",
        '"I saw {[a animal]|[number] [bird]} do it," said $hero, but it was not true.',
        "$friend looked for [minutes] and was [sad].",
    ),
    attempt=(
        "$hero tried to play [game], but $he could not stop thinking of it.",
        "$hero {gave|offered} $friend [a colour] [treasure], but did not say why.",
        "$hero told [number] more lies, and each one was bigger.",
        "$He wanted to forget it and looked at the [bug], but even they seemed to know.",
        "$He ate some [taste] [foodstuff], but it tasted like {sand|soap|paper|wood}.",
    ),
    advice=(
        '"A lie is like [a colour] [treasure] in a shoe," the $helper [said] [kindly].',
        '"Tell $friend [kindly]. It takes only [number] words," the $helper [said].',
        '"I saw {it|everything}," the $helper [said]. "Only you can make it right."',
        '"What would you want to hear?" asked the $helper [kindly].',
        '"The truth is {heavy|bitter|hard} only for [minutes]," the $helper [said].',
    ),
    rescue=(
        '"It was me, $friend," said $hero [kindly]. "I am sorry."',
        "$hero [went] to $friend and told the truth [kindly].",
        "$hero {said|whispered|stammered} sorry [number] times.",
        "$hero {brought|gave} $friend [taste] [foodstuff] and one [colour] [treasure], and told "
        "everything.",
        "$hero drew a picture of [a look] [shape] that said {sorry|I am sorry}, and gave it to "
        "$friend.",
    ),
    result=(
        '"Thank you for telling me," $friend [said] [kindly].',
        "$friend was {cross|quiet|silent} for [minutes], then [cheered].",
        "$friend gave $hero a hug and some [drink].",
        "Together they {cleaned|tidied|mended} everything with [material].",
        '"I {once|too} broke [a colour] [treasure]," $friend [said], and they [cheered].',
    ),
    moral=(
        "The truth is {lighter|better|kinder} than [a colour] [treasure] of gold, $he thought.",
        '"Being honest is {kind|wise|good|brave|clever|right|noble|sweet}," said $his $family '
        "[kindly].",
        "$hero learned that a lie makes you [sad].",
        "{Now|Since then} $hero always tells the truth, even about [taste] [foodstuff].",
        "{A friend|Whoever is [trait]} forgives a mistake that is told.",
    ),
)
