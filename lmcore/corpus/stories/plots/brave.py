"""Fears that are overcome: a shape in the dark, a storm, a song before everybody."""

from lmcore.corpus.stories.script import Plot, table

DARK = Plot(
    "a shape in the dark",
    "child",
    """
+ child

+ dinner

---
One night, $hero {lay|was|woke up|sat} in bed in $his [nice] <dye> room and {could not|couldn't|did not|didn't} sleep.
{That|One} night, the wind {blew|was loud|sang}, and $hero {lay|was|sat} in $his <dye> bed and {could not|couldn't|did not|didn't} sleep.
It was {late|dark|night}, and $hero {lay|was|sat} in bed with $his <dye2> toy <toy5> and $his <dye> {blanket|pillow}.

$He {thought of|counted} <count> <fur> <herd> and <count2> <fur2> <herd2>{| to fall asleep}.
$He {heard|counted} <count> {steps|sounds|noises|taps|birds|cars} and {hid|sat up|felt cold|held $his blanket}.

[Suddenly], $he {saw|noticed|could see} <fear> {by the wall|in the dark|in the room|near the bed|by the door|by the window|in the corner}!
[Suddenly], there was <fear> {by the wall|in the dark|in the room|near the bed|by the door|by the window|in the corner}!
$He {looked up|turned|opened $his eyes|peeked out} and {saw|noticed|spotted} <fear>!

It {looked|was|seemed} [big] and {dark|black|gray}, and $hero [felt] [scared].
"[Oh]! {Go away|Don't eat me|I see something|Help me}!" {[cried] $hero|$hero [cried]} [fearful].
$Hero {pulled|held} {the blanket|the pillow} over $his head and [felt] [scared].
* scared: hero

---
either helper: adult
"{Please come|Come here|Help me}, $Adult!" [cried] $hero, and {$his $adult|$Adult} {went|ran|walked|came} in.
{$His $adult|$Adult} {heard $him|heard the noise|woke up} and {went|ran|walked|came} in. "What {is wrong|is it|do you see}?" $ahe asked [warm].

"{There is|There's|I see|Look, {it is|it's}} $fear!" {[called] $hero|$hero [called]} [fearful].
$Hero {pointed|looked} at $fear and {held|hugged} {$his $adult|$Adult}.
* scared: hero

"[Don't cry]. Let's {look|see} {together|with a light}{,|!}" {[said] $his $adult|$his $adult [said]} [warm] and {took|held|grabbed} $his hand.
"[Don't cry]{,|!}" {[said] $his $adult|$his $adult [said]} [warm] and {turned|switched} on the {light|lamp}.
or helper: self
{But then|[Then]}, $he {thought|remembered}, "{A brave|A big|A smart} $kind {looks|checks|can look} first{.|!}"
"{I must be|I am|I'm|{I will|I'll} be|I can be} {brave|strong}," $hero {thought|said to $himself} [fearful].
* scared: hero

[Carefully], $he {got|climbed|stepped} out of bed and {turned|switched} on the {light|lamp}.
$He {took|found|held|got} $his <dye2> {light|lamp|flashlight} and {went|walked} {closer|up to it|across the room} [carefully].
end

It was {only|just} $truth!
$Fear was {only|just|really} $truth!
"{It is|It's} {only|just} $truth!" {[called] $hero|$hero [called]} [eager].

$Hero {laughed|smiled|giggled} and [felt] [happy]. "{How silly|What a joke|{That is|That's} funny|I was so silly}!" $hero [called] [eager].
"{I was|{I am|I'm} not} {scared|afraid} {of|because of} {only |}$truth!" {[called] $hero|$hero [called]} [eager].
* happy: hero

when helper: adult
{They|$Hero and $his $adult} {laughed|smiled|talked}, and {$his $adult|$Adult} {sang|read|told} $him [a nice] {song|story}.
"You were [brave] to {ask|call me|tell me}{,|!}" {[said] $his $adult|$his $adult [said]} [warm] and gave $him [a hug] {hug|kiss}.
* happy: hero
* thanks: hero
or helper: self
$He {told|showed} {$his $adult|$Adult} {about it|what it was}, and {$his $adult|$Adult} [said] [warm], "{You are|You're} [brave]!"
"I {did it|am brave|looked and saw}!" $hero told {$his $adult|$Adult} [eager].
* happy: hero
end

+ night

when helper: adult
[Ever after]{,|} $hero {called|asked} {$his $adult|for a light|for help} when $he [felt] [scared].
$Hero [learned] that {a light|a friend|help} makes the dark {less scary|small|safe|fun}.
or helper: self
[Ever after]{,|} $hero {looked|checked|turned on a light} when $he [felt] [scared].
$Hero [learned] that {scary things|dark shapes|most fears} are {small|not so bad|often funny} in the light.
end
""",
    {
        "fear": table(
            "fear | truth",
            """
a big bear | a coat on the chair
a long snake | a scarf on the floor
a white ghost | a shirt on the door
a tall giant | a lamp by the wall
a gray wolf | a bag on the table
a monster | a pile of clothes
a dragon | a kite on the wall
a witch | a hat and a broom
a huge spider | a toy on the shelf
a big hand | a branch at the window
a lion | a round pillow
a thief | a mirror on the wall
a fat rat | a shoe by the bed
a shark | a book on the desk
""",
        )
    },
)

