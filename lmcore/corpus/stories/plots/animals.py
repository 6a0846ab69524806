"""Animals: fruit too high, a hole of mud, a greedy winter."""

from lmcore.corpus.stories.script import Plot, table

FRUIT = Plot(
    "fruit too high",
    "animal",
    """
+ animal

+ friends

---
[Day], {they|$hero and $friend|the two friends} {saw|found|noticed} <nfruit> {ripe|red|big|sweet|yellow} <fruit> {in|high up in} a tree.
[Day], $hero was hungry and {saw|found|noticed} <nfruit> {ripe|red|big|sweet|yellow} <fruit> {in|high up in} a tree.

(maybe)
"[Wow]! {I want|We need|Let's get|Let's eat} the $fruit!" {[called] $friend|$friend [called]} [eager].
"[Wow]! {I want|We need|Let's get|Let's eat} all $nfruit $fruit!" {[called] $hero|$hero [called]} [eager].

But the tree was too {tall|high}. $Hero {jumped|hopped|climbed} [times] and {fell|fell down|missed}.
$Friend {jumped|hopped|climbed} [times] and {fell|fell down|missed}, for the tree was too {tall|high}.

(maybe)
"[Oh]! {{We are|We're} too small|{It is|It's} too high|I can't reach them}!" [cried] {$hero|$friend} [tearful].
{They|$Hero and $friend} {felt|were} [sad] and {sat down|lay down} {in the grass|by the tree|on a rock}.

---
[Suddenly], <a ttrait> <tanimal> named <third> {came|walked} by. "{Can|May} I have {some|one} too?" $the asked [warm].
[Suddenly], <a ttrait> <tanimal> named <third> {stopped|looked up}. "{I want|I would like} {some|one} too," $the said [warm].

either answer: yes
"{Yes|Of course}, {but how|but they are so high|please help us}!" {[called] $hero|$hero [called]} [eager].
"{Yes|Of course}, {come|join us}. $Nfruit $fruit are {enough|plenty} for three{,|!}" {[said] $hero|$hero [said]} [warm].
or answer: no
"No! {They are|They're} {ours|only for us|our $fruit}!" [cried] $hero, and $third {sat down|walked on|went away} [tearful].

(maybe)
{They|The two friends} {tried|jumped|hopped} {again|and tried} for [long], but {got nothing|they got no $fruit}.

"{Wait|Come back|Please wait}, $third! I was {mean|unkind}. I feel [sorry]{,|!}" {[said] $hero|$hero [said]} [tearful].
$Hero [felt] [sorry]. "{Wait|Come back|Please wait}, $third! {Let's share|You can have some}," $he said [warm].
end

"{Let's make|We can be} a tower{,|!}" {[said] $third|$third [said]} [warm]. {So |}$friend {stood|climbed} on $third, and $hero {stood|climbed} on $friend.
{Then they|They} made a tower of three, $third, $friend and $hero {on top|at the top}, and it {shook|stood} {a little|but stood|well}.

$Hero {picked|took|got} {one $fruit1|the first $fruit1}, then another, and {soon|then} {all $nfruit $fruit|the $fruit} {were|lay} {in the grass|on the ground|down}.
[Carefully], $hero {picked|took|got} the $fruit, {one by one|all $nfruit of them}, and [smiled].

---
{They|The three friends} {ate|shared|had} the [tasty] $fruit {in the grass|under the tree|side by side} and [had fun].
"[Wow]! {We did it|What a good tower|The $fruit are so good}!" {[called] $third|$third [called]} [eager].

(maybe)
"I {could not|couldn't|can't} do it alone{,|!}" {[said] $hero|$hero [said]} [warm]. "[Thanks], {my friends|$friend and $third}!"
"{{We are|We're} small alone|One is small}, but {together {we are|we're}|three are} [big]{,|!}" {[said] $hero|$hero [said]} [warm].

+ den

when answer: yes
$Hero [learned] that {three|many|small} friends can {do|reach} [big] things {together|as one}.
[Ever after], {they|the three friends} {shared|ate|picked} {everything|all their $fruit} {together|and were [happy]}.
or answer: no
$Hero [learned] that {a kind word|sharing} {brings|gets} you more than {a mean one|saying no}.
[Ever after], $hero {never said no|always said yes} {when|if} {someone|$third|a friend} {asked|wanted to share}.
end
""",
    {
        "nfruit": table("nfruit", "six\nseven\neight\nnine\nten\nfive\nfour\ntwelve"),
        "fruit": table(
            "fruit | fruit1",
            """
apples | apple
pears | pear
cherries | cherry
nuts | nut
oranges | orange
bananas | banana
peaches | peach
lemons | lemon
berries | berry
coconuts | coconut
""",
        ),
    },
)

