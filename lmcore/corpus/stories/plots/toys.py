"""Toys, which live when nobody looks: a new toy, a night in the rain, a wish."""

from lmcore.corpus.stories.script import Plot, table

NEW_TOY = Plot(
    "a new toy",
    "toy",
    """
+ toy

---
[Day], $owner {got|found|opened} [a nice] new toy, <a ttrait> <ttoykind> {named|called} <third>.
[Day], a new toy came, <a ttrait> <ttoykind> {named|called} <third>{| from the shop| in a box}.

{All day|All week|Every day}, $owner {played|slept|ran around} with $third and {forgot|{did not|didn't} look at} $hero.
$Owner {took|carried} $third {everywhere|to bed|to school} and {forgot|left} $hero {on the floor|at home|alone}.

(maybe)
"{$Owner|The $okind} {{does not|doesn't} love me|forgot me|only likes $third}{,|!}" {[said] $hero|$hero [said]} [tearful].
$Hero [felt] [sad]. "{$Owner|The $okind} {{does not|doesn't} love me|forgot me|only likes $third}," $he said [tearful].

---
either deed: hide
That night, $hero {took|pushed|pulled} $third {carefully|quietly|slowly} {<nook>|to a dark place <nook>}.
"{Come with me|Let's play [game]}," said $hero to $third that night and {left|hid} $thim <nook>.

In the morning, $owner {looked|searched} everywhere. "{Where is|Where's} $third?" $ohe [cried] [tearful].
"[Oh]! {Where is|Where's} $third?" [cried] $owner in the morning and {looked|searched} everywhere [tearful].

(maybe)
{Now|Then} $hero [felt] [sorry]. "{You made $owner cry|This is not right}{,|!}" {[said] $friend|$friend [said]} [warm].
"{You made $owner cry|This is not right}{,|!}" {[said] $friend|$friend [said]} [warm], and $hero [felt] [sorry].

The next night, $hero {ran|went|walked} {back |}to $third. "{I am|I'm} sorry. I was {jealous|mean|afraid}," $he said [tearful].
At night, $hero {pulled|brought|led} $third {out|back}. "{I am|I'm} sorry. I was {jealous|mean|afraid}," $he said [tearful].
or deed: talk
That night, $third {cried|sat alone|lay awake}. "{I miss the shop|I know nobody here|Nobody talks to me}," $the said [tearful].
At night, $hero {heard|saw} $third cry. "{I miss the shop|I know nobody here|Nobody talks to me}," $the said [tearful].

$Hero {thought for [long]|looked at $friend} and {went|came} {over|closer}. "{{I will|I'll} be your friend|Come, sit with us}," $he said [warm].
"{I was new once too|I know how you feel}{,|!}" {[said] $hero|$hero [said]} [warm] and {hugged $thim|sat down next to $thim}.
end

(maybe)
"{Do you want|Would you like} to {dance|play [game]|play [game] and [game]}?" {{asked|said} $third|$third {asked|said}} [warm].
"{Let's play|I know a game,} [game]!" {[called] $third|$third [called]} [eager], and {they all|$hero, $friend and $third} [had fun].

$Hero, $friend and $third {danced|jumped|ran|sang} {on the bed|under the bed|on the floor|on the table} {all night|for [long]} and [had fun].
{All night|For [long]}, the three toys {danced|jumped|ran|sang} {on the bed|under the bed|on the floor|on the table} and [had fun].

---
In the morning, $owner {found|saw} {all three|$hero, $friend and $third} {in a row|side by side|in $ohis bed} and [smiled].
"[Wow]! {There {you are|you're}|You found each other}!" [called] $owner in the morning and {hugged|kissed} all three.

(maybe)
"{Now I have|I love my} three {friends|good friends|best toys}," $ohe said [warm] and {took|carried} them to {school|the garden|the park}.
{That day|After breakfast}, $owner played [game] and [game] with all three {toys|of them}.

when deed: hide
$Hero [learned] that {love is big enough|there is room} for {two|three|more than one}.
[Ever after], $hero {took care of|slept next to|looked after} $third and {never|did not|didn't} hide {$thim|a toy} again.
or deed: talk
$Hero [learned] that {someone new|a new toy} {may be|can be} {lonely|sad} and {needs|wants} a friend.
[Ever after], $hero {said hello|was kind} to {every new toy|all new toys} {first|on the first day}.
end
""",
    {
        "ttoykind": table(
            "ttoykind",
            "bear\nrabbit\nrobot\nsoldier\ndoll\nhorse\nduck\nlion\nmonkey\nelephant\ntiger",
            "toykind",
            "ftoykind",
        ),
        "nook": table(
            "nook",
            "under the bed\nbehind the couch\nin the closet\nbehind the door\nunder the stairs\n"
            "in an old box\nbehind the curtain\nin a big boot",
        ),
    },
)

