"""What every story has around its trouble: feelings, worried words, encouragement."""

from __future__ import annotations

FEELING = (
    "$hero felt very [sad], and so did $friend.",
    "$His [body] felt {heavy|tight|cold|hot|strange|full of stones} and $he was [sad].",
    "$hero was [sad] and $friend was [sad].",
    "A {tear|big tear|small tear} ran down $his {cheek|face|nose|chin}, and $he felt [sad].",
    "$He sat down [spot of place] and felt [sad] for [minutes].",
    "{Poor|Little} $hero looked [sad] and said nothing for [minutes].",
    "$hero {took|counted} [number] deep breaths, but $he was still [sad].",
    "$friend {saw|noticed|could see|knew} that $hero was [sad].",
    "{Never|Not once} had $he felt so [sad] on a [weather] [time].",
    "Even the [bird] {seemed|looked|sounded} [sad] now.",
    "$His {lip|chin|voice|knee|ear} {shook|trembled|quivered}. $He was [sad], but $he did not cry.",
    "$hero wanted to {go home|hide|cry|sleep|shout|stamp} and felt [sad] inside.",
)

WORRY = (
    '"[Dear]!" $he cried. "{What|Whatever} {shall we|can we|should we|must we} do now?"',
    '"[Dear]," said $friend [kindly], "{this is|that is|it looks} {bad|terrible|hard|a real '
    'mess|worse than before|no fun}."',
    '"I am so [sad]," $hero [said]{| [kindly]}.',
    '"[Dear]!" said $friend. "{You look|Are you|I feel} [sad]."',
    '"We {need|must find|have to make} a plan," [said] $friend [kindly].',
    '"It is {my fault|all my fault|not fair|too hard|hopeless}," $hero [said] [kindly].',
    '"{Do not|Please do not|You must not} be [sad]," $friend [said] [kindly].',
    '"What would {a [animal]|a [trait] [animal]|your mother|a king} do?" $hero asked [kindly].',
    '"I wish I {had stayed at home|were [a animal]|were brave|had a map|were big|knew what to '
    'do}," $he [said] [kindly].',
    '"{Maybe|Perhaps} we {should|could|can} [kindly] ask for help," $friend [said].',
    "$He thought of {home|$his family|[taste] [foodstuff]|[drink]|$his bed}, and $his [body] hurt.",
    "",
)

ARRIVAL = (
    "Just then <a helper> [went] by and {stopped|looked up|smiled|waved|listened}.",
    "After [minutes] <a helper> came along with {a bag of|a basket of|some} [taste] [foodstuff].",
    "<A helper> who lived [spot of place] {had heard|had seen|noticed} {everything|it all}.",
    "At that moment they heard a [sound]. It was <a helper> with a [colour] {hat|bag|coat|"
    "scarf|nose|umbrella}.",
    '"[Greeting]," said a {kind|friendly|deep|small|cheerful|gentle} voice. It belonged to '
    "<a helper>.",
    "They {asked|called|went to|found|ran to} <a helper>, who was {busy|resting|humming|sweeping|"
    "sitting} [spot of place].",
    "{Luckily|By good luck|Happily}, <a helper> was {near|close by|watching|not far away}, "
    "looking at the [flower].",
    "Then $hero {remembered|thought of|saw|met} <a helper>, who was known to be very [trait].",
    "<A helper> {put down|dropped|forgot} {a|the} [colour] [treasure] and [went] over to help.",
    "[Spot of place] {stood|sat|waited} <a helper> who had watched them for [minutes].",
)

COURAGE = (
    '"You are {more|much more} [trait] than you {think|know|believe|say}," said the $helper '
    "[kindly].",
    '"{Try|Listen|Think|Look|Come} {again|once more|closely|carefully|with me}," said the $helper '
    "[kindly].",
    "The $helper gave them [taste] [foodstuff] and {a cup of|some|a sip of} [drink].",
    '"[Yes], I will {help|help you|try|stay with you}," said the $helper [kindly].',
    '"When I was {young|small|little|your age}, I was just as [sad]," the $helper [said].',
    "The $helper {scratched|shook|nodded|tilted} {a|one} {wise|old|round|grey|gentle} head and "
    "thought for [minutes].",
    '"Every {trouble|problem|knot|storm|night} {ends|has an end|passes}," said the $helper '
    "[kindly].",
    "The $helper {winked|smiled|nodded|bowed|coughed} [kindly] and told them {a plan|a secret|"
    "an idea|what to do|a clever trick}.",
    "$hero dried $his {eyes|nose|face|cheeks} and felt a {little|bit|tiny bit} more [happy].",
    "$friend took {$his hand|a step|a deep breath} and [cheered].",
    '"{Two|Three|Good} friends are {stronger|better|braver|wiser} than {one|a storm|any '
    'trouble|[a animal]}," the $helper [said].',
)
