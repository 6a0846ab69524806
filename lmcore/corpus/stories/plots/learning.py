"""A skill that is learned, a seed that needs patience, a thing that breaks, a surprise."""

from lmcore.corpus.stories.script import Plot, table

SKILL = Plot(
    "learning a skill",
    "child",
    """
+ child

---
[Day]{,|} $hero {saw|met} $his <ttrait> <third> at the <place>{,|} and $the could <skill>.
$His <ttrait> <third> could <skill>, and {$the showed it|$the did it} at the <place> [day].

$Hero {wanted|wished|hoped} to $skill {too|as well|like $his $third}.
"{I want to|I will|I'll|Let me} $skill {too|as well}!" {[called] $hero|$hero [called]} [eager].
* eager: hero

+ along

+ crowd

$He tried [times], but $he $trouble.
{[Then]{,|} $he|$He} tried {once|to do it}, but $he $trouble{| again and again}.

"{I can't do it|{It is|It's} too hard|{I will|I'll} never learn it}!" {[cried] $hero|$hero [cried]} [tearful].
$Hero [felt] [sad] and {sat down|went to sit} {under [a old] tree|on {an old|a small|a nice} bench|in the grass|on the steps}.
* sad: hero

---
either teacher: adult
{$His $adult|$Adult} {came|sat down} {to|next to|beside} $him. "{{It is|It's} hard at first|I {could not|couldn't} do it either|It was hard for me too}," $ahe said [warm].
"{{It is|It's} hard at first|I {could not|couldn't} do it either}{,|!}" {[said] $his $adult|$his $adult [said]} [warm] and {sat down|stood} {next to|beside} $him.

or teacher: friend
$His $third {saw $him|came over|sat down} {and smiled|next to $him}. "{It took me|I needed} <days> {days|weeks}," $the said [warm].
"{It took me|I needed} <days> {days|weeks} to learn it{,|!}" {[said] $his $third|$his $third [said]} [warm].

"{You must|Just|Try to} $advice{,|!}" {[said] $his $third|$his $third [said]} [warm] and {showed|helped} $him.
$His $third {showed|told} $him {how|what to do}. "{You must|Just|Try to} $advice," $the said [warm].
end


[Finally]{,|} $hero $skilled!
On the <nth> day, $hero $skilled!

---
"[Wow]! {I did it|I can $skill|Look at me}!" {[called] $hero|$hero [called]} [eager].
"[Wow]! You did it, $hero!" [called] $his $third [eager].
* happy: hero
* happy: third

when teacher: adult
{$His $adult|$Adult} {hugged $him|clapped|was [happy]}{,|} and they {ate|had|shared|enjoyed|tried} [tasty] <snack> and <snack2>.
"{I knew you could|You {did not|didn't} give up}{,|!}" {[said] $his $adult|$his $adult [said]} [warm] and gave $him {[a hug] hug|some <snack>}.
or teacher: friend
$His $third {gave|brought|handed} $him [tasty] <snack> and <snack2> and [smiled].
"Now we can $skill {together|side by side|happily|arm in arm}{,|!}" {[said] $his $third|$his $third [said]} [warm] and gave $him some <snack>.
end

+ feast

+ intro again

$Hero [learned] that {you must try|{it is|it's} good to try} {again and again|more than once|many times}.
[Ever after]{,|} $hero {never gave up|tried again|practiced} when {something was hard|$he {could not|couldn't} do a thing}.
[Ever after]{,|} $hero helped {other children|<friend>|little ones} to $skill.
[Ever after]{,|} $hero showed {other children|<friend>|little ones} how to $skill.
""",
    {
        "skill": table(
            "skill | skilled | trouble | advice",
            """
ride a bike | rode the bike | fell off | look ahead
climb a tree | climbed the tree | fell off | use your legs
jump rope | jumped rope | hit the rope | watch the rope
catch a ball | caught the ball | dropped it | keep your eyes open
fly a kite | flew the kite | dropped it | run into the wind
climb a rope | climbed the rope | slid down | hold on
draw a horse | drew a horse | drew a dog | start with the head
hop on one leg | hopped on one leg | fell down | look ahead
play the drum | played the drum | hit it too hard | count to four
tie a bow | tied the bow | made a knot | start with a loop
dance | danced | fell over | listen to the music
spin a hoop | spun the hoop | dropped it | move your belly
sing a song | sang the song | forgot it | breathe deeply
build a tower | built the tower | broke it | start with big blocks
paint a flower | painted a flower | made a mess | go slowly
throw a ring | threw the ring | missed | look at the stick
""",
        ),
        "nth": table("nth", "third\nfourth\nfifth"),
    },
)


