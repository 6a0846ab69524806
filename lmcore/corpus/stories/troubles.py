"""What can go wrong and how it is put right: troubles with things and with the weather."""

from __future__ import annotations

from lmcore.corpus.stories.plot import Plot

LOST = Plot(
    trouble=(
        "{But suddenly|Then|A moment later} the $tint $object was gone!",
        "{But when|When} $hero looked {up|around|down|back}, the $object was not there any more.",
        "After [minutes] $hero {wanted|reached for|needed} the $object, but it had {vanished|"
        "disappeared}.",
        '"Where is my $tint $object?" $hero asked [kindly].',
        "$hero had {lost|dropped|forgotten} the $object somewhere near the $place.",
    ),
    more=(
        "$He looked {in|through|under} $his {bag|pockets|coat|hat}, but found {only|just} "
        "[a colour] [treasure].",
        "$friend had not seen it {since [minutes] ago|at all|either|after the [taste] "
        "[foodstuff]}.",
        "The last time $he saw it was [spot of place].",
        '"It was {here|right here|in my hand} [minutes] ago," $he [said] [kindly].',
        "Only {some [bug]|[number] [bug]|[a colour] [treasure]} could be seen where it had been.",
    ),
    attempt=(
        "They looked [spot of place], but found {only|just} [sight of place].",
        "$friend searched [spot of place] for [minutes], and $hero searched too.",
        "They asked [number] [bird], who {only|just} flew away.",
        "$hero {crawled|climbed|looked|felt about} [spot of place] and got [sad].",
        "They found [a colour] [treasure] and [a look] [treasure], but no $object.",
    ),
    advice=(
        '"{Think|Remember}: where did you {eat|sit|play|rest} last?" asked the $helper [kindly].',
        '"Go back the way you {came|ran|walked}, and look {slowly|twice|carefully}," the $helper '
        "[said].",
        '"I saw something $tint [spot of place]," the $helper [said] [kindly].',
        "The $helper had {seen|heard|smelled} something strange [spot of place].",
        '"Look where the [flower] {grow|are|bloom}," the $helper [said] [kindly].',
    ),
    rescue=(
        "They [went] back, and there, [spot of place], was the $tint $object!",
        "$hero [went] there and saw something $tint: the $object!",
        "And {really|sure enough|yes}, the $object was [spot of place], under some [flower].",
        "[Number] [bird] had {hidden|carried|rolled|dragged} it [spot of place]!",
        "$friend {pulled|dug|lifted|fished} the $object out from [spot of place].",
    ),
    result=(
        "It was a {little|bit} {dirty|wet|dusty|sandy|sticky}, but still [look].",
        "$hero {held|hugged|squeezed|kissed} it for [minutes].",
        "There was even [a colour] [treasure] beside it.",
        "Not a thing was {broken|wrong|missing}, and $hero wanted to [use of object] at once.",
        "$He tied [a colour] ribbon to it, so that it would {never be lost again|be easy to find}.",
    ),
    moral=(
        "$hero had learned to {look after|take care of|watch over} the things $he loves.",
        '"{What is lost|A lost thing} can be found if you {stay calm|do not give up}," said $his '
        "$family.",
        "{Looking|Searching} [kindly] is {better|wiser} than crying, $hero thought.",
        "From then on $he always put the $object back in its place.",
        "It is {easier|better|more fun} to look for something with [a trait] friend.",
    ),
)

