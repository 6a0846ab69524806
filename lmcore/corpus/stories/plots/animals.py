"""Animals: fruit too high, a hole of mud, a greedy winter."""

from lmcore.corpus.stories.script import Plot, table

MUD = Plot(
    "stuck in the mud",
    "animal",
    """
+ animal

+ friends

+ pals
+ games outside

---
One <weather> <time>, $hero [ran] {near|along|by} the $wild and {looked at|sang to|followed} <nmud> {<fur> butterflies|<fur> bees|<fur> birds|<fur> bugs}.
After the rain, $hero [ran] {near|along|by} the $wild {to look|looking} for <nmud> <dye2> {mushrooms|flowers|leaves|shells}.

[Suddenly], $he {fell|slipped|slid} {into a hole full of mud|down a hill into the mud|into deep mud|into the mud}{,|} and it {held|kept} $his {feet|legs}.
$He {did not|didn't} see {a hole|the mud|the deep mud}, and [suddenly] $he {fell|slipped} {in|into it} and {could not|couldn't} {move|get out}.

"[Oh]! {{I am|I'm} stuck|I can't move|I need help}!" {[cried] $hero|$hero [cried]} [fearful].
The mud was {cold|deep|thick|dark}, and $hero [felt] [scared]. "[Oh]! {{I am|I'm} stuck|I can't move}!" $hero [cried].
* scared: hero

either passer: busy
<A ttrait> <tanimal> came by. "{I have no time|I don't want to get dirty|{I am|I'm} too busy}," it said and {ran on|walked on|went away}.
<A ttrait> <tanimal> looked down. "{I have no time|I don't want to get dirty}," it said and {ran on|walked on|went away}.
or passer: kind
<A ttrait> <tanimal> came by. "{Hold on|Be brave|{I will|I'll} get help}!" it [called] and {ran|hurried} to {$friend|find $friend}.
<A ttrait> <tanimal> looked down. "{Hold on|Be brave|{I will|I'll} get help}!" it [called] and {ran|hurried} to $friend.
end

---
[Then]{,|} $friend {came|ran up|heard $him}. "{Hold|Take|Grab} this <line>!" $friend [called] [eager] and {pulled and pulled|pulled hard}.
[Then]{,|} $friend {came|ran up|heard $him} and {threw|held out} <a line>. "{Hold|Grab|Take} it!" $friend [called] [eager].


when passer: busy
{Far away|Down the road}, the $tanimal {heard them|heard the cries} and [felt] [sorry]. {It|And it} {ran|came} back and {took|grabbed} the $line{| too}.
{But then|[Then]}, the $tanimal {came back|turned around}. "I was {mean|wrong}. Let me {help|pull too}," it said [tearful].
or passer: kind
"Three are {stronger|better} than {one|two}!" [called] the $tanimal and {took|grabbed} the $line{| too}.
The $tanimal {took|grabbed} the $line {too|behind $friend} and [called], "{One, two, three|Now|Pull}!"
end

They pulled [times], and {pop|with a pop}, $hero {came out|flew out|was free}!
"{One, two, three|Pull|Once more}!" Pop! $Hero {came out|flew out|was free}.

---

"[Thanks], $friend! [Thanks], little $tanimal!" {[said] $hero|$hero [said]} [warm] and gave them {some |}<snack2> and <snack3>.
$Hero {gave|brought|handed} {$friend and the $tanimal|the $tanimal and $friend} {some |}<snack2> and <snack3>. "[Thanks]!" $hero said [warm].
* happy: hero
* together: hero

+ den

when passer: busy
The $tanimal [learned] that {there is always time|{it is|it's} good} to {help|stop and help} {a friend|others}.
[Ever after]{,|} the $tanimal {stopped|came|turned around} when {someone|a friend} {called|cried} for help.
or passer: kind
$Hero [learned] that {many small friends|friends who pull together} are {strong|stronger than mud}.
[Ever after]{,|} {$hero, $friend and the $tanimal|the three friends} {did everything together|were [good] friends|never let go}.
end
""",
    {
        "nmud": table("nmud", "three\nfour\nfive\nmany"),
        "line": table("line", "rope\nbranch\nstick\nvine\nscarf\nstring\nbelt\nhose"),
    },
)

