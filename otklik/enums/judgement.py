"""What is thought of a comment: the two axes, the stance, urgency, topic, language."""

from enum import IntEnum, StrEnum


class Claim(StrEnum):
    """Is there something that could be checked, answered or fixed?"""

    NONE = "none"
    VAGUE = "vague"
    CONCRETE = "concrete"


class Abuse(StrEnum):
    """How does the text treat people?"""

    NONE = "none"
    PROFANE = "profane"
    INSULT = "insult"
    THREAT = "threat"


class Stance(StrEnum):
    """Where the two axes put the author."""

    CRITIC = "critic"
    HEATED = "heated"
    HATER = "hater"
    PRAISE = "praise"
    QUESTION = "question"
    OTHER = "other"


UNHAPPY = (Stance.CRITIC, Stance.HEATED, Stance.HATER)
# neither pleased nor displeased as far as a verdict sees; what a trouble is asked or told in dryly
CALM = (Stance.QUESTION, Stance.OTHER)


class Urgency(IntEnum):
    """When a person at the desk must see it."""

    LOW = 0
    NORMAL = 1
    HIGH = 2
    CRITICAL = 3


class Topic(StrEnum):
    """What the comment is about for the business; one, the main one."""

    DELIVERY = "delivery"
    QUALITY = "quality"
    STAFF = "staff"
    PRICE = "price"
    APP = "app"
    PLACE = "place"
    POLICY = "policy"
    NONE = "none"


class Effort(StrEnum):
    """How much work a verdict is worth: which of the classifier's readers are asked."""

    FAST = "fast"
    BALANCED = "balanced"
    THOROUGH = "thorough"


class Language(StrEnum):
    """Languages the classifier answers for; everything else is `OTHER` and abstained on."""

    RUSSIAN = "ru"
    ENGLISH = "en"
    OTHER = "other"