STORM = Plot(
    "a storm",
    "child",
    """
+ child

---
One <weather> <time>, $hero and $his <ftrait> friend <friend> [went] to the <place>.
[Day]{,|} $hero {met|saw|found} $his <ftrait> friend <friend> at the <place>.
$Hero {met|saw|found} $his <ftrait> friend <friend> at the <place> [day].
It was <a weather> <time>, and $hero [went] to the <place> with $his <ftrait> friend <friend>.

+ along
+ way

[Suddenly], {the sky|it} {was|got|grew|turned} [very] dark, and the wind {blew|pushed|pulled} {at |}$his {hair|hat|coat}.
[Suddenly], {they heard|there was} [a big] {boom|noise|sound} {in the sky|from the clouds}, and {rain|cold rain|big rain} {fell|came down|poured down}.
[Suddenly], [big] {black|gray|dark} clouds came, and {it rained|rain fell|it was cold}.

"[Oh]! A storm!" {[cried] $friend|$friend [cried]} [fearful].
$Friend [felt] [scared]. "[Oh]! {I want to go home|{We will|We'll} get wet|Where can we go}!" $friend [cried].
"{I {do not|don't} like|{I am|I'm} afraid of} {the storm|the noise|the rain}!" {[cried] $friend|$friend [cried]} [fearful].
* scared: friend

---
"[Don't cry]{,|!}" {[said] $hero|$hero [said]} [warm] and {took|held|grabbed} $fhis hand. "Let's {run to|go to|hide in|run into} the <shelter>!"
$Hero {took|held|grabbed} $fhis hand. "{Look|Quick|Come}, {there is|I see} <a shelter>!" $hero [called] [eager].

They [ran] {to|into} the $shelter and sat {down |}{close together|on the floor|by the wall|side by side}.
In the $shelter it was {dry|dark|quiet}{,|} and they {felt|were|looked} [happy].

either inside: pet
{There|[Suddenly]}, they {heard|saw|found} <a coat> <petkind2>{,|} and it [felt] [scared] too.
<A coat> <petkind2> {was there|sat there|hid there}{| too}{,|} and it [felt] [scared].

$Hero [softly] {hugged|held|petted} the $petkind2. "[Don't cry]," $hero [said] [warm].
"{We are|We're} {all |}{scared|afraid}, but {we are|we're} together{,|!}" {[said] $hero|$hero [said]} [warm] and {hugged|held|petted} the $petkind2.
or inside: song
"Let's {sing|tell jokes|tell stories} about <count2> <fur> <herd2>," {[said] $hero|$hero [said]} [warm].
$Hero {sang $friend a song|told $friend a story|told $friend a joke} about <count2> <fur> <herd2>.

(maybe)
[Then]{,|} $friend {smiled|laughed|sang}{| a little| too}, and {they|both} {felt|were} [happy].
They {sang|talked|laughed} {louder|more} than the {storm|rain|wind} and {felt|were} [happy].
* together: hero
end

---
{After [long]|[Finally]}, the rain {stopped|was over|ended}, and {there was|they saw} [a nice] rainbow.
{After [long]|[Finally]}, the sun {came out|was back|shone again}, and they [smiled].

when inside: pet
The $coat $petkind2 {jumped|ran|walked|hopped} {out|into the sun} and {licked|kissed|sniffed} $his hand.
"{Look|See}, {the storm|it} is {gone|over}, little $petkind2!" {[called] $friend|$friend [called]} [eager].
* happy: hero
or inside: song
"{You|Your $herd2|Your $count2 $fur $herd2} helped me{| so much}{,|!}" {[said] $friend|$friend [said]} [warm].
$Friend {drew|sang about|talked about} the $count2 $fur $herd2 [loudly].
end

+ home

$Hero [learned] that {storms|bad things|dark clouds} {end|pass|go away}.
[Ever after]{,|} $hero and $friend {were not|weren't} {scared|afraid} when {it rained|the wind blew|a storm came}.
{$Hero and $friend|$Friend and $hero} {were|stayed} [good] friends, in {rain|storms|wind} and in {sun|sunshine}.
""",
    {
        "shelter": table(
            "shelter", "barn\ncave\nshed\ntent\ntree house\ntower\ntrain station\nlittle shop\nhut"
        ),
        "petkind2": table("petkind2", "kitten\npuppy\nrabbit\nbird\nsquirrel\nduck\nmouse\ngoat"),
    },
)

PLOTS = (DARK, STORM)
