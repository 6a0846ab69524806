"""A mistake that is admitted, a treat that is gone, a stray animal that has a home."""

from lmcore.corpus.stories.cast import PETS
from lmcore.corpus.stories.script import Plot, table

STRAYS = "\n".join(PETS)
FEEDS = "milk\nbread\nwater\ncheese\nrice\nfish\nmeat\neggs\ncorn\ngrass\nsoup\ncarrots"

MISTAKE = Plot(
    "a mistake",
    "child",
    """
+ child

---
$His $adult had <a colour> <fragile>{| from {the sea|the market|an old friend|far away}} and {loved|liked} it {very much|a lot}.
In the {kitchen|hall|living room} {was|stood} <a colour> <fragile>, and $his $adult {loved|liked} it {very much|a lot}.

"{Please don't|Please do not|Please never|Don't|Do not|Never} <forbidden> in the house," {$his $adult|$Adult} {always|often} said [warm].
"You {can|may} <forbidden> {outside|in the garden}, but not in the house," {$his $adult|$Adult} {always|often} said.

One <weather> <time>, $hero {was alone|felt bored|forgot it|{did not|didn't} think} and {started|began} to $forbidden.
[Day], <friend> came to {play|visit}, and {they|$hero and $friend} {started|began} to $forbidden.

{It was [fun], but then|[Suddenly]}, {crash|bang|crack|smash}! The $fragile {fell|lay on the floor} and {broke|was broken} {in|into} <count> pieces.
{Crash|Bang|Crack|Smash}! The $fragile {fell|lay on the floor}, {broken|cracked} {in|into} <count> pieces.

"[Oh]! {What have I done|What will $adult say|What now}?" {[cried] $hero|$hero [cried]} [tearful].
$Hero [felt] [scared]. "{$Adult will be mad|What have I done}!" $he [cried] [tearful].

---
either truth: hide
{[Carefully]|[Then]}, $hero {hid|put} the $count pieces {under the bed|in a box|behind the couch|in the closet|in a bag|under the rug}.
"{{I will|I'll} hide it|Nobody must know}," {thought|said} $hero [fearful] and {hid|put} the $count pieces {under the bed|in a box|behind the couch|in the closet}.

[Then], $his $adult {came home|came in}. "{Where is|Where's} my {$colour |}$fragile?" $ahe asked [warm].
"{Did you see|Do you know where} my {$colour |}$fragile{| is}?" {{asked|said} $his $adult|$his $adult {asked|said}} [warm].

"{The wind|A bird|A cat|The dog next door} {took it|broke it|did it}," said $hero and {looked down|turned red|felt [sorry]}.
"I don't know," said $hero and {looked down|turned red|felt [sorry]}.

{All evening|For [long]|At dinner}, $hero [felt] [sorry] and {could not|couldn't} {eat|play|sleep|smile}.
$Hero {could not|couldn't} {eat|play|sleep|smile}, {for|because} $he [felt] [sorry].

[Finally], $he {ran|went|came} to $his $adult. "{I lied|It was me}. I {broke it|broke your $fragile}," $he said [tearful].
[Finally], $hero {could not|couldn't} wait. "{I lied|It was me}. I {broke it|broke your $fragile}," $he {said|cried} [tearful].
or truth: tell
$Hero {thought|wanted to hide it}, but $he {took a deep breath|was [brave]} and {went|ran} to $his $adult.
$Hero {wanted to|could} hide the $count pieces, but $he {knew|felt} that {it was wrong|$he must tell}.

"I {broke|dropped} your {$colour |}$fragile. I wanted to $forbidden. {I am|I'm} sorry," $he said [tearful].
"{I am|I'm} {so |very |}sorry, $Adult. I {broke|dropped} your {$colour |}$fragile{,|!}" {[said] $hero|$hero [said]} [tearful].
end

(maybe)
$His $adult {was quiet|said nothing} for {a moment|a while} and then {hugged|held} $him [warm].
$His $adult {looked|was} {sad|sad at first}, but then $ahe {smiled|hugged $him|took $his hand} [warm].

when truth: hide
"The lie {hurt me|was worse}, not the $fragile. [Thanks] for {telling me|the truth}," $ahe said [warm].
"{I am|I'm} {sad|not mad} about the $fragile, but {glad|happy} that you {told me|told the truth}," $ahe said [warm].
or truth: tell
"You were [brave] to {tell|tell me|say it}{,|!}" {[said] $his $adult|$his $adult [said]} [warm]. "{A $fragile|It} is only $a_fragile{.|!}"
"{The truth|An honest $kind} is {worth|better than} {ten|two|three|a hundred} $fragile2{,|!}" {[said] $his $adult|$his $adult [said]} [warm].
end

---
{They|$Hero and $his $adult} {glued|fixed|put} the $count pieces {together|back} with {some |}<fixer> and [smiled].
{They|$Hero and $his $adult} took {some |}<fixer> and <fixer2> and {glued|fixed} the $fragile [carefully].

+ indoors

when truth: hide
$Hero [learned] that a lie {makes|can make} {a small|a bad} thing {bigger|worse}.
[Ever after], $hero {told|said} the truth {at once|right away|first}, {even when it was hard|and felt [happy]}.
or truth: tell
$Hero [learned] that {{it is|it's} best|{it is|it's} right|it helps} to {tell|say} the truth {at once|right away}.
[Ever after], $hero {went|played} {outside|in the garden} when $he wanted to $forbidden.
end
""",
    {
        "fragile": table(
            "fragile | fragile2",
            """
vase | vases
cup | cups
plate | plates
bowl | bowls
lamp | lamps
mirror | mirrors
clock | clocks
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
One {rainy|cold|gray|windy|dark} {day|morning|afternoon|evening}, $hero {heard|found|saw} [a small] <fur> <stray> {at the door|on the steps|in the garden|by the gate|under a bush}.
{At the door|On the steps|In the garden|By the gate|Under a bush} {sat|was|lay} [a small] <fur> <stray> [day].

It had <a dye> <collar> and {looked|was} [tired] and [sad].
It {looked|was} [sad], and {on|around} its neck was <a dye> <collar>.

"[Oh]! {You are|You're|It is|It's} {wet|cold|hungry|alone}. {Come in|{I will|I'll} help you}{,|!}" {[said] $hero|$hero [said]} [warm].
"{Can|May} {it|the $stray} {stay|come in|live here}?" {{asked|said} $hero|$hero {asked|said}} [warm].

"{It can stay|Yes}, but {it may have a home|someone may miss it}{,|!}" {[said] $his $adult|$his $adult [said]} [warm].
$His $adult {smiled|nodded}. "{But|For now}, {it may have a home|someone may miss it}," $ahe said [warm].

---
$Hero {made|built} {it |}a bed {from|out of} <a colour2> {blanket|scarf|box|towel} and {gave it|brought} {some |}<feed> and <feed2>.
$He {gave it|brought} {some |}<feed> and <feed2> and {dried|washed|brushed|petted} it [carefully].

$He {called|named} it <strayname>, and they [had fun] for <days> days.
"{I will|I'll} call you <strayname>," {[said] $hero|$hero [said]} [warm], and for <days> days they [had fun].

At night, $strayname {slept|lay} {at $his feet|on $his bed|in $his arms|next to $him}, and $hero [felt] [happy].
$Strayname {slept|lay} {at $his feet|on $his bed|in $his arms|next to $him} {every|each} night.

---
But {then|one day}, <a okind> named <owner> {stood|was} at the {gate|door}. "{I lost|I miss} my $fur $stray," $ohe said [tearful].
But {then|one day}, $hero {heard|saw|met} <a okind> named <owner>, who {lost|missed|looked for} $a_fur $stray.

either wish: keep
"{I want to|Can I not|Let me} keep $strayname{,|!}" {[said] $hero|$hero [said]} [tearful], but {then|soon} $he {thought of|saw} {$owner|how sad $owner was}.
$Hero {wanted to keep|{could not|couldn't} give back} $strayname and [felt] [sad], but {then|soon} $he {thought of|saw} $owner.
or wish: give
$Hero [felt] [sad], but $he {knew|saw} that {$strayname had a home|$owner missed $strayname}.
"{We must|I will|I'll|We have to} {bring it back|tell $owner}{,|!}" {[said] $hero|$hero [said]} [tearful].
end

(maybe)
$He {took|carried|brought} $strayname to {$owner|$owner's house} and {held|hugged} it {tight|once more}.
{They|$Hero and $his $adult} [went] to $owner, and $strayname {ran|jumped} {up|into $ohis arms}.

"[Wow]! {You found|You saved} {my $stray|$strayname}! [Thanks]!" {[called] $owner|$owner [called]} [eager].
$Owner {laughed|cried} and {hugged|kissed} the $stray. "[Thanks], $hero!" $ohe said [eager].

---
when wish: keep
"You {can|may} {visit|play with} {it|$strayname} {every day|each week|any time}{,|!}" {[said] $owner|$owner [said]} [warm].
"{I know it was hard|You wanted to keep it}. {Come|Visit us} {every day|each week|any time}{,|!}" {[said] $owner|$owner [said]} [warm].
or wish: give
"{I like the name|$Strayname is a good name}. {Let's share it|{It is|It's} your friend too}{,|!}" {[said] $owner|$owner [said]} [warm].
"{We can|Let's} {walk|feed|brush} $strayname {together|every day}{,|!}" {[said] $owner|$owner [said]} [warm].
end

(maybe)
[Then], $hero, $owner and $strayname [had fun] and {ate|shared} {some |}<snack>.
{They|The two children} [had fun] and {played|raced} with $strayname for [long].

+ intro again

when wish: keep
$Hero [learned] that {love|a good heart|real love} {can let go|gives back|thinks of others}.
[Ever after], $hero {had|found} two friends, $owner and $strayname.
or wish: give
$Hero [learned] that {{it is|it's} right|{it is|it's} good} to {give back what is not yours|help things find their home}.
[Ever after], $hero {had|found} two friends, $owner and $strayname.
end
""",
    {
        "collar": table("collar", "collar\nribbon\nstring\nbell\nscarf\nbow"),
        "stray": table("stray", "kitten\npuppy\ncat\ndog\nbunny\nduck\nbird\nturtle\ngoat\npony"),
        "strayname": table("strayname", STRAYS),
        "feed": table("feed", FEEDS),
        "feed2": table("feed2", FEEDS, "feed"),
    },
)

PLOTS = (MISTAKE, STRAY)