BROKEN = Plot(
    "a broken thing",
    "child",
    """
+ child

$His favorite {thing|toy} was <a colour> <thing>{| from $his $adult}.
$He {had|owned|loved} [a nice] <colour> <thing> and {loved|liked|wanted} to [play of thing].

---
One <weather> <time>, $his <ftrait> friend <friend> {came|visited|was there}{,|} and they [played together of thing].
[Day]{,|} $hero {showed|took} the $thing to <friend>{,|} and they [played together of thing].

+ games

{But then|[Suddenly]}, $friend {fell|tripped|slipped}, and {crack|crash|snap|bang|pop}! The {$thing|toy} was broken.
{But then|[Suddenly]}, $friend {dropped|stepped on|sat on} {it|the $thing}, and {crack|crash|snap|bang|pop}! {It was broken|It broke}.

"[Oh]! My {poor |}$thing! Its [part of thing] is {broken|off|bent}!" {[cried] $hero|$hero [cried]} [tearful].
Its [part of thing] was {broken|off|bent}, and $hero [felt] [sad].
* sad: hero

$Friend [felt] [sorry]. "{I am|I'm} sorry. I {did not|didn't} {want|mean} it," $friend said [tearful].
"{I am|I'm} {so |very |}sorry. {It was my fault|I {did not|didn't} mean it}{,|!}" {[said] $friend|$friend [said]} [tearful].
* sorry: friend

---
either mood: angry
"{Go away|Go home|{I am|I'm} so mad}!" [cried] $hero, and $friend {went|walked|ran} {home|out} [tearful].
$Hero was {[very] |}{mad|angry}. "{Go away|Go home}!" $hero [cried], and $friend {left|ran off} [tearful].

{But then|[Then]}, $hero {thought|said to $himself}, "{A friend is more than a toy|I miss $friend|$Friend feels [sad] too}{.|!}"
But without $friend, $hero [felt] [sad]{| too}, and the {room|day|house} [felt] {quiet|empty}.

$He {ran|went|hurried} to $friend. "{I am|I'm} sorry{| too}. {Let's fix it|Help me fix it|We can fix it}," $hero said [warm].
$He {found|called} $friend {at the gate|on the street|by the door}. "{I am|I'm} sorry{| too}," $hero said [warm].
or mood: calm
$Hero {took|had} a deep breath. "{{It is|It's} only $a_thing|You {did not|didn't} mean it}," $hero said [warm].
"[Don't cry], {$friend|{it is|it's} only a toy|it {was not|wasn't} your fault}{,|!}" {[said] $hero|$hero [said]} [warm].
end

{They|The two friends} {got|took|found} {some |}<fixer> and <fixer2> and {worked|sat at the table} for [long].
"{We need|Let's get|I have} {some |}<fixer> and <fixer2>," {[said] $friend|$friend [said]} [warm].


---
[Finally]{,|} the {$colour |}$thing was {whole|good|fixed|new} again.
[Finally]{,|} it {looked|was} so [lovely] with $fixer and $fixer2.

"[Wow]! {It works|We did it|{It is|It's} like new}!" {[called] $friend|$friend [called]} [eager]{,|} and they [played together of thing].
[Then]{,|} they [played together of thing] and [smiled].
* happy: friend
* happy: hero
* together: hero

+ indoors

when mood: angry
$Hero [learned] that {a friend|$friend} is {more|worth more|better} than {$a_thing|any toy|all $his toys}.
[Ever after]{,|} $hero {counted to ten|took a deep breath|stopped and thought} when $he was {angry|mad}.
or mood: calm
$Hero [learned] that {broken things|most things} can be {fixed|made whole} {together|with a friend|with kind words}.
[Ever after]{,|} $hero {loved|liked} the $thing even more, {for|because} {it|the $thing} {made $him think of $friend|had a story}.
end
""",
    {},
)