MUD = Plot(
    "stuck in the mud",
    "animal",
    """
+ animal

+ friends

---
One <weather> <time>, $hero [ran] {near|along|by} the $wild and {looked at|sang to|followed} <nmud> {<fur> butterflies|<fur> bees|<fur> birds|<fur> bugs}.
[Day], {it had rained|there was rain}, and $hero [ran] {near|along|by} the $wild {to look|looking} for <nmud> <fur> {mushrooms|flowers|leaves|shells}.

[Suddenly], $he {fell|slipped|slid} {into a hole|down a hill} {full of|of} mud, and it {held|kept} $his {feet|legs}.
$He {did not|didn't} see {a hole|the mud|the deep mud}, and [suddenly] $he {fell|slipped} {in|into it} and {could not|couldn't} {move|get out}.

(maybe)
"[Oh]! {{I am|I'm} stuck|I can't move|Can anyone hear me}!" {[cried] $hero|$hero [cried]} [fearful].
The mud was {cold|deep|thick|dark}, and $hero [felt] [scared]. "[Oh]! {{I am|I'm} stuck|I can't move}!" $he [cried].

either passer: busy
<A ttrait> <tanimal> named <third> came by. "{I have no time|I don't want to get dirty|{I am|I'm} too busy}," $the said and {ran on|walked on|went away}.
<Third>, <a ttrait> <tanimal>, {came by|looked down}. "{I have no time|I don't want to get dirty}," $the said and {ran on|walked on|went away}.
or passer: kind
<A ttrait> <tanimal> named <third> came by. "{Hold on|Be brave|{I will|I'll} get help}!" $the [called] and {ran|hurried} to {$friend|find $friend}.
<Third>, <a ttrait> <tanimal>, {came by|looked down}. "{Hold on|Be brave|{I will|I'll} get help}!" $the [called] and {ran|hurried} to $friend.
end

---
[Then], $friend {came|ran up|heard $him}. "{Hold|Take|Grab} this <line>!" $fhe [called] [eager] and {pulled and pulled|pulled hard}.
[Then], $friend {came|ran up|heard $him} and {threw|held out} <a line>. "{Hold|Grab|Take} it!" $fhe [called] [eager].

(maybe)
But $hero {did not|didn't} {move|come out}, for {the mud was too strong|$friend was too weak|one {was not|wasn't} enough}.
{But the|The} $line {shook|was tight}, but $hero {sat|stayed} in the mud, and $friend [felt] [tired].

when passer: busy
{Far away|Down the road}, $third {heard them|heard the cries} and [felt] [sorry]. {$The|And $the} {ran|came} back and {took|grabbed} the $line{| too}.
{But then|[Then]}, $third {came back|turned around}. "I was {mean|wrong}. Let me {help|pull too}," $the said [tearful].
or passer: kind
"{Three|Two} are {stronger|better} than {one|two}!" [called] $third and {took|grabbed} the $line{| too}.
$Third {took|grabbed} the $line {too|behind $friend} and [called], "{One, two, three|Now|Pull}!"
end

They pulled [times], and {pop|plop|with a pop}, $hero {came out|flew out|was free}!
"{One, two, three|Pull|Once more}!" {Pop|Plop}! $Hero {came out|flew out|was free}, {brown|muddy} {from head to foot|all over}.

---
{All three|They all} {fell down|lay in the grass} and {laughed|giggled}, for {they|all} were {brown|full of mud|muddy}.
{Then they|They} {washed|jumped|swam} in the {river|lake|pond|stream} and [had fun].

"[Thanks], $friend! [Thanks], $third!" {[said] $hero|$hero [said]} [warm] and gave them {some |}<snack2> and <snack3>.
$Hero {gave|brought} $friend and $third {some |}<snack2> and <snack3>. "[Thanks]!" $he said [warm].

+ den

when passer: busy
$Third [learned] that {there is always time|{it is|it's} good} to {help|stop and help} {a friend|others}.
[Ever after], $third {stopped|came|turned around} when {someone|a friend} {called|cried} for help.
or passer: kind
$Hero [learned] that {many small friends|friends who pull together} are {strong|stronger than mud}.
[Ever after], {$hero, $friend and $third|the three friends} {did everything together|were [good] friends|never let go}.
end
""",
    {
        "nmud": table("nmud", "six\nseven\neight\nnine\nten\nfive\nfour\nthree\ntwo"),
        "line": table("line", "rope\nbranch\nstick\nvine\nscarf\nstring\nbelt\nhose"),
    },
)

