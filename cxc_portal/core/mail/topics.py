"""What mails are about, so that each person can say how soon to hear of it."""

from dataclasses import dataclass

from cxc_portal.core.models import MailChoice
from cxc_portal.core.types import Text

AWAITED = (MailChoice.AT_ONCE, MailChoice.DAILY, MailChoice.WEEKLY)
OTHERS = (MailChoice.DAILY, MailChoice.WEEKLY, MailChoice.NEVER)


@dataclass(frozen=True)
class Topic:
    """A group of kinds that people choose about together.

    Behind an awaited topic somebody waits for the reader, so it cannot be switched off. News for
    staff concern nobody else.
    """

    name: str
    label: Text
    hint: Text
    is_awaited: bool = False
    is_for_staff: bool = False

    @property
    def choices(self) -> tuple[MailChoice, ...]:
        """What a person may choose, the soonest first."""
        return AWAITED if self.is_awaited else OTHERS

    @property
    def default(self) -> MailChoice:
        """What holds for whoever chose nothing."""
        return self.choices[0]

    @property
    def least(self) -> MailChoice:
        """The choice with the fewest mails."""
        return self.choices[-1]


_topics: dict[str, Topic] = {}


def register_topic(topic: Topic) -> Topic:
    """Make a topic known; a second one of the same name is an error."""
    if topic.name in _topics:
        raise ValueError(f"The topic {topic.name} is declared twice.")
    _topics[topic.name] = topic
    return topic


def all_topics() -> list[Topic]:
    """All topics, in the order of declaration."""
    return list(_topics.values())


def known_topics(names: set[str]) -> list[Topic]:
    """Those among the names that are topics."""
    return [topic for topic in all_topics() if topic.name in names]
