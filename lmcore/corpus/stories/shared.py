"""Passages that many plots share: how stories open, what is met on the way, how a day ends.

An opening introduces something (`intro`) that the end of the day comes back
to, and so do what was put on or packed (`along`) and the animals of the way.
"""

from __future__ import annotations

SHARED = {
    # A child, whom it lives with, and its house, favourite food or pet.
    "child": """
Once upon a time, there was <a trait> <kind> named <hero>.
Once there was <a trait> {little |young |}<kind> {named|called} <hero>.
There was once <a trait> <kind> whose name was <hero>.
In a {small|little|quiet|big|busy|pretty|nice|far away} town {there |}lived <a trait> <kind> {named|called} <hero>.

either intro: house
$He lived with $his <adult> in <a house> {little |}house {near|by|beside|close to|next to} the <home>.
$He and $his <adult> {had|lived in|shared} <a house> house {near|by|beside|close to|next to} the <home>.
$His home was <a house> house {near|by|beside|close to|next to} the <home>, {where|and} $his <adult> lived {there |}too.
or intro: food
$He lived with $his <adult> and {loved|liked|always wanted|often asked} to eat {some |}<food>.
$His <adult> {often|always|sometimes|gladly} {made|cooked|gave} $him <food>, $his favorite {food|meal|treat|dish}.
$He {loved|liked} {two things|only two things|two things best}, $his <adult> and <food>.
or intro: pet
$He lived with $his {dear |sweet |old |good |}<adult> and <a petcolour> <petkind> {named|called} <pet>.
$He had <a petcolour> <petkind> {named|called} <pet>, a {gift|present|surprise} from $his <adult>.
$He {loved|liked} $his <adult> and $his {little |}<petcolour> <petkind>, <pet>{| very much| so much| a lot}.
end
""",
    # What the child puts on or packs before it goes out.
    "along": """
either along: clothes
$He {put on|wore|took} $his <dye> <wear>, $his <dye2> <wear2> and $his <dye3> <wear3>.
In $his {[nice] |}<dye> <wear>, <dye2> <wear2> and <dye3> <wear3>, $he [felt] [happy].
or along: snacks
$He {had|put|packed|carried} {[tasty] |}<snack>, <snack2> and <count3> <snack3> in $his {[nice] |}{bag|basket|box|backpack}.
$His $adult {gave $him|packed|made} {[tasty] |}<snack>, <snack2> and {some [tasty]|<count3>} <snack3> for {the day|lunch|later}.
end
""",
    "way": """
On the way, $he {saw|met|passed|heard|found} <count> <fur> <herd> and <count2> <fur2> <herd2>.
On the way, <count> <fur> <herd> {came by|ran by|went past|looked at $him|made a noise|followed $him}, and $he [smiled].
$He {waved at|sang to|said hello to|counted|talked to|passed|saw|met} <count> <fur> <herd> and <count2> <fur2> <herd2> on the way.
<Count> <fur> <herd> and <count2> <fur2> <herd2> {sat|were|played|rested|stood} {by the road|in the grass|on the path|near the road|under a tree}.
""",
    "intro again": """
when intro: house
{[Then], |}$hero [went] {back |home |}to the $house house near the $home.
{At|In} the $house house, $his $adult was {waiting|cooking|reading|singing|sleeping|resting|baking|cleaning}, and $he [smiled].
That {night|evening}, the $house house [felt] {warm|quiet|cozy|full of love|full of fun|happy|peaceful}.
or intro: food
{That {night|evening}|[Then]}, $hero {ate|had|shared} {some |}$food {with|and hugged|and talked with|and sang with} $his $adult.
{At home|[Then]}, $his $adult {made|had|cooked|gave $him} {some |}$food, and $hero [smiled].
$His $adult gave $him {some|a plate of|lots of|a bowl of} $food, and $he [smiled].
or intro: pet
{At home|[Then]}, $pet {the $petkind |}{ran|came|jumped|hurried|rushed} to {meet|greet|kiss|see} $him.
That {night|evening}, $pet {the $petkind |}slept {on $his bed|at $his feet|next to $hero|in $his arms|by the fire|near the door}.
{At home|[Then]}, $hero gave $pet the $petkind [a hug] {hug|treat|kiss}.
end
""",
    "home": """
+ intro again

when along: clothes
$He {took off|put away|washed|hung up} $his $dye $wear and [felt] [happy].
$His $dye $wear and $dye2 $wear2 were {[very] |}{dirty|wet|muddy|dusty}, but $he [smiled].
$He {told $ahim about|thought of|drew|dreamed of|talked about} the $count $fur $herd and [smiled].
or along: snacks
$He {told $ahim about|thought of|drew|dreamed of|talked about} the $count $fur $herd and [smiled].
{There were|$He had} {only |still |}{a few|some|two|three} {of the |}$snack3 {left|in the bag|for later}.
They {ate|finished|shared|had} the {last |}{$snack|$snack2|$snack3} {together|in bed|by the fire|at the table} and [smiled].
end
""",
    # What the child likes, and dreams of at the end.
    "likes": """
$He {loved|liked} [game], <dye> <likes> and {all |}<fur> <herd>.
$He {often |always |sometimes |}{played|wanted to play} [game] with $his <dye> <likes> and {drew|dreamed of|talked about} <fur> <herd>.
$He {had|kept} <count> <dye> <likes> and {loved|liked} [game] and <fur> <herd>.
""",
    "dream": """
{At night|In bed|That night|Later}, $he {dreamed of|drew|thought of|talked about} <count2> $fur $herd and [smiled].
In $his {dreams|sleep}, <count2> $fur $herd {played|danced|sang|talked|ran} with $his $dye $likes.
""",
    # The same, where nothing was put on or packed.
    "home plain": """
+ intro again

{At night|In bed|That night|In $his dreams}, $he {thought of|saw|counted|heard} the $count $fur $herd and [smiled].
$He {told $his $adult about|drew|talked about|sang about} the $count $fur $herd {[loudly]|and [smiled]}.
""",
    "home secret": """
+ intro again

{At night|In bed|That night|In $his dreams}, $he {thought of|saw|counted|heard} the $count $fur $babies and [smiled].
$He {dreamed of|drew|thought of|sang about} the $count $fur $babies {[loudly]|and [smiled]}.
""",
    "indoors": """
when intro: house
{[Then], the|The} $house house [felt] {quiet|warm|full of smiles|full of love|happy|cozy} again.
That {night|evening}, the $house house {near the $home |}[felt] {warm|quiet|cozy|full of love|full of fun|happy|peaceful}.
or intro: food
{[Then]|That {night|evening}}, $his $adult {made|brought|cooked|served} {some |}$food, and they [smiled].
{[Then]|That {night|evening}}, they {ate|had|shared} {some|a lot of|a plate of|a bowl of} $food and [smiled].
or intro: pet
{[Then], $pet|$Pet} {the $petkind |}{jumped up|came in|ran over|woke up} and {sat on|lay down at|licked|sniffed} $his feet.
{[Then], |}$hero and $pet {the $petkind |}{played|sat|lay down|rested|danced|slept} {by the fire|on the floor|on the couch|by the window|on the bed}.
end
""",
    "games": """
They played [game], [game] and [game].
They [had fun] and played [game]{| again| some more| together}.
They played [game] for [long], and then {they |}{played|it was time for} [game].
<Third> {came|joined them|helped|ran over}{| too| as well}, and they played [game] and [game].
""",
    # Other children at the place where the hero and the friend are.
    "crowd": """
<Third> and <fourth> {were there|came|watched|played there|came by}{| too| as well}, and they [had fun].
{There they|They} {met|saw|found} <third> and <fourth>, who [had fun].
Their friends <third> and <fourth> {waved|cheered|called|ran over|smiled|came} [loudly].
""",
    # The hero is in bed at home.
    "night": """
when intro: house
{[Then], the|The} $house house {near the $home |}[felt] {quiet|warm|full of love|safe|cozy|peaceful} again.
or intro: food
In the morning, $hero and $his $adult {ate|had|shared} {some|a lot of|a plate of|a bowl of} $food and [smiled].
{The next day|In the morning}, $his $adult {made|brought|cooked|served} {some |}$food, and they [smiled].
or intro: pet
{[Then], $pet|$Pet} {the $petkind |}{came in|ran over|woke up} and {lay down|slept|rested} {at $his feet|on the bed|next to $him}.
end
""",
    # An animal and its home, what it likes to eat, or its treasure.
    "animal": """
Once upon a time, there was <a trait> <animal> {named|called} <hero>.
Once there was <a trait> {little |young |}<animal> {named|called} <hero>.
There was once <a trait> <animal> whose name was <hero>.
{By [a big]|Near [a big]|In [a big]} {forest|lake|hill|river|field} {there |}lived <a trait> <animal> {named|called} <hero>.

either intro: den
$He lived in <a lair> $den {near|by|beside|close to|next to} the <wild>.
$His home was <a lair> {little |}$den {near|by|beside|close to|next to} the <wild>.
$He {had|loved} $his <lair> $den {near|by|beside|close to|next to} the <wild>.
or intro: meal
$He lived by the <wild> and {loved|liked|always wanted} to eat $meal{| and <snack>}.
$He {loved|liked} {two things|only two things|two things best}, the <wild> and {fresh |sweet |good |}$meal.
or intro: treasure
$He lived by the <wild> and {had|kept|collected} <count> <dye> <treasure>{| there}.
By the <wild>, $he {had|kept|hid|collected} <count> <dye> <treasure> {under a rock|in a hole|in a box|under a tree}.
end
""",
    "friends": """
$His {best |good |dear |}friend was <friend>, <a ftrait> <fanimal>.
<A ftrait> <fanimal> {named|called} <friend> was $his {best |good |dear |}friend{|, and they [had fun] together}.
$He {often|always} played [game] with $his friend <friend>, <a ftrait> <fanimal>.
""",
    "den": """
when intro: den
{[Then]|That {night|evening}}, $hero [went] {back |home |}to $his $lair $den near the $wild.
That {night|evening}, the $lair $den [felt] {warm|quiet|cozy|full of fun|happy|peaceful}.
or intro: meal
{[Then]|That {night|evening}}, $hero and $friend {ate|had|shared} {some |a lot of |}$meal and [smiled].
{[Then]|That {night|evening}}, $hero {gave|brought} $friend {some |a lot of |}$meal, and they [smiled].
or intro: treasure
{[Then]|That {night|evening}}, $hero {gave|showed} $friend {one|two|some} of $his $count $dye $treasure and [smiled].
That {night|evening}, $he {counted|looked at|washed} $his $count $dye $treasure and [smiled].
end
""",
    # A toy, the child whose toy it is, and its place in the room.
    "toy": """
Once upon a time, there was <a trait> toy <toykind> {named|called} <hero>.
Once there was <a trait> {little |}toy <toykind> {named|called} <hero>.
There was once <a trait> toy <toykind> whose name was <hero>.
In a {small|big|nice|pretty|quiet} room {there |}lived <a trait> toy <toykind> {named|called} <hero>.

$He {lived|sat|slept} on <a dye> {shelf|bed|chair} {by the window|by the door|near the lamp} and belonged to <a okind> named <owner>.
$He belonged to a {kind |good |little |}<okind> named <owner>, who {had|loved|kept} <count> <dye2> <others> too.
A {kind |good |little |}<okind> named <owner> {loved $him|played with $him|owned $him} and kept $him {in|on} <a dye> {box|basket|bag|bed}.

{At night|When $owner slept|When it was dark|In the dark|When nobody looked}, $he could {walk|dance|talk|play|sing}{| and {jump|run|laugh}} with <friend>, <a ftrait> toy <ftoykind>.
$His {best |good |dear |}friend was <friend>, <a ftrait> toy <ftoykind>{| in $fhis <colour> <wear>}.
""",
}
