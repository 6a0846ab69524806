"""A thing that is lost, a thing that is shared, a thing that breaks."""

from lmcore.corpus.stories.script import Plot

LOST = Plot(
    "lost and found",
    "child",
    """
+ child

$His favorite {thing|toy} was <a colour> <thing>{| from $his $adult}.
$He {had|owned|loved} [a nice] <colour> <thing> and {loved|liked|wanted} to [play of thing].
$He had <a colour> <thing> and {often|always|gladly|happily} [played of thing].

---
One <weather> <time>, $hero {took|carried|brought} {it|the $thing} to the <place> {to meet|and met} $his <ftrait> friend <friend>.
[Day]{,|} $hero and $his <ftrait> friend <friend> [went] to the <place> with {it|the $thing}.
$Hero and $his <ftrait> friend <friend> [went] to the <place> with {it|the $thing} [day].
[Day]{,|} $hero [went] to the <place> with $his $thing and {met|saw|found} <friend>{| there}.
$Hero [went] to the <place> with $his $thing and {met|saw|found} <friend>{| there} [day].

+ along
+ way

"Let's play [game]!" {[called] $friend|$friend [called]} [eager], {so|and} $hero {left|put|laid} {$his|the} $thing <spot>.
$Hero [carefully] {left|put|laid} {$his|the} $thing <spot>{,|} and they played <game1>{| and <game2>}.
The $thing {lay|stayed|was} <spot> while they [had fun] and played [game].

{[Then]|But {then|soon|later}}, it was {gone|lost|not there|missing}. "[Oh]! Where is {it|my $thing}?" {[cried] $hero|$hero [cried]} [tearful].
{[Then]|But {then|soon|later}}, $hero [felt] [sad]. "[Oh]! {I lost|I can't find|I don't see} {it|my $thing}!" $hero [cried].
{After [long]|[Then]}, $hero {looked for|went to get|wanted} it. "[Oh]! {It|My $thing} is {gone|lost|missing}!" $hero [cried] [tearful].

---
"[Don't cry]{|, $hero}{,|!}" {[said] $friend|$friend [said]} [warm]. "{{We will|We'll} find it|{I will|I'll} help you|Let's look|I can help|Let's find it}{.|!}"
$Friend {took|held|patted|touched} $his {hand|arm|head}. "[Don't cry]{|, $hero}," $friend [said] [warm].

They [looked] <spot2>, but {they {found|saw|spotted}|there was} {only|just} [a small] {leaf|stone|stick|bug|flower|feather|worm|shell|bee|coin|leaf or two|nut}.
$Friend [looked] <spot2> for [long] and [felt] [sad]{| too}.

either search: remember
"Where did you {put|leave|see|have} {it|the $thing}{| last}?" {{asked|said} $friend|$friend {asked|said}} [warm].
"{Think|Think hard|Think back|Try to think}{|, $hero}{,|!}" {[said] $friend|$friend [said]} [warm].

$Hero thought for [long]. "{I know|I remember|Oh, yes}! {It is|It's} $spot!" $hero [called] [eager].
"[Wow]! {I know|I remember}! {It is|It's} $spot!" {[cried] $hero|$hero [cried]} [eager].
or search: animal
[Suddenly], they {saw|met|found} [a small] <visitor> with something $colour.
[Suddenly], [a small] <visitor> {came|ran|walked|hurried} {up |over |}with something $colour.

"[Wow]! It {found|has|saved} my $thing!" {[cried] $hero|$hero [cried]} [eager].
"[Thanks], {little|dear|good|kind|sweet} $visitor!" {[called] $hero|$hero [called]} [eager].
or search: stranger
[Suddenly], [a kind] {old |}<stranger> {came|walked|ran|hurried} {up to them|over|by} with something $colour.
[Suddenly], [a kind] {old |}<stranger> {asked|said}, "{Is this {yours|your $thing}|Did you lose {this|$a_thing}}?"

"[Wow]! {That is|That's|It is|It's|You found} my $thing! [Thanks]!" {[cried] $hero|$hero [cried]} [eager].
It was the {$colour |}$thing! "[Thanks]!" {[called] $hero|$hero [called]} [eager].
end

---
"{You are|You're} [a good] friend{|, $friend}{,|!}" {[said] $hero|$hero [said]} [warm]{,|} and they [played together of thing].
[Then]{,|} $hero and $friend [played together of thing] and {felt|were} [happy].
* together: hero
* happy: hero

+ home

when search: remember
[Ever after]{,|} $hero {looked|thought|checked} {twice|again|carefully} before $he {left|lost|put down} {$his $thing|a thing|a toy}.
$Hero [learned] that it {is good|is best|helps} to {stop and think|stay calm|think back}.
or search: animal
[Ever after]{,|} $hero {waved at|smiled at|looked for|sang to|fed} the $visitor at the $place.
$Hero [learned] that {even a little|even one|a little} $visitor can {help|be [a good] friend}.
or search: stranger
[Ever after]{,|} $hero {smiled at|waved at|said hello to|talked to|helped} the {old |}$stranger.
$Hero [learned] that {it is|it's} {good|nice|kind|right|best} to give back what you find.
end
""",
)

