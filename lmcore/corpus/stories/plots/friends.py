"""Friends: a new child, a secret, a stranger who needs help, a race."""

from lmcore.corpus.stories.script import Plot, table

NEW_FRIEND = Plot(
    "a new friend",
    "child",
    """
+ child

---
One <weather> <time>, $hero [went] to the <place> with $his <colour> <thing>.
[Day]{,|} $hero {took|carried|brought} $his {new |old |}<colour> <thing> to the <place>.
$Hero {took|carried|brought} $his {new |old |}<colour> <thing> to the <place> [day].

+ along
+ way

At the $place, [a shy] <fkind> {sat|stood|was} {alone|all alone} <spot>.
[A shy] <fkind> {in|with} <a colour2> <wear> {sat|stood|was} {alone|all alone} <spot>.
$He {saw|found|noticed|spotted} [a shy] <fkind> <spot>, {far from|away from|not with} the {other children|others}.

(maybe)
{The $fkind|$Fhe} [felt] [sad] and {held|looked at} [a small] {book|doll|bag|stick|box}.
{The $fkind|$Fhe} [felt] [sad] and {did not|didn't} {smile|play|talk|look up}.

---
"{Hello|Hi|Hey}, {I am|I'm|my name is} $hero. {Who are you|{What is|What's} your name}?" asked $hero [warm].
$Hero {walked|went|came} {up|over} [carefully]. "{Hello|Hi|Hey}, {I am|I'm} $hero. {Who are you|{What is|What's} your name}?"

"{I am|I'm|My name is} <newcomer>. {{I am|I'm} new here|We just moved here|I have no friends here}," the $fkind said [shyly].
"<newcomer>," the $fkind said [shyly]. "{{I am|I'm} new here|We just moved here|I have no friends here}{.|!}"

either way: thing
"{Do you want|Would you like} to [play of thing]?" asked $hero [warm] and {held out|showed $fhim} the $thing.
$Hero {held out|showed $fhim|gave $fhim} the {$colour |}$thing. "{Let's play|You can try it|Play with me}," $hero said [warm].

$Friend [played of thing] [carefully], and {soon|then|later|now} $fhe [smiled].
[Then]{,|} they [played together of thing], and $friend [smiled].
* happy: friend
or way: animals
"{Did you see|Do you like} the $count $fur $herd?" asked $hero [warm].
"{Come|Let's go}, I {will|can} show you $count $fur $herd{,|!}" {[said] $hero|$hero [said]} [warm].

They {counted|looked for|talked to|sat with} the $herd, and $friend [smiled].
"[Wow]! I {love|like|draw|dream of} $herd!" {[called] $friend|$friend [called]} [eager].
* happy: friend
or way: snack
"{Are you hungry|Do you want some}? I {have|brought} {some |}<gift>," {[said] $hero|$hero [said]} [warm].
$Hero {gave|handed|offered} $friend {some|half of $his|a few} [tasty] <gift>.

They {ate|shared|finished} the $gift {together|side by side|in the sun}, and $friend [smiled].
"[Wow]! {I love|I like} $gift!" {[called] $friend|$friend [called]} [eager].
* happy: friend
* together: hero
end

+ games

---
"{Will you|Can you} {come back|be here|play with me} {tomorrow|again|every day}?" asked $friend [warm].
"{You are|You're|I found} [a good] friend, $hero{,|!}" {[said] $friend|$friend [said]} [warm].

"{Yes|Of course|I would love to}, $friend!" {[called] $hero|$hero [called]} [eager].
$Hero {hugged|thanked|smiled at} $friend. "{See you|{I will|I'll} see you} {soon|tomorrow|again}!" $hero [called] [eager].
* happy: hero
* together: hero

+ feast

+ home

when way: thing
[Ever after]{,|} $hero and $friend [played of thing] {together|every day|at the $place}.
$Hero [learned] that {$a_thing|a toy|one toy} can {make|find|bring} [a good] friend.
or way: animals
[Ever after]{,|} $hero and $friend {looked for|counted|drew} $herd {together|every day|at the $place}.
$Hero [learned] that {a question|a kind word|a little talk} can {make|find|bring} [a good] friend.
or way: snack
[Ever after]{,|} $hero {packed|brought|took} $gift {for two|for $friend too}.
$Hero [learned] that {some $gift|sharing|a little snack} can {make|find|bring} [a good] friend.
end
""",
)

