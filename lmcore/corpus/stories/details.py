"""The many small things that make each story its own: names, finds, dreams, jokes, spells."""

from __future__ import annotations

ORIGIN = (
    "$His {brothers|sisters|cousins|neighbours} were called @name, @name and @name.",
    "The {street|village|river|hill} was called @name, and behind it lay @name and @name.",
    "{Grandma|Grandpa|The baker|The teacher} called $him @name, but $his cousin said @name.",
    "The {king|queen|mayor|teacher} there was named @name @name.",
    "Next door lived @animal and @animal.",
    "$He had [number] pet snails: {the fastest|the oldest|the best} were @name and @name.",
    "People also called $him @name, @name or @name.",
    'In $his {language|village|family}, "@name" meant hello and "@name" meant goodbye.',
    "On the door it said: @name @name, number [number].",
    "$His family came from @name, {a town|a land|an island} between @name and @name.",
)

NEIGHBOURS = (
    "Not far away was the {lake|island|wood|tower} of @name, where @animal lived.",
    "$His friends @name, @name and @name lived {nearby|on a farm|far away}.",
    "Songs were sung there about @animal and @animal.",
    "$His {cat|dog|parrot|pony} was called @name, and $his {snail|fish|hen} @name.",
    "The {doctor|baker|tailor} was @animal, and the {smith|cook|judge} was @animal.",
    "$He had never seen @name or @name, but $he had maps of both.",
    "When $he was a baby, $he called everything @name or @name.",
    "{Today|Now} there is a statue of @animal and @animal there.",
    "$He gave {three stars|three trees|three hens} names: @name, @name and @name.",
    "The fastest runners there were @animal and @animal.",
)

CHARACTER = (
    "$He kept @thing, @thing and @thing {under the bed|in a box|in a sock|on a shelf}.",
    "$He was [trait], [trait] and [trait], and afraid of [colour] [bug].",
    "Every [time] $he ate [taste] [foodstuff] with [taste] [foodstuff] and drank [drink].",
    "$He could draw @shape and @shape in [number] minutes.",
    "$His best friends were @animal, @animal and @animal.",
    "$He knew a song about @animal and @animal.",
    "$He wore [a hue] coat, [hue] boots and [a colour] {hat|belt|scarf|vest|bow}.",
    "$He liked [hue] [flower], [taste] [foodstuff] and [number] kinds of [bug].",
    "In $his pocket $he carried @thing and @thing for luck.",
    "$He could count [number] [bird] and play [game] like @animal.",
    "$He dreamed of @shape and of @shape as big as @thing.",
    "$He once {swapped|lost|sold} @thing for @thing and @thing.",
)

SIGHTS = (
    "[Number] [hue] [bird] and [number] [hue] [bug] were [spot of place].",
    "On the way $he found @thing, @thing and @thing.",
    "One cloud looked like @shape, and another like @shape.",
    "There was [sight of place], and it smelled of [hue] [flower] and [taste] [foodstuff].",
    "$He met @animal with @thing and @animal with @thing.",
    "$He heard [a sound], [a sound] and [a sound] [spot of place].",
    "$He saw [number] [hue] [flower], @thing and @shape made of sand.",
    "[Number] [bird] [went] past [number] [hue] [flower].",
    "There {sat|slept|sang|stood} @animal, who ate [taste] [foodstuff].",
    "On a sign stood: to @name, [number] miles; to @name, [number] miles.",
)

TALK = (
    '"I dreamed that @animal sold @thing to @animal," said $friend.',
    '"My aunt @name has @thing and @thing," $friend [said] [kindly].',
    "They shared [taste] [foodstuff], [taste] [foodstuff] and [drink].",
    "They played [game], [game] and [game] with @animal.",
    '"Guess what I have: @thing and @thing!" $friend [said].',
    "$friend [cheered] and showed $him @thing, @thing and @thing.",
    '"I am the {wizard|giant|pirate} @name, and you are @name!" said $friend.',
    "$friend told a story about @animal, @animal and @thing.",
    "They built @shape out of [colour] sticks, and @shape out of [colour] stones.",
    '"What is [hue], [colour] and [colour]?" asked $friend. "It is @shape!"',
)

FEELING = (
    "$hero felt as [sad] as @animal with @thing.",
    "$hero was [sad], [sad] and [sad], and so was $friend.",
    "$His [body] felt like @thing under @shape.",
    "$hero was as [sad] as @shape, and $friend was as [sad] as @thing.",
    "$hero went as {quiet|stiff|pale|still} as @shape and thought of @thing.",
    "$friend was [sad] and [went] about like @animal.",
    '"[Dear]!" $hero [said]. "I feel like @animal in @thing."',
    '"[Dear], I am [sad] and [sad]," $he [said] [kindly].',
    '"[Dear]!" $friend [said] [kindly]. "By @shape and @thing!"',
    '"Even @animal or @animal would be [sad]," $friend [said] [kindly].',
    '"I would give @thing and @thing to make it good again," $he [said].',
    '"What would @animal and @animal do now?" asked $friend [kindly].',
)

SPELL = (
    '"Say with me: @name, @name, @name!" the $helper [said] [kindly].',
    '"[Greeting], I am $wise, the [trait] $helper of @name," came the [trait] answer.',
    "The $helper sang a song that went: @name, @name, @name.",
    '"I once met @animal with @thing," the $helper [said] [kindly].',
    "The $helper gave them @thing, [taste] [foodstuff] and [drink].",
    '"In @name, where I come from, even @animal gets help," the $helper [said].',
    "The $helper had [a trait] face, [a hue] hat and @thing.",
    '"You are as [trait] as @animal and as [trait] as @animal," the $helper [said].',
    "The $helper pulled out @thing, @thing and @thing.",
    '"My friends @name and @name will come too," the $helper [said] [kindly].',
    '"{Whisper|Sing|Call} @name and then @name," the $helper [said] [kindly].',
)

CELEBRATION = (
    '"[Hooray]!" $friend [said], as [happy] as @animal with @thing.',
    "They were [happy], [happy] and [happy], and even the [hue] [bird] [cheered].",
    "They gave the $helper @thing, @thing and [taste] [foodstuff].",
    "$hero and $friend {sang|shouted|called}: @name, @name, @name!",
    "$friend [cheered] like @animal, and $hero [cheered] like @animal.",
    "They ate [taste] [foodstuff] and [taste] [foodstuff], and played [game] with @animal.",
    '"Thank you," $hero [said] [kindly], and gave the $helper @thing and @thing.',
    "They made a song about it called @name and the [trait] [animal].",
    "The $helper [cheered] and gave $him @thing and $friend @thing.",
    "$friend drew @shape on @thing and gave it to the $helper.",
)

NIGHT = (
    "That night $hero dreamed of @animal, @shape and @thing.",
    "$His $family made [taste] [foodstuff] and [taste] [foodstuff] with [drink].",
    "$His $family told $him about @animal and @animal.",
    "$He put the $object between @thing and @thing, and slept [kindly].",
    "In bed $he counted [number] [hue] [bird] and [number] [hue] [bug].",
    "$His $family [cheered], [went] in and brought @thing and [taste] [foodstuff].",
    "$He wrote in [a colour] book: [number] [bird], [number] [bug], @thing.",
    "$His $family sang the song of @name, @name and @name.",
    '"My [trait], [trait], [trait] $kind," $his $family [said] [kindly].',
    "Outside {stood|sat|slept} @animal, and the moon was like @shape.",
)