SHARE = Plot(
    "sharing",
    "child",
    """
+ child

---
[Day]{,|} {$his $adult|$Adult} {gave|brought|bought|made} $hero [a nice] <colour> <thing>.
{$His $adult|$Adult} {gave|brought|bought|made} $hero [a nice] <colour> <thing> [day].
[Day]{,|} $hero {got|found|opened} {a gift|a present|a surprise}, [a nice] <colour> <thing>.
$Hero {got|found|opened} {a gift|a present|a surprise}, [a nice] <colour> <thing> [day].

$Hero [played of thing] {for [long]|and [had fun]} and [felt] [happy].
"{It is|It's|This is|My $thing is} so [lovely]!" {[called] $hero|$hero [called]} [eager] and [played of thing].
* happy: hero

[Then]{,|} $his <ftrait> friend <friend> came {to play|to visit|over|by} with [a small] {bag|basket|box|bowl} of [tasty] <snack>.
[Then]{,|} $his <ftrait> friend <friend> {came over|visited|came to play|came by} with <snack>, <snack2>{,|} and <snack3>.

"[Wow]! {It|Your $thing} is so [lovely]! Can I {have a turn|try it|play too}?" {{asked|said} $friend|$friend {asked|said}} [warm].
"What [a nice] $thing!" {[said] $friend|$friend [said]} [warm]. "Can I [play of thing]{| too}?"

"No! {It is|It's} {mine|my $thing|only mine}!" [cried] $hero and {turned|ran|walked|looked} away.
"No, you {might|will|could} {break|drop|lose|hurt} it!" [cried] $hero and {held it tight|hid it|shook $his head}.

$Friend [felt] [sad] and {sat down|went to sit} {alone|under [a old] tree|by the gate|on the steps|in the grass|by the road|on the floor}.
"{Okay|All right|Fine|I see|Oh}{,|!}" {[said] $friend|$friend [said]} [tearful] and sat {by the door|by the window|on the steps|under a tree|alone|on the floor|in the grass|by the gate}.
* sad: friend

---
either why: alone
Now $hero [played of thing] alone, but {after [long]|[then]} $he [felt] [sad].
$Hero [played of thing] for [long], but it {was not|wasn't} {fun|as much fun|nice|good}{| anymore| now}.
* sad: hero
or why: adult
"What {is wrong|happened}{|, $hero}?" asked {$his $adult|$Adult} [softly]. "$Friend {looks|is|feels} [sad]{.|!}"
"{A $thing|It} is {more|twice the} fun with {a friend|two|$friend}{,|!}" {[said] $his $adult|$his $adult [said]} [warm].
or why: hungry
[Then]{,|} $hero {got|was} hungry, and $friend [softly] gave $him {half of|some of|most of} the {[tasty] |}$snack.
"Here, {have|take|try} {some $snack|half of my $snack|one of these}{,|!}" {[said] $friend|$friend [said]} [warm].
end

$Hero [felt] [sorry]. "{I am|I'm} {so |very |}sorry, $friend," $hero [said] [tearful].
"I {was not|wasn't} {nice|kind|good|fair}{| to you}. I {feel|am} [sorry]{,|!}" {[said] $hero|$hero [said]} [tearful].
* sorry: hero

"{You can have a turn|{It is|It's} your turn|Let's play together|Now you can play|You can play first}," $hero [said] [warm].
"{Here|Please}, you can [play of thing]{| first| now}{,|!}" {[said] $hero|$hero [said]} [warm].

"[Thanks]!" {[called] $friend|$friend [called]} [eager]{,|} and they [played together of thing].
[Then]{,|} {$hero and $friend|they|the two friends} [played together of thing] and [smiled].
* thanks: friend
* together: hero

+ games

when why: alone
When they {got|were} [tired], they {ate|shared|finished} the {[tasty] |}$snack and [smiled].
[Then]{,|} $friend {shared|gave $him half of} the {[tasty] |}$snack{,|} and they [had fun].
* together: hero
or why: adult
[Then]{,|} they {ate|shared|finished} the {[tasty] |}$snack with {$his $adult|$Adult} and [smiled].
{[Then]{,|} they|They} gave {$his $adult|$Adult} {some|half|a few} of the {[tasty] |}$snack.
or why: hungry
"Your $snack made me [happy]{,|!}" {said $hero|$hero said} [warm]. "Now {we both have|you have} {fun|a toy}!"
When the {[tasty] |}$snack were gone, they {still |}[had fun] {together|side by side|for [long]}.
end

---
+ indoors

$Hero [learned] that {sharing|a friend} makes everyone [happy].
[Ever after]{,|} $hero {happily|gladly|always|often} shared {$his $thing|it|$his toys} with $friend.
{$Hero and $friend|$Friend and $hero} {stayed|were|became} [good] friends{,|} and they [always] share{| their {toys|snacks|things}}.
""",
)

PLOTS = (LOST, SHARE)