SECRET = Plot(
    "a secret",
    "child",
    """
+ child

---
[Day]{,|} $his <ftrait> friend <friend> {came|ran|hurried} to $hero. "{I have|I know} a secret," $friend whispered [warm].
One <weather> <time>, $his <ftrait> friend <friend> {took|held|grabbed} $his hand. "{I have|I know} a secret," $friend whispered [warm].

At the <place>, <spot>, {was|lay|sat} [a small] <dye> {box|basket|bed} with <count> <coat> <babies>.
They [went] to the <place>, and <spot> {lay|were|sat|slept} <count> <coat> <babies>.

"[Wow]! {They are|They're|The $babies are} so [lovely]!" {whispered $hero|$hero whispered} [warm].
{They|The $babies} were [nice], and $hero [felt] [happy].
* happy: hero

"{Please don't|Don't|You must not} tell{| anyone}{,|!}" said $friend [warm].
"Can you {keep|promise to keep} it?" asked $friend [warm].


---
The next {day|morning|afternoon}, $his <ttrait> <third> {asked|came and asked} [warm], "Where {were you|did you go}?"
[Then]{,|} $his <ttrait> <third> came. "{Do you know|Can you tell us} something {new|fun|nice|good}?" $the asked [warm].

either told: no
$Hero {wanted|was about} to {tell|say it}, but $he {thought of|remembered} the {$coat |}$babies.
It was {hard|not easy}, and $hero [felt] [scared], but $he {said nothing|{did not|didn't} tell|kept the secret}.

"I {can't|will not|must not} {say|tell}. {I promised|{It is|It's} a secret}{,|!}" {[said] $hero|$hero [said]} [warm].
"Let's play <game1> {and|or} <game2>!" $hero [called] [eager]{,|} and they [had fun].

[Then]{,|} the $babies {were|got|grew} {big|strong}. "Now {we can show them|they can meet us}!" {[called] $friend|$friend [called]} [eager].
"You {kept|can keep} a secret{,|!}" {[said] $friend|$friend [said]} [warm]. "{Now|Today} {we can show them|they are big}!"

$His $third {sat|came} [carefully], and the $babies {played|jumped|slept} {in|on} $this {arms|hands|knees}.
They all {petted|fed|hugged|held} the $babies [carefully] and [smiled].
* happy: hero
or told: yes
"{I know|There are} $count {$coat |}$babies at the $place!" {[called] $hero|$hero [called]} [eager].
$Hero {forgot|{did not|didn't} think of} $his promise and {told $thim about|showed $thim} the $count {$coat |}$babies.

$His $third [had fun] and was [very] {loud|noisy}, and the $babies {hid|cried|ran away|felt [scared]}.
But $his $third {jumped|shouted|clapped} and {sang|yelled|danced}, and the $babies {hid|cried|ran away|felt [scared]}.

$Hero [felt] [sorry]. "I {told your secret|broke my promise}, $friend. {I am|I'm} sorry," $hero said [tearful].
"{Oh no, what did I do|What have I done}?" {[said] $hero|$hero [said]} [tearful] and {told|called|looked for} $friend.
* sorry: hero

"{Let's|We must|We can} {be quiet|sit down|wait} {now|and wait}{,|!}" {[said] $friend|$friend [said]} [warm], and {they all|the three friends} did.
$Friend {put|laid} {some |}<snack> on the {ground|grass}{,|} and they {waited|sat} {quietly|still} for [long].

[Finally]{,|} the $babies {came|walked|crept} {back|out} {to eat|to them}, and everyone {whispered|was quiet|smiled}.
[Finally]{,|} {one|two} of the $babies {came|walked|ran|hurried} {back|out}, and $hero [felt] [happy].
* together: hero
end

+ games

+ home secret

when told: no
$Hero [learned] that friends {can|will} trust you when you keep a {promise|secret}.
[Ever after]{,|} $friend {told|gave} $hero {all $fhis secrets|every secret}, {for|because} $he {kept|could keep} {them|a promise}.
or told: yes
[Ever after]{,|} $hero {kept|never broke|thought of} $his {promise|word}{|, and $friend {trusted|believed} $him}.
$Hero [learned] that a {promise|secret} is {easy to break|like an egg} and {hard|not easy} to {mend|fix}.
end
""",
    {
        "babies": table(
            "babies",
            "kittens\npuppies\nrabbits\nbirds\nmice\nducks\nsquirrels\nfoxes\nowls\nturtles",
        ),
    },
)

