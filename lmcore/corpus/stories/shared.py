"""Passages that many plots share: how stories open, what is met on the way, how a day ends.

An opening introduces something (`intro`) that the end of the day comes back
to, and so do what was put on or packed (`along`) and the animals of the way.
"""

from __future__ import annotations

SHARED = {
    # A child, whom it lives with, and its house, favourite food or pet.
    "child": """
Once upon a time, there was <a trait>, <trait2> <kind> named <hero>.
Once there was <a trait>, <trait2> <kind> {named|called} <hero>.
There was once <a trait>, <trait2> <kind> {named|called} <hero>.
In a {small|little|quiet|big|busy|pretty|nice|far away|happy|lovely|new} town {there |}lived <a trait>, <trait2> <kind> {named|called} <hero>.

either intro: house
$He lived with $his <adult> in <a house> house {near|by|beside|close to|next to} the <home>.
$He and $his <adult> {had|lived in|shared} <a house> house {near|by|beside|close to|next to} the <home>.
$His home was <a house> house {near|by|beside|close to|next to} the <home>, and $his <adult> lived there too.
or intro: food
$He lived with $his <adult> and {loved|liked|always wanted|often asked} to eat <food>, <food2>{,|} and <food3>.
$His <adult> {often|always|sometimes|gladly} {made|cooked|gave} $him <food>, <food2> or <food3>.
$He {loved|liked|really liked|always loved} $his <adult>{,|} and $he {loved|liked|really liked|always loved} <food>, <food2>{,|} and <food3>{| very much| a lot}.
or intro: pet
$He lived with $his {dear |sweet |old |good |}<adult> and <a petcolour> <petkind> {named|called} <pet>.
$He had <a petcolour> <petkind> {named|called} <pet>, a {gift|present|surprise} from $his <adult>.
$He {loved|liked|really liked|always loved} $his <adult> and $his {little |}<petcolour> <petkind>, <pet>{| very much| so much| a lot}.
or intro: toys
$He lived with $his <adult> and had <a toy1>, <a toy2>, <a toy3>{,|} and <a toy4>.
$His <adult> {gave|bought|made} $him <a toy1>, <a toy2>, <a toy3>{,|} and <a toy4>.
$He {loved|liked|really liked|always loved} $his <adult>, $his toy <toy1>, $his toy <toy2>{,|} and $his toy <toy3>.
or intro: friends
$He lived with $his <adult> and {liked|loved|often went} to play with <pal1>, <pal2>{,|} and <pal3>.
$He had {three|three good|three best} friends, <pal1>, <pal2>{,|} and <pal3>, and {a kind|a nice|a good|a funny} <adult>.
$He {loved|liked|really liked|always loved} $his <adult> and $his friends <pal1>, <pal2>{,|} and <pal3>{| very much| so much| a lot}.
end
""",
    # What the child puts on or packs before it goes out.
    "along": """
either along: clothes
$He {put on|wore|took} $his <dye> <wear>, $his <dye2> <wear2> and $his <dye3> <wear3>.
In $his {[nice] |}<dye> <wear>, <dye2> <wear2> and <dye3> <wear3>, $he [felt] [happy].
or along: snacks
$He {had|put|packed|carried} {[tasty] |}<snack>, <snack2>{,|} and <count3> <snack3> in $his {[nice] |}{bag|basket|box|backpack|lunch box}.
{$His $adult|$Adult} {gave $him|packed|made} {[tasty] |}<snack>, <snack2> and {some [tasty]|<count3>} <snack3> for {the day|lunch|later}.
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
{[Then], |}$hero [went] {back |home |}to the $house house near the $home.
{At|In} the $house house, {$his $adult|$Adult} was {waiting|cooking|reading|singing|sleeping|resting|baking|cleaning}{,|} and $he [smiled].
That {night|evening}, the $house house [felt] {warm|quiet|cozy|full of love|full of fun|happy|peaceful}.
or intro: food
{That {night|evening}|[Then]}, $hero {ate|had|shared|enjoyed|tried} {some |}$food {and $food2 |}{with|and hugged|and talked with|and sang with} {$his $adult|$Adult}.
{At home|[Then]}, {$his $adult|$Adult} {made|had|cooked|gave $him} {some |}$food{| and $food2| and $food3}, and $hero [smiled].
{$His $adult|$Adult} gave $him {some|a plate of|lots of|a bowl of} $food{| and $food2| and $food3}{,|} and $he [smiled].
or intro: pet
{At home|[Then]}, $pet {the $petkind |}{ran|came|jumped|hurried|rushed} to {meet|greet|kiss|see} $him.
That {night|evening}, $pet {the $petkind |}slept {on $his bed|at $his feet|next to $hero|in $his arms|by the fire|near the door}.
{At home|[Then]}, $hero gave $pet the $petkind [a hug] {hug|treat|kiss}.
or intro: toys
{At home|That night|In $his room}, $he {played with|hugged|got|took} $his $toy1, $his $toy2{,|} and $his $toy3.
{At home|That night|In $his room}, $he {played with|hugged|got|took} $his {$toy1|$toy2|$toy3}.
or intro: friends
[Then]{,|} $pal1, $pal2 and $pal3 {came|ran|went|hurried|walked} {over|by|to $his house|to play}{,|} and they [had fun].
$He told $pal1, $pal2{,|} and $pal3 {all about it|everything|the story|the whole story|what happened}.
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
{There were|$He had} {only |still |}{a few|some|two|three} {of the |}$snack3 {left|in the bag|for later}.
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
That {night|evening}, the $house house {near the $home |}[felt] {warm|quiet|cozy|full of love|full of fun|happy|peaceful}.
or intro: food
{[Then]|That {night|evening}}, {$his $adult|$Adult} {made|brought|cooked|served} {some |}$food{| and $food2| and $food3}{,|} and they [smiled].
{[Then]|That {night|evening}}, they {ate|had|shared|enjoyed|tried} {some|a lot of|a plate of|a bowl of} $food{| with $food2| with $food3} and [smiled].
or intro: pet
{[Then]{,|} $pet|$Pet} {the $petkind |}{jumped up|came in|ran over|woke up} and {sat on|lay down at|licked|sniffed} $his feet.
{[Then], |}$hero and $pet {the $petkind |}{played|sat|lay down|rested|danced|slept} {by the fire|on the floor|on the couch|by the window|on the bed|in the kitchen|by the door|in the sun}.
or intro: toys
{[Then]{,|} $he|$He} {played with|hugged|got|took} $his $toy1, $his $toy2{,|} and $his $toy3.
{[Then]{,|} $he|$He} {told|showed|said} {it all|everything} to $his {$toy1|$toy2|$toy3} and [smiled].
or intro: friends
[Then]{,|} $pal1, $pal2 and $pal3 {came|ran|went|hurried|walked} {over|by|to $his house|to play}{,|} and they [had fun].
$He told $pal1, $pal2{,|} and $pal3 {all about it|everything|the story|the whole story|what happened}.
end
""",
    "games": """
They <did1>, <did2>, <did3>{,|} and <did4>.
They played <game1> and <game2>, <did1>, <did2>{,|} and <did3>.
<Joiner> {came|joined them|ran over|was there}{| too| as well}{,|} and they <did1>, <did2>{,|} and <did3>.
With <joiner>, <joiner2>{,|} and <joiner3>, they <did1>, <did2>{,|} and <did3>.
""",
    "games outside": """
They <outside1>, <outside2>, <outside3>{,|} and <outside4>.
They played <game1> and <game2>, <outside1>, <outside2>{,|} and <outside3>.
They <outside1> and <outside2>{| together| all day| for [long]}.
""",
    "games inside": """
They <inside1>, <inside2>, <inside3>{,|} and <inside4>.
They played <game1> and <game2>, <inside1>, <inside2>{,|} and <inside3>.
They <inside1> and <inside2>{| together| all night| for [long]}.
""",
    # Other children at the place where the hero is.
    "crowd": """
<Guest>, <guest2>{,|} and <guest3> {were there|came|came too|were there too|came by}{,|} and they [did].
{There |}<guest>, <guest2>{,|} and <guest3> <did1> and <did2>.
$He {met|saw|joined} <guest>, <guest2>{,|} and <guest3>, who [did].
""",
    # Good things to eat in the end.
    "feast": """
{[Then]{,|} they|They} {ate|had|shared|enjoyed} <treat>, <treat2>{,|} and <treat3>.
There {were|was a table with} [tasty] <treat>, <treat2>{,|} and <treat3>{| for all| for everyone}.
""",
    # What a child eats before it goes to bed.
    "dinner": """
{For|At} dinner, they {ate|had|shared|enjoyed} <snack>, <snack2>, <snack3>{,|} and <treat>.
$He {ate|had|enjoyed} <snack>, <snack2>, <snack3>{,|} and <treat> for dinner.
""",
    # Other toys in the room.
    "toy pals": """
<Pal1> the <item1>, <pal2> the <item2>{,|} and <pal3> the <item3> {lived|sat|stood} there{| too| as well}.
$He {also |}{knew|liked|loved} <pal1> the <item1>, <pal2> the <item2>{,|} and <pal3> the <item3>.
""",
    # Other animals that the hero knows.
    "pals": """
$He {also |}{knew|liked|loved} <pal1> the <kind1>, <pal2> the <kind2>{,|} and <pal3> the <kind3>.
<Pal1> the <kind1>, <pal2> the <kind2>{,|} and <pal3> the <kind3> {lived|were|played} there{| too| as well}.
""",
    # The hero is in bed at home.
    "night": """
when intro: house
{[Then]{,|} the|The} $house house {near the $home |}[felt] {quiet|warm|full of love|safe|cozy|peaceful} again.
or intro: food
In the morning, $hero and {$his $adult|$Adult} {ate|had|shared|enjoyed|tried} {some|a lot of|a plate of|a bowl of} $food{| with $food2| with $food3} and [smiled].
{The next day|In the morning}, {$his $adult|$Adult} {made|brought|cooked|served} {some |}$food{| and $food2| and $food3}{,|} and they [smiled].
or intro: pet
{[Then]{,|} $pet|$Pet} {the $petkind |}{came in|ran over|woke up} and {lay down|slept|rested} {at $his feet|on the bed|next to $him}.
or intro: toys
{[Then]{,|} $he|$He} {took|hugged|held|got} $his $toy1 and $his {$toy2|$toy3} and {slept|went to sleep|closed $his eyes}.
$He {told|showed|said} {it all|everything} to $his {$toy1|$toy2|$toy3} and {slept|went to sleep|closed $his eyes}.
or intro: friends
{In the morning|The next day}, $he told $pal1, $pal2{,|} and $pal3 {all about it|everything|the story|the whole story|what happened}{,|} and they [smiled].
{In the morning|The next day}, $pal1, $pal2 and $pal3 {came|ran|went|hurried|walked} {over|by|to $his house|to play}{,|} and they [had fun].
end
""",
    # An animal and its home, what it likes to eat, or its treasure.
    "animal": """
Once upon a time, there was <a trait>, <trait2> <animal> {named|called} <hero>.
Once there was <a trait>, <trait2> <animal> {named|called} <hero>.
There was once <a trait>, <trait2> <animal> {named|called} <hero>.
{By [a big]|Near [a big]|In [a big]} {forest|lake|hill|river|field|farm|mountain|village|garden|tree} {there |}lived <a trait>, <trait2> <animal> {named|called} <hero>.

either intro: den
$He lived in <a lair> $den {near|by|beside|close to|next to} the <wild>.
$His home was <a lair> $den {near|by|beside|close to|next to} the <wild>.
$He {had|loved} $his <lair> $den {near|by|beside|close to|next to} the <wild>.
or intro: meal
$He lived by the <wild> and {loved|liked|always wanted} to eat $meal{| and <snack>}.
$He {loved|liked|really liked|always loved} {two things|only two things|two things best}, the <wild> and {fresh |sweet |good |}$meal.
or intro: treasure
$He lived by the <wild> and {had|kept|collected} <count> <dye> <treasure>{| there}.
By the <wild>, $he {had|kept|hid|collected} <count> <dye> <treasure> {under a rock|in a hole|in a box|under a tree}.
end
""",
    "friends": """
$His {best |good |dear |}friend was <friend>, <a ftrait> <fanimal>.
<A ftrait> <fanimal> {named|called} <friend> was $his {best |good |dear |}friend{|{,|} and they [had fun] together}.
$He {often|always|sometimes|gladly} played [game] with $his friend <friend>, <a ftrait> <fanimal>.
""",
    "den": """
when intro: den
{[Then]|That {night|evening}}, $hero [went] {back |home |}to $his $lair $den near the $wild.
That {night|evening}, the $lair $den [felt] {warm|quiet|cozy|full of fun|happy|peaceful}.
or intro: meal
{[Then]|That {night|evening}}, $hero and $friend {ate|had|shared|enjoyed|tried} {some |a lot of |}$meal and [smiled].
{[Then]|That {night|evening}}, $hero {gave|brought|handed} $friend {some |a lot of |}$meal{,|} and they [smiled].
or intro: treasure
{[Then]|That {night|evening}}, $hero {gave|showed} $friend {one|two|some} of $his $count $dye $treasure and [smiled].
That {night|evening}, $he {counted|looked at|washed} $his $count $dye $treasure and [smiled].
end
""",
    # A toy, the child whose toy it is, and its place in the room.
    "toy": """
Once upon a time, there was <a trait>, <trait2> toy <toykind> {named|called} <hero>.
Once there was <a trait>, <trait2> toy <toykind> {named|called} <hero>.
There was once <a trait>, <trait2> toy <toykind> {named|called} <hero>.
In a {small|big|nice|pretty|quiet} room {there |}lived <a trait>, <trait2> toy <toykind> {named|called} <hero>.

$He {lived|sat|slept} on <a dye> {shelf|bed|chair|box|table} {by the window|by the door|near the lamp|by the wall|near the bed|in the corner} and belonged to <a okind> named <owner>.
$He belonged to a {kind |good |little |}<okind> named <owner>, who {had|loved|kept} <count> <dye2> <others> too.
A {kind |good |little |}<okind> named <owner> {loved $him|played with $him|owned $him} and kept $him in <a dye> {box|basket|bag|bed|hat}.

{At night|When $owner slept|When it was dark|In the dark|When nobody looked}, $he could {walk|dance|talk|play|sing|run|jump}{| and {jump|run|laugh}} with <friend>, <a ftrait> toy <ftoykind>.
$His {best |good |dear |}friend was <friend>, <a ftrait> toy <ftoykind>{| in $fhis <colour> <wear>}.
""",
}
