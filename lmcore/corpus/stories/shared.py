"""Passages that many plots share: how stories open, what is met on the way, how a day ends.

An opening introduces something (`intro`) that the end of the day comes back
to, and so do what was put on or packed (`along`) and the animals of the way.
"""

from __future__ import annotations


def opening(noun: str) -> str:
    """Return the frames of the first sentence, about a `noun`."""
    return f"""
Once upon a time there was <a trait>, <trait2> {noun} named <hero>.
Once upon a time, there was <a trait> and <trait2> {noun} named <hero>.
Once upon a time, there was <a trait>, <trait2> {noun} named <hero>.
Once upon a time there was <a trait> and <trait2> {noun} named <hero>.
There was once <a trait>, <trait2> {noun} named <hero>.
"""


SHARED = {
    # What a child or an animal likes to do.
    "likes": """
$Hero {loved|liked} to <like1> and <like5>.
$He {loved|liked} to <like1> and <like5>.
$He was [very] <trait3> and {loved|liked} to <like1> and <like5>.
""",
    # A child, whom it lives with, and its house, favourite food or pet.
    "child": opening("<kind>")
    + """

+ likes

either intro: house
$He lived with $his <atrait> <adult> in <a house> house {near|by|next to|close to} the <home>.
$He and $his <adult> {had|lived in|shared} <a house> house {near|by|next to|close to} the <home>.
$His home was <a house> house {near|by|next to|close to} the <home>, and $his <atrait> <adult> lived there too.
or intro: food
$He lived with $his <atrait> <adult> and {loved|liked|always wanted|often asked} to eat <food>, <food2>{,|} and <food3>.
$His <atrait> <adult> {often|always|sometimes} {bought|brought|gave} $him <food>, <food2> or <food3>.
$He {loved|liked|always loved} $his <atrait> <adult>{,|} and $he {loved|liked|always loved} <food>, <food2>{,|} and <food3>.
or intro: pet
$He lived with $his <atrait> <adult> and <a petcolour> <petkind> named <pet>.
$He had <a petcolour> <petkind> named <pet>, a {gift|present|surprise} from $his <atrait> <adult>.
$He {loved|liked|really liked|always loved} $his <atrait> <adult> and $his <petcolour> <petkind>, <pet>.
or intro: toys
$He lived with $his <atrait> <adult> and had four toys: <a toy1>, <a toy2>, <a toy3>{,|} and <a toy4>.
$His <atrait> <adult> {gave|bought|made} $him four toys: <a toy1>, <a toy2>, <a toy3>{,|} and <a toy4>.
$He {loved|liked|really liked|always loved} $his <atrait> <adult>, $his toy <toy1>, $his toy <toy2>{,|} and $his toy <toy3>.
or intro: likes
$He lived with $his <atrait> <adult>, and they {liked|loved} to <like2>, <like3> and <like4>.
$He {often|always} asked $his <atrait> <adult> to <like2>, <like3> or <like4> with $him.
$He {liked|loved} $his <atrait> <adult>. They {liked|loved} to <like2>, <like3> and <like4> together.
end
""",
    # What the child puts on or packs before it goes out.
    "along": """
either along: clothes
$He {had on|wore} $his <dye> <wear>, $his <dye2> <wear2> and $his <dye3> <wear3>.
In $his {[nice] |}<dye> <wear>, <dye2> <wear2> and <dye3> <wear3>, $he [felt] [happy].
or along: snacks
$He {had|carried|brought} {[tasty] |}<snack>, <snack2>{,|} and <count3> <snack3> in $his {[nice] |}{bag|basket|box|backpack|lunch box}.
{$His $adult|$Adult} had {given $him|packed|made} {[tasty] |}<snack>, <snack2> and {some [tasty]|<count3>} <snack3> for {the day|lunch|later}.
end
""",
    "way": """
On the way, $he {saw|met|passed|heard|found} <count> <fur> <herd> and <count2> <fur2> <herd2>.
On the way, <count> <fur> <herd> {came by|ran by|went past|looked at $him|made a noise|followed $him}{,|} and $he [smiled].
$He {waved at|sang to|said hello to|counted|talked to|passed|saw|met} <count> <fur> <herd> and <count2> <fur2> <herd2> on the way.
<Count> <fur> <herd> and <count2> <fur2> <herd2> {sat|were|played|rested|stood} {by the road|in the grass|on the path|near the road|under a tree|by the river|on the hill|near a house|in the sun|by a pond}.
""",
    "intro again": """
when intro: house
{[Then], |}$hero [went] {back |home |}to the $house house and [smiled].
{At|In} the $house house, {$his $adult|$Adult} was {waiting|cooking|reading|singing|sleeping|resting|baking|cleaning}{,|} and $he [smiled].
That night, the $house house [felt] {warm|quiet|cozy|full of love|full of fun|happy|peaceful}.
or intro: food
{That night|[Then]}, $hero {ate|had|shared|enjoyed} {some |}$food {and $food2 |}{with|and hugged|and talked with|and sang with} {$his $adult|$Adult}.
{At home|[Then]}, {$his $adult|$Adult} {had|brought|got|gave $him} {some |}$food{| and $food2| and $food3}, and $hero [smiled].
{$His $adult|$Adult} gave $him {some|more|lots of|a lot of} $food{| and $food2| and $food3}{,|} and $he [smiled].
or intro: pet
{At home|[Then]}, $pet {the $petkind |}{ran|came|jumped|hurried|rushed} {up|over}, and they [had fun].
That night, $pet {the $petkind |}slept {on $his bed|at $his feet|next to $hero|in $his arms|by the fire|near the door}.
{At home|[Then]}, $hero gave $pet the $petkind {[a hug] hug|[a hug] kiss|a treat}.
or intro: toys
{At home|That night|In $his room}, $he {played with|hugged|held} $his {$toy1|$toy2|$toy3}.
or intro: likes
At home, {$his $adult|$Adult} {wanted|was ready|asked $him} to {$like2|$like3|$like4}.
[Then], {they|$hero and {$his $adult|$Adult}} {wanted|had time} to {$like2|$like3|$like4}.
end
""",
    "home": """
+ intro again

when along: clothes
$He {took off|put away|washed|hung up} $his $dye $wear and [felt] [happy].
$His $dye $wear and $dye2 $wear2 were {[very] |}{dirty|wet|muddy|dusty}, but $he [smiled].
$He {told $ahim about|thought of|drew|dreamed of|talked about} the $count $fur $herd and [smiled].
* happy: hero
or along: snacks
$He {told $ahim about|thought of|drew|dreamed of|talked about} the $count $fur $herd and [smiled].
{There were still|$He had|$He still had} {a few|some} {of the |}$snack3 {left|for later}.
They {ate|finished|shared|had} the {last |}{$snack|$snack2|$snack3} {together|in bed|by the fire|at the table} and [smiled].
* happy: hero
end
""",
    # The same, where nothing was put on or packed.
    "home plain": """
+ intro again

{At night|In bed|That night|In $his dreams}, $he {thought of|saw|counted|heard} the $count $fur $herd and [smiled].
$He {told {$his $adult|$Adult} about|drew|talked about|sang about} the $count $fur $herd {[loudly]|and [smiled]}.
* happy: hero
""",
    "home secret": """
+ intro again

{At night|In bed|That night|In $his dreams}, $he {thought of|saw|counted|heard} the $count $coat $babies and [smiled].
$He {dreamed of|drew|thought of|sang about} the $count $coat $babies {[loudly]|and [smiled]}.
* happy: hero
""",
    "indoors": """
when intro: house
{[Then]{,|} the|The} $house house [felt] {quiet|warm|full of smiles|full of love|happy|cozy} again.
That night, the $house house {near the $home |}[felt] {warm|quiet|cozy|full of love|full of fun|happy|peaceful}.
or intro: food
{[Then]|That night}, {$his $adult|$Adult} {brought|served|had|got} {some |}$food{| and $food2| and $food3}{,|} and they [smiled].
{[Then]|That night}, they {ate|had|shared|enjoyed} {some|a lot of|lots of|more} $food{| with $food2| with $food3} and [smiled].
or intro: pet
{[Then]{,|} $pet|$Pet} {the $petkind |}{jumped up|came in|ran over|woke up} and {sat on|lay down at|licked|sniffed} $his feet.
{[Then], |}$hero and $pet {the $petkind |}{played|sat|lay down|rested|danced|slept} {by the fire|on the floor|on the couch|by the window|on the bed|in the kitchen|by the door|in the sun}.
or intro: toys
{[Then]{,|} $he|$He} {played with|hugged|held} $his $toy1, $his $toy2{,|} and $his $toy3.
{[Then]{,|} $he|$He} {told|showed|said} {it all|everything} to $his {$toy1|$toy2|$toy3} and [smiled].
or intro: likes
[Then], {$hero and {$his $adult|$Adult}|they} {started|wanted|had time} to {$like2|$like3|$like4}.
"{Do you want|Would you like} to $like2{| with me}?" {asked $his $adult|$his $adult asked}, and $he [smiled].
end
""",
    "games": """
They <did5>, <did6>, <did7>{,|} and <did8>.
They played <game1> and <game2>, <did5>, <did6>{,|} and <did7>.
{Some|Two|Three|Many} {children|boys|girls|friends} came to play with them. They <did5>, <did6>, <did7>{,|} and <did8>.
They <did5> and <did6>{| together}. [Then], they <did7> and <did8>.
""",
    "games outside": """
They <outside1>, <outside2>, <outside3>{,|} and <outside4>.
They played <game1>, <outside1>, <outside2>, <outside3>{,|} and <outside4>.
They <outside1> and <outside2>{| together}. [Then], they <outside3> and <outside4>.
""",
    "games inside": """
They <inside1>, <inside2>, <inside3>{,|} and <inside4>.
They played <game1>, <inside1>, <inside2>, <inside3>{,|} and <inside4>.
They <inside1> and <inside2>{| together}. [Then], they <inside3> and <inside4>.
""",
    # Other children at the place where the hero is.
    "crowd": """
{Some|Two|Three|Many} {children|boys|girls|boys and girls|kids} {were there|came} too. They <did1>, <did2>, <did3>{,|} and <did4>.
$He saw {some|two|three|many} {children|boys|girls|boys and girls|kids}. They <did1>, <did2>, <did3>{,|} and <did4>.
There were {some|two|three|many} {children|boys|girls|boys and girls|kids} {there|there too}. They <did1>, <did2>, <did3>{,|} and <did4>.
""",
    # What may stand after the moral.
    "ending": """
(maybe)
The end.
They were {very |so |all |}happy{| again| together}.
They had {a lot of fun|lots of fun|so much fun}.
It was {a great|a fun|a good|the best} day.
""",
    # Good things to eat in the end.
    "feast": """
{[Then]{,|} they|They} {ate|had|shared|enjoyed} [tasty] <treat>, <treat2>{,|} and <treat3>.
There {were|was a table with} [tasty] <treat>, <treat2>{,|} and <treat3>{| for all| for everyone}.
""",
    # What a child eats before it goes to bed.
    "dinner": """
{For|At} dinner, they {ate|had|shared|enjoyed} <snack>, <snack2>, <snack3>{,|} and <treat>.
$He {ate|had|enjoyed} <snack>, <snack2>, <snack3>{,|} and <treat> for dinner.
""",
    # Other toys in the room.
    "toy pals": """
There was also <a shade1> <item1>, <a shade2> <item2>{,|} and <a shade3> <item3>{| in the room}.
$He {also |}had {some|many|three} {other |}{good |}friends: <a shade1> <item1>, <a shade2> <item2>{,|} and <a shade3> <item3>.
""",
    # Other animals that the hero knows.
    "pals": """
$He {also |}had {some|many|three} {other |}{good |}friends: <a coat> <kind1>, <a coat2> <kind2>{,|} and <a coat3> <kind3>.
There was also <a coat> <kind1>, <a coat2> <kind2>{,|} and <a coat3> <kind3>. They {liked|loved} to play with $him.
""",
    # The hero is in bed at home.
    "night": """
when intro: house
{[Then]{,|} the|The} $house house {near the $home |}[felt] {quiet|warm|full of love|safe|cozy|peaceful} again.
or intro: food
In the morning, $hero and {$his $adult|$Adult} {ate|had|shared|enjoyed} {some|a lot of|lots of|more} $food{| with $food2| with $food3} and [smiled].
{The next day|In the morning}, {$his $adult|$Adult} {brought|served|had|got} {some |}$food{| and $food2| and $food3}{,|} and they [smiled].
or intro: pet
{[Then]{,|} $pet|$Pet} {the $petkind |}{came in|ran over|woke up} and {lay down|slept|rested} {at $his feet|on the bed|next to $him}.
or intro: toys
{[Then]{,|} $he|$He} {took|hugged|held|got} $his $toy1 and $his {$toy2|$toy3} and {slept|went to sleep|closed $his eyes}.
$He {told|showed|said} {it all|everything} to $his {$toy1|$toy2|$toy3} and {slept|went to sleep|closed $his eyes}.
or intro: likes
{In the morning|The next day}, {$hero and {$his $adult|$Adult}|they} {wanted|had time} to {$like2|$like3|$like4}.
{In the morning|The next day}, $his $adult asked $him to {$like2|$like3|$like4}, and $he [smiled].
end
""",
    # An animal and its home, what it likes to eat, or its treasure.
    "animal": opening("<animal>")
    + """

+ likes

either intro: den
$He lived in <a lair> $den {near|by|next to|close to} the <wild>.
$His home was <a lair> $den {near|by|next to|close to} the <wild>.
$He {liked|loved} $his <lair> $den {near|by|next to|close to} the <wild>.
or intro: meal
$He lived by the <wild> and {loved|liked|always wanted} to eat $meal{| and <snack>}.
$He {loved|liked|really liked|always loved} {two things|only two things|two things best}, the <wild> and {fresh |sweet |good |}$meal.
or intro: treasure
$He lived by the <wild> and {had|kept|collected} <count> <dye> <treasure>{| there}.
By the <wild>, $he {had|kept|hid|collected} <count> <dye> <treasure> {under a rock|in a hole|in a box|under a tree}.
end
""",
    "friends": """
$His {best |good |}friend was <a ftrait> <fanimal> named <friend>.
$He had a {best |good |}friend, <a ftrait> <fanimal> named <friend>. They {liked|loved} to play [game].
$He had a {best |good |}friend named <friend>. $Friend was <a ftrait> <fanimal>.
""",
    "den": """
when intro: den
{[Then]|That night}, $hero [went] {back |home |}to $his $lair $den.
That night, the $lair $den [felt] {warm|quiet|cozy|full of fun|happy|peaceful}.
or intro: meal
{[Then]|That night}, $hero and $friend {ate|had|shared|enjoyed} {some |a lot of |}$meal and [smiled].
{[Then]|That night}, $hero {gave|brought|handed} $friend {some |a lot of |}$meal{,|} and they [smiled].
or intro: treasure
{[Then]|That night}, $hero {gave|showed} $friend {one|some} of $his {$dye |}$treasure and [smiled].
That night, $he {counted|looked at|held} $his $count $dye $treasure and [smiled].
end
""",
    # A toy, the child whose toy it is, and its place in the room.
    "toy": opening("toy <toykind>")
    + """

$He {lived|sat|slept} on <a dye> {shelf|bed|chair|box|table} {by the window|by the door|near the lamp|by the wall|near the bed|in the corner} and belonged to <a okind>.
$He belonged to a {kind |good |little |}<okind>, who {had|loved|kept} <count> <dye2> <others> too.
A {kind |good |little |}<okind> {loved $him|played with $him|owned $him} and kept $him in <a dye> {box|basket|bag|bed}.

{At night|When the $okind slept|When it was dark|In the dark|When nobody looked}, $he could {walk|dance|talk|play|sing|run|jump}{| and {jump|run|laugh}} with <a ftrait> toy <ftoykind> named <friend>.
$His {best |good |}friend was <a ftrait> toy <ftoykind> named <friend>.
""",
}
