"""A mistake that is admitted, a treat that is gone, a stray animal that has a home."""

from lmcore.corpus.stories.cast import PETS
from lmcore.corpus.stories.script import Plot, table

STRAYS = "\n".join(PETS)
FEEDS = "milk\nbread\nwater\ncheese\nrice\nfish\nmeat\neggs\ncorn\ngrass\nsoup\ncarrots"

SEATS = "table\nchair\nlamp\nbox\nbed\ncouch\nshelf\nrug\npillow\nbook\nclock\ncarpet"

MISTAKE = Plot(
    "a mistake",
    "child",
    """
+ child

---
In the {kitchen|hall|bedroom|living room} {were|stood} <a dye> <seat>, <a dye2> <seat2>{,|} and $his $adult's [nice] <colour> <fragile>.
$His $adult {had|owned|loved} <a dye> <seat>, <a dye2> <seat2>{,|} and [a nice] <colour> <fragile>.

One <weather> <time>, $hero <inside1>, <inside2>{,|} and {started|began} to <forbidden> in the house.
[Day], {some|two|three} friends came {to play|to visit|over}. They <inside1>, <inside2>{,|} and {started|began} to <forbidden> in the house.

{It was [fun], but then|[Suddenly]}, the $fragile {fell|fell down} and {broke|was broken} {in|into} <count> pieces.
{Crash|Bang|Crack|Smash}! The $fragile broke into <count> pieces.

(maybe)
"[Oh]! {What have I done|What will $adult say|What now}?" {[cried] $hero|$hero [cried]} [tearful].
$Hero [felt] [scared]. "{$Adult will be mad|What have I done}!" $hero [cried] [tearful].
* scared: hero

---
either truth: hide
{[Carefully]|[Then]}, $hero {hid|put} the $count pieces {under the bed|in a box|behind the couch|in the closet|in a bag|under the rug}.
"{{I will|I'll} hide it|Nobody must know}," {thought|said} $hero and {hid|put} the $count pieces {under the bed|in a box|behind the couch|in the closet}.

[Then]{,|} {$his $adult|$Adult} {came home|came in}. "{Where is|Where's} my {$colour |}$fragile?" $ahe asked [warm].
"{Did you see|Do you know where} my {$colour |}$fragile{| is}?" {{asked|said} $his $adult|$his $adult {asked|said}} [warm].

"{The wind|A bird|A cat|The dog next door} {took it|broke it|did it}," said $hero and {looked down|turned red|felt [sorry]}.
"I don't know," said $hero and {looked down|turned red|felt [sorry]}.
* sorry: hero


[Finally]{,|} $he {went|walked|came|ran|hurried} to {$his $adult|$Adult}. "{I lied|It was me}. I {broke it|broke your $fragile}," $hero said [tearful].
[Finally]{,|} $hero {could not|couldn't} wait. "{I lied|It was me}. I {broke it|broke your $fragile}," $hero {said|cried} [tearful].
or truth: tell
{But $hero|$Hero} was [brave]{,|} and $he {walked|went|ran|came} to {$his $adult|$Adult}.
$Hero {walked|went|ran|came} to {$his $adult|$Adult} {at once|right away|bravely|with the pieces|in tears}.

"I {broke|dropped} your {$colour |}$fragile. I wanted to $forbidden. {I am|I'm} sorry," $hero said [tearful].
"{I am|I'm} {so |very |}sorry, $Adult. I {broke|dropped} your {$colour |}$fragile{,|!}" {[said] $hero|$hero [said]} [tearful].
end


when truth: hide
"The lie {hurt me|was worse}, not the $fragile. [Thanks] for {telling me|the truth}," $ahe said [warm].
"{I am|I'm} {sad|not mad} about the $fragile, but {glad|happy} that you {told me|told the truth}," $ahe said [warm].
or truth: tell
"You were [brave] to {tell|tell me|say it}{,|!}" {[said] $his $adult|$his $adult [said]} [warm]. "{A $fragile|It} is only $a_fragile{.|!}"
"{The truth|An honest $kind} is {worth|better than} {ten|two|three|many} $fragile2{,|!}" {[said] $his $adult|$his $adult [said]} [warm].
end

---
{They|$Hero and $his $adult} {glued|put} the $count pieces {together|back together} with {some |}{glue|tape|string|clay} and [smiled].
{They|$Hero and $his $adult} took {some |}{glue|tape|string|clay} and {fixed|mended} the $fragile [carefully].

+ games inside

+ feast

+ indoors

when truth: hide
$Hero [learned] that a lie {makes|can make} {a small|a bad} thing {bigger|worse}.
[Ever after]{,|} $hero {told|said} the truth {at once|right away|first}, {even when it was hard|and felt [happy]}.
or truth: tell
$Hero [learned] that {{it is|it's} best|{it is|it's} right|it helps} to {tell|say} the truth {at once|right away}.
[Ever after]{,|} $hero {went outside|played outside|played in the garden} when $he wanted to $forbidden.
end
""",
    {
        "seat": table("seat", SEATS),
        "seat2": table("seat2", SEATS, "seat"),
        "fragile": table(
            "fragile | fragile2",
            """
vase | vases
cup | cups
plate | plates
bowl | bowls
bottle | bottles
mirror | mirrors
picture | pictures
jar | jars
pot | pots
glass | glasses
""",
        ),
        "forbidden": table(
            "forbidden",
            "run\njump\nplay ball\nthrow things\ndance\nplay tag\nspin around\nkick a ball\nride a bike\nfly a plane\nskip\nclimb",
        ),
    },
)