BROKEN = Plot(
    trouble=(
        "{But suddenly|Then} there was a {loud|nasty|sharp} crack, and the [part of object] of "
        "the $object broke.",
        "$hero {tripped|slipped|fell} over [a colour] [treasure] and the $object broke.",
        "$friend wanted to [use of object], but the [part of object] {came off|broke|tore|split}.",
        "{Oh no|Alas}! The [part of object] of the $tint $object was broken.",
        "A {big|clumsy|heavy} [animal] {sat|stepped|jumped} on the $object and its "
        "[part of object] broke.",
    ),
    more=(
        "The [part of object] {hung|dangled|lay} in [number] pieces.",
        "Now nobody could [use of object] any more.",
        "The [colour] pieces lay [spot of place].",
        '"I did not mean to do it," $friend [said] [kindly].',
        "It {looked|sounded|felt} {strange|wrong|awful|bad}, and not [look] at all.",
    ),
    attempt=(
        "They tried to fix it with [material], but it {broke|fell apart} again.",
        "$hero {pushed|pressed|bent|turned} the [part of object], but that only made it worse.",
        "$friend tied [a hue] {string|ribbon|shoelace} around it, which held for [minutes].",
        "They {shook|tapped|pulled} it [kindly], but nothing {happened|changed|helped}.",
        "They put [number] [flower] on it, but it {stayed broken|would not hold}.",
    ),
    advice=(
        '"We need [material] and a {little|bit of} patience," the $helper [said] [kindly].',
        "The $helper opened [a colour] bag and took out [material] and [a colour] [treasure].",
        '"Broken things can be mended with [material]," the $helper [said].',
        "The $helper looked at the [part of object] and {nodded|hummed|smiled} [kindly].",
        '"Hold the [part of object] {still|tight|up}," the $helper [said] [kindly].',
    ),
    rescue=(
        "They worked [kindly] for [minutes], and $friend held the [part of object].",
        "$hero used [material] while the $helper sang about the [song].",
        "Piece by piece they put the $object together [kindly].",
        "With [material] and [a colour] [treasure] they made a new [part of object].",
        "$friend {cut|held|stuck|pressed} and $hero {tied|glued|sewed|wrapped}, until it was done.",
    ),
    result=(
        "Now the $object was {better|stronger|prettier} than {ever|before|new}.",
        "You could {hardly|just} see [a colour] line where it had been broken.",
        "At once they could [use of object] again.",
        "It looked [look] again, with a {little|funny} [colour] spot.",
        "It even had [a colour] [treasure] on it now.",
    ),
    moral=(
        "What is broken can often be mended, if you are [trait].",
        '"{Accidents|Mistakes} happen to {everyone|all of us|the best}," said $his $family '
        "[kindly].",
        "$hero was not cross with $friend, for a friend is worth more than [a colour] [treasure].",
        "$hero learned that {patient|careful|busy} hands can {mend|fix} almost anything.",
        "And $he knew now that [material] can {fix|mend|save} [a trait] day.",
    ),
)

STUCK = Plot(
    trouble=(
        "{But suddenly|Then} the wind {took|lifted|caught} the $object and it flew up to "
        "[high of place].",
        "$friend threw the $object too {high|hard|far}, and it got stuck on [high of place].",
        "A cheeky {crow|magpie|monkey|gull} {took|stole|snatched} the $object and left it on "
        "[high of place].",
        "Up, up, up went the $object, and it did not come down from [high of place].",
        "$hero swung the $object {around|wildly|too fast}, let go, and it landed on "
        "[high of place].",
    ),
    more=(
        "It hung up there among the [bird], [number] steps above the ground.",
        "It was {much|far} too high for $hero, who was only as tall as [a look] [shape].",
        "The $tint $object looked as small as [a colour] [treasure] up there.",
        '"{I cannot|We cannot|Nobody can} reach it," $friend [said] [kindly].',
        "[Number] [bird] came to look at it [kindly].",
    ),
    attempt=(
        "$hero jumped [number] times, but $he was too {short|small|slow|tired}.",
        "They threw [a colour] [treasure] at it, but it {only|just} moved a little.",
        "$friend stood on $his shoulders, but they {fell over|wobbled} into the [flower].",
        "They {poked|pushed} it with [a colour] stick for [minutes].",
        "$friend {tried|wanted} to climb up, but got stuck after [minutes].",
    ),
    advice=(
        '"I have [a colour] {ladder|rope|net|pole}," the $helper [said] [kindly].',
        '"Let us {build|make} a tower of {boxes|crates|barrels|logs}," the $helper [said].',
        "The $helper {whistled|called|waved} [kindly], and [number] [bird] came.",
        '"Wait for the wind and count to [number]," the $helper [said] [kindly].',
        "The $helper could {climb|jump|reach} as well as [a animal].",
    ),
    rescue=(
        "The $helper climbed up [kindly] and {dropped|threw|brought} the $object down.",
        "Together they {held|pushed|lifted} $friend up, who {took|grabbed} the $object [kindly].",
        "[Number] [bird] {pecked|pulled|pushed} at the $object until it fell down.",
        "$hero {shook|pulled|climbed} [kindly], and the $object fell into the [flower].",
        "{One, two, three|Up|Slowly, slowly}, and the $object was down again!",
    ),
    result=(
        "It landed [spot of place] with [a sound].",
        "$friend caught it with {one hand|both hands|[a colour] hat} and [cheered].",
        "There was [a colour] feather on it, but it was still [look].",
        "$hero held it tight and {looked up|laughed|sighed} [kindly].",
        "It had been up there for [minutes], and it was [look] as ever.",
    ),
    moral=(
        "What one cannot reach alone, [number] can reach together.",
        '"{Even|Sometimes} the {tallest|strongest|biggest} need help," said $his $family.',
        "$hero learned that it is {kind|wise|good|brave|clever|right|noble|sweet} to ask for help.",
        "{A clever|A good|One good} idea is better than a long arm, $he thought.",
        "From then on $he played with the $object far away from [high of place].",
    ),
)