STRANGER = Plot(
    "helping a stranger",
    "child",
    """
+ child

---
[Day]{,|} $hero [went] to the <errand> with $his {[nice] |}<dye> {bag|basket|bike|wagon}.
$Hero [went] to the <errand> with $his {[nice] |}<dye> {bag|basket|bike|wagon} [day].
{$His $adult|$Adult} {sent|asked} $hero to {get|buy} {some |}<snack> at the {market|shop|store|bakery|farm} [day].

+ way


[Suddenly], [a kind] {old |}<stranger> {fell|dropped $shis bag|tripped}, and {all |}$shis <snack2> and <snack3> {fell|rolled} {down|into the street}.
{There|On the road} [a kind] {old |}<stranger> {carried|had|pulled} {a {big|heavy} bag|two {big|heavy} bags} of <snack2> and <snack3> and [felt] [tired].


---
either stop: first
$Hero {stopped|ran over|{did not|didn't} walk on}. "Can I help you?" $hero asked [warm].
"{Let me|I can|I will|I'll} help you{,|!}" {[called] $hero|$hero [called]} [eager].
or stop: late
$Hero {was late|wanted to play|was in a hurry} and {walked|went|ran} {on|by}, but {then|soon} $he [felt] [sorry].
"{{I am|I'm} late|I have no time}," thought $hero, but $he {looked|turned} back and [felt] [sorry].

$He {went|walked|came|ran|hurried} back. "{I am sorry|I'm sorry|Wait}, {let me|I will|I'll} help you," $hero said [warm].
end


They {walked|went|ran|came} to <a cottage> house with <a colour> <front>.
The $stranger {lived in|had} <a cottage> house with <a colour> <front>.


---
{A week later|The next day|Some days later|The next week}, $hero {lost $his way|got lost|fell|hurt $his knee} {in the rain|in the snow|in the dark|in the wind} and [felt] [scared].
{A week later|The next day|Some days later|The next week}, {rain|snow|a storm} came, and $hero {lost $his way|got lost|was wet and cold}.

{But then|[Then]}, $he {saw|noticed|came to|found} a house with $a_colour $front.
{But then|[Then]}, {there was|$he saw} $a_cottage house{,|} and it had $a_colour $front!

The $stranger {opened the door|came out|looked out}. "[Wow], {{it is|it's} you|my friend}! {Come in|Sit down}," $she said [warm].
"[Wow], {{it is|it's} you|my friend}! {Come in|Sit down}!" {{called|said} the $stranger|the $stranger {called|said}} [warm].

$She {gave|brought|handed} $him [a nice] {towel|blanket|cup of milk|cup of tea|bowl of soup}{,|} and they {ate|shared} $snack2.
They sat {by the fire|at the table|in the kitchen|on the couch|by the window|on the floor} and {ate|shared|had} {[tasty] |}$snack2 and $snack3.
* happy: hero
* thanks: hero

when stop: first
"You helped me first, and now I help you{,|!}" {[said] the $stranger|the $stranger [said]} [warm].
"{A good turn|A kind heart|Help} {comes back|finds its way back}{,|!}" {[said] the $stranger|the $stranger [said]} [warm].
* thanks: hero
* happy: hero
or stop: late
"{You came back|You turned around} for me, and I {{did not|didn't} forget|remember} it{,|!}" {[said] the $stranger|the $stranger [said]} [warm].
"I {almost|nearly} {did not|didn't} {stop|help you}{,|!}" {[said] $hero|$hero [said]} [tearful]. "But you {did|came back}!" said the $stranger.
* thanks: hero
* happy: hero
end

+ feast

+ home plain

when stop: first
$Hero [learned] that {help|kindness|a kind act} comes back {one day|to you|in the end}.
[Ever after]{,|} $hero {visited|helped|looked in on} the {old |}$stranger {every week|often|each Sunday|with $snack3}.
or stop: late
$Hero [learned] that {{it is|it's} never too late|there is always time} to {help|be kind|turn back}.
[Ever after]{,|} $hero {stopped|turned back|was never too busy} when {someone|a person} {needed help|was in trouble|called}.
end
""",
    {
        "errand": table(
            "errand",
            "market\nshop\nstore\nbakery\nlibrary\nschool\npark\nriver\nstation\npond\nfarm\nzoo",
        ),
        "cottage": table(
            "cottage", "small\nlittle\nold\ntall\nstone\nround\ncozy\npretty\nquiet\nfunny\nbig"
        ),
        "front": table("front", "door\nroof\ngate\nfence\nbell\nwindow\nchimney\nmailbox"),
    },
)