STRAY = Plot(
    "a pet that was lost",
    "child",
    """
+ child

---
One {rainy|cold|gray|windy|dark} {day|morning|afternoon|evening}, $hero {heard|found|saw} <a coat> <stray> {at the door|on the steps|in the garden|by the gate|under a bush}.
{At the door|On the steps|In the garden|By the gate|Under a bush} {sat|was|lay} <a coat> <stray> [day].

"{Oh|Oh no|Hey|Oh my|Oh dear}! {You are|You're} {wet|cold|hungry|alone}. {Come in|{I will|I'll} help you}{,|!}" {[said] $hero|$hero [said]} [warm].
"Can {it|the $stray} {stay|come in|live here}?" {{asked|said} $hero|$hero {asked|said}} [warm].


---
$Hero {made|built} {it |}a bed {from|out of} <a colour2> {blanket|scarf|box|towel} and {gave it|brought} {some |}<feed> and <feed2>.
$He {gave it|brought} {some |}<feed> and <feed2> and {dried|washed|brushed|petted} it [carefully].

$He {called|named} it <strayname>{,|} and they [had fun] for <days> days.
"{I will|I'll} call you <strayname>," {[said] $hero|$hero [said]} [warm], and for <days> days they [had fun].

At night, $strayname {slept|lay} {at $his feet|on $his bed|in $his arms|next to $him}, and $hero [felt] [happy].
$Strayname {slept|lay} {at $his feet|on $his bed|in $his arms|next to $him} {every|each} night.
* happy: hero

---
But {then|one day}, <a okind> {stood|was} at the {gate|door}. "{I lost|I miss} my {$coat |}$stray," $ohe said [tearful].
But {then|one day}, $hero {saw|met} <a okind>, who {lost|missed|looked for} $a_coat $stray.

either wish: keep
"{I want to|Let me|I must} keep $strayname{,|!}" {[said] $hero|$hero [said]} [tearful], but {then|soon} $he {thought of|saw} {the $okind|how sad the $okind was}.
$Hero {wanted to keep|{could not|couldn't} give back} $strayname and [felt] [sad], but {then|soon} $he {thought of|saw} the $okind.
or wish: give
$Hero [felt] [sad], but $he {knew|saw|thought|felt} that {$strayname had a home|the $okind missed $strayname}.
"{We must|I will|I'll|We have to} {bring it back|tell the $okind}{,|!}" {[said] $hero|$hero [said]} [tearful].
end


"[Wow]! {You found|You saved} {my $stray|$strayname}! [Thanks]!" {[called] the $okind|the $okind [called]} [eager].
The $okind {laughed|cried} and {hugged|kissed} the $stray. "[Thanks], $hero!" $ohe said [eager].
* thanks: the okind
* happy: the okind

---
when wish: keep
"You {can|may} {visit|play with} {it|$strayname} {every day|each week|any time}{,|!}" {[said] the $okind|the $okind [said]} [warm].
"{I know it was hard|You wanted to keep it}. {Come|Visit us} {every day|each week|any time}{,|!}" {[said] the $okind|the $okind [said]} [warm].
or wish: give
"{I like the name|$Strayname is a good name}. {Let's share it|{It is|It's} your friend too}{,|!}" {[said] the $okind|the $okind [said]} [warm].
"{We can|Let's} {walk|feed|brush} $strayname {together|every day}{,|!}" {[said] the $okind|the $okind [said]} [warm].
end

[Then]{,|} $hero, the $okind and $strayname [had fun] and {ate|shared} {some |}<snack>.
{They|The two children} [had fun] and {played|raced} with $strayname for [long].
* together: hero

+ games

+ feast

+ intro again

when wish: keep
$Hero [learned] that {love|a good heart|real love} {can let go|gives back|thinks of others}.
[Ever after]{,|} $hero had two {good |new |}friends, the $okind and $strayname.
or wish: give
$Hero [learned] that {{it is|it's} right|{it is|it's} good} to {give back what is not yours|help things find their home}.
[Ever after]{,|} $hero had two {good |new |}friends, the $okind and $strayname.
end
""",
    {
        "stray": table("stray", "kitten\npuppy\ncat\ndog\nbunny\nduck\nbird\nturtle\ngoat\npony"),
        "strayname": table("strayname", STRAYS),
        "feed": table("feed", FEEDS),
        "feed2": table("feed2", FEEDS, "feed"),
    },
)

PLOTS = (MISTAKE, STRAY)