STORM = Plot(
    trouble=(
        "{But suddenly|Then} the sky turned [hue] and it began to {rain|storm|thunder|hail}.",
        "{But|Then} [a colour] cloud came over the $place, and the wind blew the [taste] "
        "[foodstuff] away.",
        "Then they heard thunder, and [number] drops fell on the $object.",
        "A cold wind {came|blew|howled} over the $place, and all the [bird] {hid|fled|fell "
        "silent}.",
        "It grew dark, and {rain|snow|hail} fell on the [flower].",
    ),
    more=(
        "The thunder sounded like [a look] [shape] falling down the stairs.",
        "In [minutes] they were as wet as {fish|frogs|ducks|sponges}.",
        "The path home was {covered in|full of|under} {water|mud|branches|leaves}.",
        "$friend lost [a colour] {boot|shoe|mitten|sock} in the mud.",
        "Lightning made everything look [hue] for a moment.",
    ),
    attempt=(
        "They hid [spot of place], but the rain came in.",
        "They {held|put|pulled} the $object over their heads, but they still got wet.",
        "$friend tried to {run|walk|crawl} home, but the wind was as strong as [a look] [shape].",
        "They sang a song about the [song], but the thunder was louder.",
        "They made a roof of [flower] and {leaves|sticks|coats}, which the wind blew away.",
    ),
    advice=(
        '"Come {in|inside|under my roof|with me}, I have [taste] [foodstuff]," the $helper '
        "[said] [kindly].",
        "The $helper had [a colour] {tent|cart|hut|umbrella|cabin} [spot of place].",
        '"{Storms|Clouds} are like [a look] [shape]: they go away," the $helper [said] [kindly].',
        '"I know a dry place [spot of place]," the $helper [said] [kindly].',
        '"Count from the flash to the thunder," the $helper [said]. "It is [number] miles away."',
    ),
    rescue=(
        "There it was warm and dry, and they ate [taste] [foodstuff] and drank [drink].",
        "They held hands and [went] after the $helper [kindly].",
        "They told stories about [a look] [shape] and [a look] [shape] until the rain stopped.",
        "They played [game] inside for [minutes], and forgot the storm.",
        "The $helper gave each of them [a colour] blanket and a cup of [drink].",
    ),
    result=(
        "Then the sun came out, and there was a rainbow over the $place.",
        "The storm {went|moved|rolled} away, and the [bird] sang [kindly].",
        "Outside, the [flower] were {shining|dripping|sparkling|standing} in the sun.",
        "[A colour] puddle had the shape of [a look] [shape], and they jumped in it.",
        "After [minutes] the sky was [hue] again.",
    ),
    moral=(
        "{Every|Even the worst} storm ends, and then the [flower] grow.",
        '"It is {good|nice|fine} to share a roof with [a trait] friend," said $his $family.',
        "$hero was never so afraid of thunder again.",
        "$hero learned that [a trait] friend is the best umbrella.",
        "{Now|Since then} $he looks at the sky before $he goes to the $place.",
    ),
)