RAIN = Plot(
    "a night in the rain",
    "toy",
    """
+ toy

---
One <weather> <time>, $owner {took|carried|brought} $hero to the <yard> and played [game] and [game].
[Day], $owner played [game] with $hero in the <yard>{| and [had fun]}.

Then {$ohis mom|$ohis dad|a friend} called, and $owner {ran|went} {in|home} and {forgot|left} $hero <yardspot>.
But when {it got late|it was dinner time|the bell rang}, $owner {ran|went} {in|home}, and $hero {lay|stayed} <yardspot>.

[Suddenly], it {rained|began to rain}, and $hero {got|was} [very] {wet|cold}. "{Help me|I want to go home}!" $he [cried] [fearful].
Then the {rain|cold rain} {came|fell}, and $hero [felt] [scared]. "{Help me|I want to go home}!" $he [cried].

---
{In the room|At the window}, $friend {looked out|saw it}. "[Oh]! $Hero is {out there|in the rain|all wet}!" $fhe [cried].
{In the room|At the window}, $friend [felt] [sad]. "{We must|Let's|I will|I'll} {help|save|get} $hero," $fhe said.

"{We need|Let's find} a {plan|way}," said <third>, <a ttrait> toy <rescuer>, and {brought|found} <a line>.
<Third>, <a ttrait> toy <rescuer>, {had an idea|jumped up} and {brought|found} <a line>.

either rescue: window
They {tied|held} the $line {to the bed|to the chair|tight} and {let|threw} it {down from|out of} the window. "{Hold on|Take it|Grab it}, $hero!" they [called].
$Third {tied|held} it {to the bed|to the chair|tight}, and $friend {let|threw} it {down from|out of} the window to $hero.
or rescue: dog
$Third {woke|called} the {[small] |}dog, <pet>, and {gave|showed} it the $line. "{Please|Quick}, {find $hero|go and get $hero}!" $the said.
But the door was {shut|closed}, so they {woke|called} the {[small] |}dog, <pet>. "{Please|Quick}, {find $hero|go and get $hero}!" they said.
end

when rescue: window
$Hero {shook|was cold|was weak}, but $he {took|held|grabbed} the $line, and they {pulled and pulled|pulled hard}.
They {pulled|pulled hard} [times], and {up came $hero|$hero came up}, {wet|cold} but [happy].
or rescue: dog
$Pet {ran|raced|jumped} out, {took|held} $hero {softly|gently} in its mouth and {ran|came} back.
$Hero {took|held|grabbed} the $line, and $pet {pulled|carried} $him {in|home} {through|out of} the rain.
end

---
"[Thanks], $friend! [Thanks], $third!" {[said] $hero|$hero [said]} [warm]. "{I thought|I was afraid} nobody would come{.|!}"
"{You came|You found me|You saved me}! [Thanks]!" {[said] $hero|$hero [said]} [warm] and {hugged|kissed} $friend and $third.

(maybe)
They {put|laid} $him {by the fire|by the lamp|in <a dye3> towel|in <a dye3> sock|on the heater} and [had fun] {until $he was dry|all night}.
{$Friend|$Third} {dried|wrapped} $him {with|in} <a dye3> {sock|towel|scarf|blanket} and {told $him a story|sang to $him}.

In the morning, $owner {woke up|jumped up} and {cried|said}, "{I left $hero|I forgot $hero} in the $yard!"
In the morning, $owner {ran|went} to the $yard, but $hero {{was not|wasn't} there|was gone}. "{{I am|I'm} so sorry|Where are you}!" $ohe [cried].

But {there|in the room} {sat|was} $hero {on the bed|by the window|on a chair}, {dry|warm} and {clean|safe}! $Owner [smiled].
$Ohe {looked|turned} around, and {there|in $ohis bed} {sat|was} $hero! "How did you {get|come} here?" $ohe asked.

when rescue: window
$Hero {said nothing|only smiled}, but the $line {was|lay} {still |}{under|on} the window.
{Nobody|No one} saw the {wet |}$line {under|behind} the {bed|door|chair}, and the toys {said nothing|kept it secret}.
or rescue: dog
$Hero {said nothing|only smiled}, but $pet {was|lay} there with wet {ears|feet}.
{Nobody|No one} saw {the|how} {wet feet of $pet|wet $pet was}, and the toys {said nothing|kept it secret}.
end

$Hero [learned] that {real|true|good} friends {come|help|look for you} {in the rain|in the dark|when {it is|it's} hard}.
[Ever after], $owner {counted|checked} {all $ohis toys|them all} before {dinner|bed}, and $hero [smiled].
[Ever after], $owner {took|carried|brought} $hero {home|in} before {dark|dinner|it rained}.
""",
    {
        "yard": table("yard", "garden\nyard\npark\nsandbox\ntree house\nfield\nplayground"),
        "yardspot": table(
            "yardspot",
            "in the grass\nunder a bush\non a bench\nby the fence\nunder a tree\non a swing",
        ),
        "rescuer": table(
            "rescuer",
            "elephant\ntiger\nsoldier\nrobot\nfirefighter\nclown\npirate\nking\nqueen\nbear",
            "toykind",
            "ftoykind",
        ),
    },
)

