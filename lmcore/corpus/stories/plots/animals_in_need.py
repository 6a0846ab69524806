"""Animals in need: a lost home, a thorn in a big paw."""

from lmcore.corpus.stories.script import Plot, table

FLAWS = "small\nloud\ncold\nhot\nwet\ndark\nold\ndirty\nfull"
PARTS = "wood\nleaves\nstones\ngrass\nclay\nsticks\nfeathers\nhay\nbranches\nmud\nsand\nshells"

HOME = Plot(
    "a lost home",
    "animal",
    """
+ animal

+ friends

+ games outside

---
One night, {a storm|a big wind|a big rain} came{,|} and $his $den was {broken|gone|flat}.
[Day], a {big |}{tree|rock|branch} fell {on|down on} $his $den{,|} and it was {broken|gone|flat}.

"[Oh]! My {poor |}$den! {Where will I sleep|Where can I go}?" {[cried] $hero|$hero [cried]} [tearful].
$Hero [felt] [sad]. "[Oh]! {Where will I sleep|Where can I go|I have no home}!" $hero [cried].
* sad: hero

"[Don't cry]. {Stay|Live|Sleep} {with me|in my $fden}{,|!}" {[said] $friend|$friend [said]} [warm].
$Friend {came|ran|hurried} {at once|over}. "{You can stay|Come and live|Sleep} in my $fden," $friend said [warm].

But $friend's $fden was too <fflaw>, and $hero {{did not|didn't} sleep|{could not|couldn't} sleep|felt [sad]}.
$Hero {tried|lay down}, but $friend's $fden was too <fflaw> for $him.

"{You can sleep|Come|Try it} {with|at the home of} my friend, <a ttrait> <tanimal>," {[said] $friend|$friend [said]} [warm].
[Then]{,|} they {walked|went|ran|came} to <a ttrait> <tanimal>, who {was kind|had room}.

But the $tanimal's $tden was too <tflaw>, and $hero {{did not|didn't} sleep|{could not|couldn't} sleep|felt [sad]}.
$Hero {tried|lay down}, but the $tanimal's $tden was too <tflaw> for $him.

---
either build: stay
"{I miss my $den|{There is|There's} no home for me|I want my own $den}{,|!}" {[said] $hero|$hero [said]} [tearful].
"{Your homes are nice|{You are|You're} kind}, but {I want my $den|they are not mine}{,|!}" {[said] $hero|$hero [said]} [tearful].

"Then {let's|we will|we can} {build|make} {you |}a new {one|$den}!" [called] {$friend and the $tanimal|the $tanimal and $friend} [eager].
{$Friend and the $tanimal|The $tanimal and $friend} {looked at each other|smiled}. "{Let's|We will|We'll} {build|make} a new $den!" they [called].
or build: alone
{So |}$hero {walked|went|ran|came} back {alone|in the night} and {dug|built|worked} {alone|by $himself} for [long], but {it fell down|it was too much}.
{So |}$hero {dug|built|worked} {alone|by $himself} for [long] and [felt] [tired], but {it fell down|it was too much}.

end

$Friend {brought|carried|found} <npile> {bags|piles} of <part>, and the $tanimal {brought|carried|found} <part2> and <part3>.
{All day|For [long]}, they {used|took|carried} <part>, <part2>{,|} and <npile> {bags|piles} of <part3> and [had fun].

[Finally]{,|} the new $den {was done|stood there}, with <a dye2> {door|roof|wall|window|floor} and {room|beds} for three.
[Finally]{,|} $hero had a new $den with <a dye2> {door|roof|wall|window|floor}, and it {was|looked} [nice].

---
"[Thanks]! {It is|It's|My $den is} {better|nicer|bigger} than {before|the old one}!" {[called] $hero|$hero [called]} [eager].
$Hero {hugged|thanked} them. "{It is|It's|This is} the best $den {of all|in the world}!" $hero [called] [eager].
* thanks: hero
* happy: hero

(maybe)
{That night|Then}, all three {slept|sat|ate <snack2>} {there|in the new $den} and [had fun].
{That night|Then}, they {ate|had|shared|enjoyed} {some |}<snack2> and <snack3> {there|in the new $den}.
* together: hero

when build: stay
$Hero [learned] that {a home|the best home} {is what friends build|is made by friends|needs friends}.
[Ever after]{,|} $friend and the $tanimal {came|visited} {every week|often|each night}, {for|and} there was room {for three|for all}.
or build: alone
$Hero [learned] that {{it is|it's} good|{it is|it's} right|{it is|it's} wise} to {ask for help|call a friend}.
[Ever after]{,|} $hero {asked|called} {for help|$his friends} when {a thing|work} was too {hard|big|much}.
end
""",
    {
        "npile": table("npile", "three\nfour\nfive\nmany"),
        "fflaw": table("fflaw", FLAWS),
        "tflaw": table("tflaw", FLAWS, "fflaw"),
        "part": table("part", PARTS),
        "part2": table("part2", PARTS, "part"),
        "part3": table("part3", PARTS, "part", "part2"),
    },
)