SURPRISE = Plot(
    "a surprise",
    "child",
    """
+ child

---
It was $his birthday, and $hero {woke up|got up|jumped out of bed} {early|happily|quickly|with a smile|with joy}.
On {the morning of |}$his birthday, $hero put on $his <dye> <wear> and $his <dye2> <wear2>.

But {$his $adult|$Adult} {said|told $him} nothing about it and {only |}{read|cooked|cleaned|worked}.
{$His $adult|$Adult} {only |}{read|cooked|cleaned|worked} and {said nothing|{did not|didn't} look up}, and $hero [felt] [sad].

$He [went] to $his <ftrait> friend <friend>, but $fhe said [warm], "{I have no time|I must go|Not now}{.|!}"
$His <ftrait> friend <friend> {came|walked|ran|hurried} by, but $fhe {said|called}, "{I have no time|I must go|Not now}," and {ran|went|hurried|walked} {off|away}.

In the {park|garden|yard|street}, $he saw $his <ttrait> <third>, but $the {hid something|ran away|stopped talking|whispered|looked away|turned around|walked away}.
$His <ttrait> <third> {was there too|came by}, but $the {hid something|ran away|stopped talking|whispered|looked away|turned around|walked away}.

"{Everyone forgot|Nobody thinks of} {me|my birthday}{,|!}" {said|thought} $hero [tearful].
$Hero [felt] [sad] and sat {under [a old] tree|on {an old|a small|a nice} bench|on the steps|by the gate} for [long].
* sad: hero

---
either clue: trail
{But then|[Then]}, $he {saw|found|noticed|spotted} <a colour> <trail> {on the ground|at the door|on the path} and {followed|went after} it.
{But then|[Then]}, there {was|lay} <a colour> <trail> on the {path|grass|road}, and {next to it was another|then one more}.
or clue: sound
{But then|[Then]}, $he heard {a laugh|a whisper|[a small] noise|music|a song} {behind|from behind} the <colour> <screen>.
{But then|[Then]}, $he saw {light|a hand|a shadow} behind the <colour> <screen> and {walked|went|ran|came} {up|closer}.
end

"Surprise! Happy birthday!" [called] {$friend|$his $adult|everyone} [eager].
"Surprise!" [called] $friend and $his $third [eager].

There {was|stood|sat} <a cake> cake with <count> {candles|stars} and a {plate|bowl} of <snack>.
On the table {was|stood|sat} <a cake> cake with <count> {candles|stars}, next to {some |}<snack> and <snack2>.

---
"{You {did not|didn't} forget|So that is why|You all knew}!" {[called] $hero|$hero [called]} [eager].
$Hero {laughed and cried|{could not|couldn't} speak|clapped $his hands} and [felt] [happy].
* happy: hero
* thanks: hero

{$His $adult|$Adult} {gave|handed} $him [a nice] <colour2> <thing>{,|} and they [played together of thing].
"{Open it|This is for you}{,|!}" {[said] $his $adult|$his $adult [said]} [warm], and in the box was [a nice] <colour2> <thing>.


+ games

when clue: trail
"The $colour $trail was my {idea|plan}{,|!}" {[said] $his $third|$his $third [said]} [warm], and they [smiled].
$Hero {kept the $colour $trail by|tied the $colour $trail to} $his bed {for a long time|to remember the day}.
or clue: sound
"I {laughed|sneezed|was loud} behind the $colour $screen, and you {heard|found} us{,|!}" {[said] $his $third|$his $third [said]} [warm].
"I {almost|nearly} {laughed|sneezed|sang} behind the $colour $screen{,|!}" {[said] $his $third|$his $third [said]} [warm].
end

+ indoors

$Hero [learned] that {friends|good friends|people who love you} {{do not|don't} forget|always remember|think of you}.
[Ever after]{,|} $hero {waited|trusted $his friends|thought well of $friend} {when|if} {someone|a friend} {was busy|had no time|was quiet}.
""",
    {
        "trail": table("trail", "string\nribbon\nballoon\nflag\npaper star\npaper heart\nflower"),
        "screen": table("screen", "door\ngate\nfence\ntent\ncurtain\nwall\nbush\ncouch"),
        "cake": table(
            "cake",
            "chocolate\nlemon\nstrawberry\nbanana\nhoney\ncarrot\ncherry\napple\norange\nnut\npear\nice cream",
        ),
    },
)

PLOTS = (SKILL, BROKEN, SURPRISE)
