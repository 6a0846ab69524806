"""Toys, which live when nobody looks: a new toy, a wish."""

from lmcore.corpus.stories.script import Plot, table

NEW_TOY = Plot(
    "a new toy",
    "toy",
    """
+ toy

+ toy pals

+ games inside

---
[Day], the $okind {got|found|opened} [a nice] new toy, <a ttrait> <ttoykind>.
[Day], a new toy came, <a ttrait> <ttoykind>{| from the shop| in a box}.

{All day|All week|Every day}, the $okind {played|slept|ran around} with the $ttoykind and {forgot|{did not|didn't} look at} $hero.
The $okind {took|carried} the $ttoykind {everywhere|to bed|to school} and {forgot $hero|left $hero {on the floor|at home|alone}}.

"The $okind {{does not|doesn't} love me|forgot me|only likes the $ttoykind}{,|!}" {[said] $hero|$hero [said]} [tearful].
$Hero [felt] [sad]. "The $okind {{does not|doesn't} love me|forgot me|only likes the $ttoykind}," $hero said [tearful].
* sad: hero

---
either deed: hide
That night, $hero {took|pushed|pulled} the $ttoykind {carefully|quietly|slowly} {<nook>|to a dark place <nook>}.
"{Come with me|Let's play [game]}," said $hero to the $ttoykind that night and {left|hid} it <nook>.


{Now|Then} $hero [felt] [sorry]. "{You made the $okind cry|This is not right}{,|!}" {[said] $friend|$friend [said]} [warm].
"{You made the $okind cry|This is not right}{,|!}" {[said] $friend|$friend [said]} [warm], and $hero [felt] [sorry].
* sorry: hero

The next night, $hero {ran|went|walked} {back |}to the $ttoykind. "{I am|I'm} sorry. I was {jealous|mean|afraid}," $hero said [tearful].
At night, $hero {pulled|brought|led} the $ttoykind {out|back}. "{I am|I'm} sorry. I was {jealous|mean|afraid}," $hero said [tearful].
or deed: talk
That night, the $ttoykind {cried|sat alone|lay awake}. "{I miss the shop|I know nobody here|Nobody talks to me}," it said [tearful].
At night, $hero {heard|saw} the $ttoykind cry. "{I miss the shop|I know nobody here|Nobody talks to me}," it said [tearful].

$Hero {thought for [long]|looked at $friend} and {went|came} {over|closer}. "{{I will|I'll} be your friend|Come, sit with us}," $hero said [warm].
"{I was new once too|I know how you feel}{,|!}" {[said] $hero|$hero [said]} [warm] and {hugged it|sat down next to it}.
end

"{Do you want|Would you like} to {dance|play <game1>|play <game2> and <game3>}?" {{asked|said} the $ttoykind|the $ttoykind {asked|said}} [warm].
"{Let's play|I know a game,} [game]!" {[called] the $ttoykind|the $ttoykind [called]} [eager], and {they all|$hero, $friend and the $ttoykind} [had fun].
* happy: the ttoykind

$Hero, $friend and the $ttoykind {danced|jumped|ran|sang} {on the bed|under the bed|on the floor|on the table|by the door|by the window|on the chair} {all night|for [long]} and were [happy].
{All night|For [long]}, the three toys {danced|jumped|ran|sang} {on the bed|under the bed|on the floor|on the table|by the door|by the window|on the chair} and were [happy].
* together: hero

---


when deed: hide
$Hero [learned] that {love is big enough|there is room} for {two|three|more than one}.
[Ever after]{,|} $hero {took care of|slept next to|looked after} the $ttoykind and {never hid|did not hide|didn't hide} {it|a toy} again.
or deed: talk
$Hero [learned] that {someone new|a new toy} {may be|can be} {lonely|sad} and {needs|wants} a friend.
[Ever after]{,|} $hero {said hello|was kind} to {every new toy|all new toys} {first|on the first day}.
end
""",
    {
        "ttoykind": table(
            "ttoykind",
            "bear\nrabbit\nrobot\nsoldier\ndoll\nhorse\nduck\nlion\nmonkey\nelephant\ntiger",
            *("toykind", "ftoykind", "item1", "item2", "item3"),
        ),
        "nook": table(
            "nook",
            "under the bed\nbehind the couch\nin the closet\nbehind the door\nunder the stairs\n"
            "in an old box\nbehind the curtain\nin a big boot",
        ),
    },
)

WISH = Plot(
    "a toy's wish",
    "toy",
    """
+ toy

+ toy pals

+ games inside

---
[Day]{,|} $hero {heard|listened to} {a story|a song|the $okind talk} about <a wish>. "{I want to|I wish I could|I must} see it!" $hero [called] [eager].
$Hero had one {big |}wish. "{I want to|I wish I could|I must} see <a wish>!" $hero {often|always|sometimes} said [eager].


But the window was too {high|far up}.
{At night|That night}, $hero {jumped|climbed} [times], but the window was too {high|far up}.
* sad: hero

either plan: alone
$He {took|used|pushed} <a dye4> {book|box|block} and {another one|one more|a chair} and {climbed|went} up {alone|all by $himself}.
"{I need no help|I can do it alone}," said $hero and {pushed|took} <a dye4> {book|box|block} to the wall.

{But then|[Suddenly]}, it {shook|slipped|moved}, and $hero {fell|fell down}! $His {side|back} {hurt|was bent}.
Crash! $He {fell|fell down} [times], and $his {side|back} {hurt|was bent}.
* sad: hero
* scared: hero

"{Why did you not ask?|You only had to ask!}" said $friend [warm] and {held|hugged|helped} $him.
$Friend {ran|came} {over|quickly} and {held|hugged|helped} $him. "{Let's do it together|We can help}," $friend said [warm].
or plan: ask
"{Can you|Will you} help me?" {{asked|said} $hero|$hero {asked|said}} [shyly], and $friend {nodded|smiled}. "{Of course|Yes}," $friend said.
$Hero {asked|called} $friend [shyly]. "{Of course|Yes}, {{I will|I'll} help|we can do it}," $friend said [warm].
end

---
{They|$Hero and $friend} {called|woke} <a ttrait> toy <rescuer2> and {took|used} <count> {books|blocks} and <a dye5> {box|pillow}.
<A ttrait> toy <rescuer2> {brought|carried} <count> {books|blocks} and <a dye5> {box|pillow}.


{Step by step|[Carefully]}, $hero {climbed|went} up, and {there|out there|far away} $he saw $a_wish!
{They|The toys} {climbed|went} up {step by step|[carefully]}, and {there|far away} was $a_wish!

---
"[Wow]! {It is|It's} so [lovely]!" {[called] $hero|$hero [called]} [eager]. "{It is|It's|It looks} {better|bigger|brighter} than I thought!"
"[Wow]! {It is|It's|It looks} so [lovely]!" whispered $hero, and {nobody spoke|they sat} for [long].
* happy: hero
* happy: friend


In the morning, the $okind [smiled]. "{My toys are|$Hero is} at the window!"
In the morning, the $okind {found|saw} {them|$hero} {at|by} the window and [smiled].


when plan: alone
$Hero [learned] that {{it is|it's} wise|{it is|it's} good|{it is|it's} safe} to {ask for help|ask a friend first}.
[Ever after]{,|} $hero {asked|called} $friend {first|for help} when {a thing|something} was too {hard|high|big}.
or plan: ask
$Hero [learned] that {wishes|big wishes} {come true|are easy} {with|when you have} good friends.
[Ever after]{,|} $hero {helped|listened} when {a toy|someone|$friend} had a {big |}wish.
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
    },
)

PLOTS = (NEW_TOY, WISH)