THORN = Plot(
    "a thorn",
    "animal",
    """
+ animal

+ friends

+ pals
+ games outside

---
[Day], {they|$hero and $friend|the two friends} heard {a roar|a big cry|a loud noise} {near|behind|by} the $wild.
[Suddenly], {a roar|a big cry|a loud noise} came from the {woods|trees|bushes} {near|behind|by} the $wild.

There {sat|lay|stood} [a big] <beast>, with <a colour> thorn in its <limb>.
[A big] <beast> {sat|lay|stood} there, and <a colour> thorn was in its <limb>.

"{Run|Hide|Go|Come away}! {It will eat us|It has big teeth|{It is|It's} so big}!" {[cried] $friend|$friend [cried]} [fearful] and {ran away|hid behind a tree}.
$Friend [felt] [scared]. "{Run|Hide|Go|Come away}, $hero!" $friend [cried] and {ran away|hid behind a tree}.
* scared: friend

(maybe)
"{Does it hurt|Can I help|May I look}?" {{asked|said} $hero|$hero {asked|said}} [fearful].
$Hero {went|walked|came|ran|hurried} {closer|up} [carefully]. "{Does it hurt|Can I help|May I look}?" $hero asked.
* scared: hero


$Hero {took|held|bit} {it|the end} and {pulled|pulled hard} [times]. {Out it came|It came out}!
[Carefully], $hero {took|held|bit} {it|the end} and {pulled|pulled hard}. {Out it came|It came out}!

"[Thanks], {little $animal|$hero|little one}! {{I will|I'll} not forget you|{I will|I'll} help you one day}{,|!}" {[said] the $beast|the $beast [said]} [warm].
The $beast {licked|kissed} $his {head|nose|ear|face}. "[Thanks], {little $animal|$hero}!" it said [warm].
* thanks: the beast

---
either danger: water
{Some days|Two weeks|A month} later, $hero {fell|slipped} into the {river|lake|pond|deep water} and {{could not|couldn't} swim|went under}.
or danger: net
{Some days|Two weeks|A month} later, $hero {ran|walked|fell} into <a trap> {in the grass|in the woods|under a tree|on the path} and {{could not|couldn't} get out|was stuck}.
end

"[Oh]! {Help me|Save me}!" $hero [cried] [fearful], and {far away|in the woods} the $beast heard {it|$him}.
$Friend {cried|called} {for help|so loudly}, and {far away|in the woods} the $beast heard {it|$fhim}.
* scared: hero
* sad: friend

when danger: water
The $beast {jumped|ran|swam} in and {pulled|carried} $hero out.
The $beast {came|ran|was there} at once and {pulled|carried} $hero out.
or danger: net
The $beast {bit|broke|tore} the $trap{| with its teeth| in two}.
end

(maybe)
"You helped me, and now I {helped|could help} you{,|!}" {[said] the $beast|the $beast [said]} [warm].
"{Big or small|Small or big}, a friend is a friend{,|!}" {[said] the $beast|the $beast [said]} [warm] and [smiled].
* happy: the beast
* thanks: hero


+ den

$Hero [learned] that {a kind act|kindness} {comes back|is never lost} and that {big ones|even the big} {cry|need help} too.
[Ever after]{,|} {nobody|no one|no animal} {ran|hid} from the $beast, and {all|they} [had fun] {together|with it}.
""",
    {
        "beast": table(
            "beast",
            "bear\nlion\ntiger\nwolf\nelephant\nbull\ndragon\nhorse",
            *("animal", "fanimal", "kind1", "kind2", "kind3"),
        ),
        "trap": table("trap", "net\ntrap\ncage"),
        "limb": table("limb", "foot\npaw\nleg\nnose\near\ntail\nback"),
    },
)

PLOTS = (HOME, THORN)