WINTER = Plot(
    "a greedy winter",
    "animal",
    """
+ animal

+ friends

+ pals
+ games outside

---
{It was fall|Winter was near|The days got cold}, and $hero {found|picked|collected} <snack2>, <snack3>{,|} and <nstore> <store> and {hid|put} them <hideout>.
{All fall|For many days}, $hero {found|picked|collected} <snack2>, <snack3>{,|} and <nstore> <store> and {kept|left} them <hideout>.


$Friend {had|found} only <nleft>, for $fhe {played [game]|sang|danced|slept} {all fall|too long|for many days}.
But $friend {had only|found just} <nleft>, for {a storm|the wind|the river} {took|carried away} the rest.

Then the snow {came|fell}, and $friend [felt] [sad]. "Can I have {one|two|some}?" $friend asked [shyly].
"Can I have {one|two|some} of your $store? {I am|I'm} {so |very |}hungry{,|!}" {[said] $friend|$friend [said]} [shyly].

---
either answer: no
"No! {I need them|{They are|They're} mine|I have none for you}!" said $hero and {closed $his door|went in|turned away}.
"No! {You should have worked|I need them all}!" [cried] $hero and {closed $his door|went in|turned away}.

{But that night|The next night}, {a storm|the wind|water} came {through|into} the $cache and {took|carried away} {all |}the $store.
{But that night|The next night}, {a hungry crow|a rat|a big bird} {found|came to} the $cache and {ate|took} {all |}the $store.

(maybe)
"[Oh]! My $store are {gone|all gone}! {What will I eat|I have nothing}!" {[cried] $hero|$hero [cried]} [tearful].
{Now|In the morning}, $hero had {nothing|no $store at all} and [felt] [sad].
* sad: hero

$Friend {heard|saw} {it|$him} and {came|knocked}. "I have $nleft $store. {One half is for you|Let's share them}," $friend said [warm].
"{Come in|Come here|Don't cry}, $hero. I have $nleft $store, {and we can share|enough for two}{,|!}" {[said] $friend|$friend [said]} [warm].

or answer: yes
$Hero {looked at|thought of} {$his|the} $nstore $store. "{A friend|You} can have {half|some}," $hero said [warm].
{First|At first} $hero {wanted|was about} to say no, but $he {saw|felt} how {sad|tired|hungry|cold|weak} $friend was. "{Take half|Let's share}," $hero said [warm].

{So they|They} {brought|carried} the $store {in|to the fire} and {ate|cooked|shared} {two|three|one} {every|each} day.
{So |}$friend {moved in|stayed}{,|} and they {ate|shared} {two|three|one} of the $store {every|each} day and [had fun].
* together: hero
* thanks: friend

end

(maybe)
Then {$hero and $friend|the two friends} {looked for|picked|hid} {new |}$store {together|side by side|happily} and [had fun].
{They|The two friends} {planted|put} {two|three|four} $store in the ground, {for the next winter|for a new tree}.
* together: hero
* happy: hero

+ feast

+ den

when answer: no
$Hero [learned] that {a friend|one friend} is {worth|better than} {$nstore|all the|all} $store.
[Ever after]{,|} $hero {shared|gave away} half of {what $he had|all $his $store} and [felt] [happy].
or answer: yes
$Hero [learned] that {winter is short|food tastes better|snow is warm} {with|beside} a friend.
[Ever after]{,|} {they|$hero and $friend} {spent|shared} {each|every} winter {together|by one fire}.
end
""",
    {
        "nstore": table("nstore", "ten\ntwenty\nmany"),
        "nleft": table("nleft", "two\nfour\nsix"),
        "store": table(
            "store",
            "nuts\napples\ncarrots\nberries\nseeds\npears\nbeans\npotatoes\nplums",
            "snack2",
            "snack3",
        ),
        "hideout": table(
            "hideout | cache",
            """
in an old tree | tree
under a big log | log
in a deep hole | hole
behind a rock | rock
under a bush | bush
in an old boat | boat
under a bridge | bridge
behind a wall | wall
in a box | box
in a cave | cave
""",
        ),
    },
)

PLOTS = (MUD, WINTER)