RACE = Plot(
    "a race",
    "child",
    """
+ child

---
[Day], there was a {big |}race at the <place>, and $hero {wanted|hoped|tried} to win {the|a} {prize|cup|medal}.
$Hero was {fast|very fast|as fast as the wind}. "I {will|can} win the race at the <place>!" $hero [called] [eager].

$His <ftrait> friend <friend> {ran|raced|hurried} {too|with $him}, in $fhis <dye> <wear> and <dye2> <wear2>.
<Friend> {put on|wore} $fhis <dye> <wear> and <dye2> <wear2> and {ran|raced|hurried} {too|with $him}.

$His <ttrait> <third> {ran|raced|hurried} too, and the <goal> was the {end|finish|goal}.
"{First to|Let's race to|We run to} the <goal>!" [called] $his <ttrait> <third> [eager].

{A whistle|A bell|A drum|A horn} {sounded|was heard}, and {off they went|they all ran|the race began}.
"{One, two, three|Ready, set}, go!" [called] {the teacher|$his $adult|[a kind] man}.
* eager: hero
* eager: friend

---
$Hero {ran|was} {first|in front} and {ran|raced|hurried} past <count> <fur> <herd> and <count2> <fur2> <herd2>.
They {ran|raced|hurried} past <count> <fur> <herd> and over {a bridge|a hill|the grass}, and $hero {was first|was in front|led}.

either fall: friend
[Suddenly], $he heard {a cry|a noise|a shout}, and $friend {had fallen|was on the ground} {and cried|by a stone|near a tree|in the grass}.
[Suddenly], $friend {fell|tripped} over {a stone|a stick|a rock|a log} and {cried|lay there|shouted} [tearful].

The $goal was {near|close|just ahead}, but $hero {stopped|slowed down} and {looked|turned} back.
$Hero {{did not|didn't} think long|stopped|forgot the prize|forgot the race} and {ran|went|turned} back [carefully].

"{Can you walk|Are you okay|Can I help you|Does it hurt}{|, $friend}?" {{asked|said} $hero|$hero {asked|said}} [warm].
$Hero {helped $fhim up|held $fhis arm}. "{We can do it|Let's go|Let's walk} {together|side by side|arm in arm}," $hero said [warm].

$His $third {won|was first}, and {$hero and $friend|$friend and $hero} {came in|were} last, {arm in arm|side by side|hand in hand|together|with a smile}.
They {walked|went|ran|came} to the $goal {arm in arm|side by side|hand in hand|together|with a smile}, and $his $third {won|was first}.

$His $third {clapped|cheered} for {them|$hero and $friend} [loudly].
"You {stopped|helped $friend|turned back}. {You are|You're} [brave]!" [called] $his $third [eager].
* happy: friend
* happy: hero
or fall: hero
"{{I am|I'm} the best|Look at me|I win|{I am|I'm} first}!" $hero [called] [eager], but {then|just then} $he {fell|tripped}{| over {a stone|a stick}}.
{But then|[Suddenly]}, $he {looked|waved} {back|at $his $third}, {fell|tripped} over {a stone|a stick|a rock|a log} and {cried|shouted} [tearful].

$His $third {ran|raced|hurried} {by|past}, but $friend {stopped|slowed down|came back|turned around}.
{Everyone|The others} ran {by|past}, but $friend {stopped|slowed down|came back|turned around}.
* sad: hero

"{Can you walk|Are you okay|Can I help you|Does it hurt}{|, $hero}?" {{asked|said} $friend|$friend {asked|said}} [warm].
$Friend {helped $him up|held $his arm}. "{We can do it|Let's go|Come on}," $friend said [warm].

{They|$Hero and $friend} {walked|went|ran|came} to the $goal {arm in arm|side by side|hand in hand|together|with a smile} and [smiled].
$His $third {won|was first}, but $hero [felt] [happy] with $friend {by $his side|there}.

"I was {too proud|too loud|not the best}. {I am|I'm} sorry{,|!}" {[said] $hero|$hero [said]} [tearful].
"You could {win|be first}, but you {stopped|helped me}. [Thanks]!" {[said] $hero|$hero [said]} [warm].
* thanks: hero
* happy: friend
end

---
[Then]{,|} {they|all three friends} {shared|ate|had} <snack> and <snack2> and [had fun].
$His $third {gave|brought|handed} {everyone|them all} {some |}<snack> and <snack2>{,|} and they [smiled].


+ home plain

when fall: friend
$Hero [learned] that {a friend|helping|a kind heart} is {better|worth more} than a {prize|race|cup|medal}.
[Ever after]{,|} $hero {still |}ran fast, but $he {stopped|looked back|waited} for {$his friends|$friend|others}.
or fall: hero
$Hero [learned] that it {is not good|{does not|doesn't} help|is silly} to be {too proud|loud and proud|so sure}.
[Ever after]{,|} $hero {ran|raced} {with|next to} $friend and {was never too proud|cheered for $fhim}.
end
""",
    {
        "goal": table(
            "goal",
            "old tree\nred gate\nbridge\nbig rock\nwhite fence\npond\nbarn\nblue flag\ntall tower",
        )
    },
)

PLOTS = (NEW_FRIEND, SECRET, STRANGER, RACE)