WISH = Plot(
    "a toy's wish",
    "toy",
    """
+ toy

---
[Day], $hero {heard|listened to} {a story|a song|$owner talk} about <a wish>. "{I want to|I wish I could|I must} see it!" $he [called] [eager].
$Hero had one {big |}wish. "{I want to|I wish I could|I must} see <a wish>!" $he {always|often} said [eager].

(maybe)
"But {toys|we} {do not|don't|can't} {go so far|leave the room|walk in the day}{,|!}" {[said] $friend|$friend [said]} [warm].
$Friend {shook $fhis head|thought}. "{{It is|It's} far|The window is high|Toys {do not|don't} go there}," $fhe said [warm].

That night, {$owner slept|the house was quiet|it was dark}, and $hero {looked|went} to the window, but it was too {high|tall}.
{At night|That night}, $hero {jumped|climbed} [times], but the window was too {high|tall}.

either plan: alone
$He {took|used|pushed} <a dye4> {book|box|block} and {another one|one more|a chair} and {climbed|went} up {alone|all by $himself}.
"{I need no help|I can do it alone}," said $hero and {pushed|took} <a dye4> {book|box|block} to the wall.

{But then|[Suddenly]}, it {shook|slipped|moved}, and $hero {fell|fell down}! $His {arm|leg|ear|side} {hurt|was bent}.
Crash! $He {fell|fell down} [times], and $his {arm|leg|ear|side} {hurt|was bent}.

"{Why did you not ask|You only had to ask}?" {said|asked} $friend [warm] and {held|hugged|helped} $him.
$Friend {ran|came} {over|quickly} and {held|hugged|helped} $him. "{Let's do it together|We can help}," $fhe said [warm].
or plan: ask
"{Can you|Will you|Please} help me?" {{asked|said} $hero|$hero {asked|said}} [shyly], and $friend {nodded|smiled}. "{Of course|Yes}," $fhe said.
$Hero {asked|called} $friend [shyly]. "{Of course|Yes}, {{I will|I'll} help|we can do it}," $fhe said [warm].
end

---
{They|$Hero and $friend} {called|woke} <third>, <a ttrait> toy <rescuer2>, and {took|used} <count> {books|blocks} and <a dye5> {box|pillow}.
<Third>, <a ttrait> toy <rescuer2>, {brought|carried} <count> {books|blocks} and <a dye5> {box|pillow}.

{They|All three} {built|made} {stairs|steps|a tower} {up |}to the window, and $third {held|kept} it {still|tight}.
$Third {pushed|pulled}, $friend {held on|carried}, and {soon|then} there were {stairs|steps} {up |}to the window.

{Step by step|[Carefully]}, $hero {climbed|went} up, and {there|out there|far away} $he saw $a_wish!
{They|The toys} {climbed|went} up {step by step|[carefully]}, and {there|far away} was $a_wish!

---
"[Wow]! {It is|It's} so [nice]!" {[called] $hero|$hero [called]} [eager]. "{It is|It's|It looks} {better|bigger|brighter} than {in the story|I thought}!"
"[Wow]! {It is|It's|It looks} so [nice]!" whispered $hero, and {nobody spoke|they sat} for [long].

(maybe)
{They|The three} {sat|stayed} there {all night|until morning|for [long]} and [had fun].
"{I {could not|couldn't}|I can't} do it alone{,|!}" {[said] $hero|$hero [said]} [warm]. "[Thanks], $friend and $third!"

In the morning, $owner {found|saw} the {toys|three} {at the window|by the window} and [smiled]. "{How did you get here|Did you want to look out}?" $ohe asked.
In the morning, $owner {laughed|wondered}. "{My toys are|$Hero is} at the window!" $ohe [called] [eager].

{So $ohe|$Ohe} {put|set} $his {bed|box|chair|basket} {by the window|next to it}, and $hero {could see|saw} the $wish {every|each} {night|day}.
And $ohe {left|kept} {them|$hero} {there|by the window}, {with|on} <a dye6> {pillow|blanket|box}.

when plan: alone
$Hero [learned] that {{it is|it's} wise|{it is|it's} good|{it is|it's} safe} to {ask for help|ask a friend first}.
[Ever after], $hero {asked|called} $friend {first|for help} when {a thing|something} was too {hard|high|big}.
or plan: ask
$Hero [learned] that {wishes|big wishes} {come true|are easy} {with|when you have} good friends.
[Ever after], $hero {helped|listened} when {a toy|someone|$friend} had a {big |}wish.
end
""",
    {
        "wish": table(
            "wish",
            "full moon\nrainbow\nbig city\nblue sea\nwhite mountain\nshooting star\ntall tower\n"
            "long train\nred balloon\nstar\ngreen hill\nbig ship\nwide river\nold castle",
        ),
        "rescuer2": table(
            "rescuer2",
            "elephant\ntiger\nsoldier\nrobot\nfirefighter\nclown\npirate\nking\nqueen\nbear",
            "toykind",
            "ftoykind",
        ),
        "dye4": table("dye4", "red\nblue\ngreen\nyellow\nwhite\npink\npurple\norange\nbrown"),
        "dye5": table("dye5", "red\nblue\ngreen\nyellow\nwhite\npink\npurple\norange\nbrown"),
        "dye6": table("dye6", "red\nblue\ngreen\nyellow\nwhite\npink\npurple\norange\nbrown"),
    },
)

PLOTS = (NEW_TOY, RAIN, WISH)