WINTER = Plot(
    "a greedy winter",
    "animal",
    """
+ animal

+ friends

---
{It was fall|Winter was near|The days got cold}, and $hero {found|picked|collected} <nstore> <store> and {hid|put} them <hideout>.
{All fall|For many days}, $hero {found|picked|collected} <store> and {hid|put} <nstore> of them <hideout>.

(maybe)
$He {looked at|counted|cleaned} {them|the $store} every {day|night|morning} and [felt] [happy]. "{All mine|{They are|They're} all mine|Just for me}!" $he [called].
"{One, two, three|So many|$Nstore $store}! {{They are|They're} all mine|Just for me}!" $he [called] [eager].

$Friend {had|found} only <nleft>, for $fhe {played [game]|sang|danced|slept} {all fall|too long|for many days}.
But $friend {had only|found just} <nleft>, for {a storm|the wind|the river} {took|carried away} the rest.

Then the snow {came|fell|was deep}, and $friend [felt] [tired]. "{Can|May} I have {one|two|some} of your $store?" $fhe asked [shyly].
{Snow fell|It snowed} for [long]. "{Can|May} I have {one|two|some} of your $store? {I am|I'm} hungry{,|!}" {[said] $friend|$friend [said]} [shyly].

---
either answer: no
"No! {I need them|{They are|They're} mine|I have none for you}!" said $hero and {closed $his door|went in|turned away}.
"No! {You should have worked|I need all $nstore}!" [cried] $hero and {closed $his door|went in|turned away}.

{But that night|The next night}, {a storm|the wind|water} came {through|into} the $cache and {took|carried away} {all |}the $store.
{But that night|The next night}, {a hungry crow|a rat|a big bird} {found|came to} the $cache and {ate|took} {all |}the $store.

(maybe)
"[Oh]! My $store are {gone|all gone}! {What will I eat|I have nothing}!" {[cried] $hero|$hero [cried]} [tearful].
{Now|In the morning}, $hero had {nothing|no $store at all} and [felt] [sad].

$Friend {heard|saw} {it|$him} and {came|knocked}. "I have $nleft $store. {One half is for you|Let's share them}," $fhe said [warm].
"{Come in|Come here|Don't cry}, $hero. I have $nleft $store, {and we can share|enough for two}{,|!}" {[said] $friend|$friend [said]} [warm].

(maybe)
"{You share with me|But I said no}{,|!}" {[said] $hero|$hero [said]} [tearful]. "{{You are|You're} a friend|A friend shares}{,|!}" {[said] $friend|$friend [said]} [warm].
$Hero [felt] [sorry]. "I {was mean|{did not|didn't} share}. {I am|I'm} sorry," $he said [tearful].
or answer: yes
$Hero {looked at|thought of} {$his|the} $nstore $store. "{A friend|You} can have {half|some}," $he said [warm].
{First|At first} $hero {wanted|was about} to say no, but $he {saw|felt} how [sad] $friend was. "{Take half|Let's share}," $he said [warm].

{So they|They} {brought|carried} the $store {in|to the fire} and {ate|cooked|shared} {two|three|one} {every|each} day.
{So |}$friend {moved in|stayed}, and they {ate|shared} {two|three|one} of the $store {every|each} day and [had fun].

(maybe)
"{I know a song|I can tell a story|I can play music} for {each|every} {one|nut|bite}{,|!}" {[said] $friend|$friend [said]} [warm] and [smiled].
$Friend {sang|told} $him <nleft> {songs|stories|jokes}, {and|so} the {snow|winter} [felt] {short|warm|not so long}.
end

---
[Finally], {spring|the sun|the warm sun} came {back|again}, and the {snow|ice} {was gone|melted}.
[Finally], the {snow|ice} {was gone|melted}, and {birds sang|flowers grew|the trees were green} {again|near the $wild}.

(maybe)
Then {$hero and $friend|the two friends} {looked for|picked|hid} {new |}$store {together|side by side} and [had fun].
{They|The two friends} {planted|put} {one|two|three} $store in the ground, {for the next winter|for a new tree}.

+ den

when answer: no
$Hero [learned] that {a friend|one friend} is {worth|better than} {a hundred|$nstore|all the} $store.
[Ever after], $hero {shared|gave away} half of {what $he had|all $his $store} and [felt] [happy].
or answer: yes
$Hero [learned] that {winter is short|food tastes better|snow is warm} {with|beside} a friend.
[Ever after], {they|$hero and $friend} {spent|shared} {each|every} winter {together|by one fire}.
end
""",
    {
        "nstore": table("nstore", "twenty\nthirty\nforty\nfifty\nsixty\nten\ntwelve"),
        "nleft": table("nleft", "two\nfour\nsix\neight"),
        "store": table(
            "store", "nuts\napples\ncarrots\nberries\nseeds\npears\nbeans\npotatoes\nmushrooms"
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

PLOTS = (FRUIT, MUD, WINTER)
