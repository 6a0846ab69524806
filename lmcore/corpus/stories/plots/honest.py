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


PLOTS = (MISTAKE,)
