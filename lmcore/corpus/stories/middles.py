"""Who comes to help, in every plot."""

from __future__ import annotations

ARRIVAL = (
    "Just then <a helper> named <wise=@name> [went] by and {stopped|looked "
    "up|smiled|waved|listened}.",
    "After [minutes] <a helper> named <wise=@name> came along with {a bag of|a basket of|some} "
    "[taste] [foodstuff].",
    "<A helper> named <wise=@name> who lived [spot of place] {had heard|had seen|noticed} "
    "{everything|it all}.",
    "At that moment they heard [a sound]. It was <a helper> named <wise=@name> with [a colour] "
    "{hat|bag|coat|"
    "scarf|nose|umbrella}.",
    '"[Greeting]," said a {kind|friendly|deep|small|cheerful|gentle} voice. It belonged to '
    "<a helper> named <wise=@name>.",
    "They {asked|called|went to|found|ran to} <a helper> named <wise=@name>, who was "
    "{busy|resting|humming|sweeping|"
    "sitting} [spot of place].",
    "{Luckily|By good luck|Happily}, <a helper> named <wise=@name> was {near|close "
    "by|watching|not far away}, "
    "looking at the [flower].",
    "Then $hero {remembered|thought of|saw|met} <a helper> named <wise=@name>, who was known to "
    "be very [trait].",
    "<A helper> named <wise=@name> {put down|dropped|forgot} the [colour] [treasure] and [went] "
    "over to help.",
    "[Spot of place] {stood|sat|waited} <a helper> named <wise=@name> who had watched them for "
    "[minutes].",
)
