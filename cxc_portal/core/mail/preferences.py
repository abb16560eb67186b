"""What people chose about the topics of their mails."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from cxc_portal.core.errors import TransitionRefused
from cxc_portal.core.mail.topics import Topic, all_topics, known_topics
from cxc_portal.core.models import MailChoice, MailPreference

Choices = Mapping[tuple[int, str], MailChoice]


def choices_of(user_ids: Iterable[int]) -> Choices:
    """The choice that holds for each of these people and each topic."""
    people = set(user_ids)
    found = {(person, topic.name): topic.default for person in people for topic in all_topics()}
    rows = MailPreference.objects.filter(user__in=people)
    for person, topic, choice in rows.values_list("user", "topic", "choice"):
        found[person, topic] = MailChoice(choice)
    return found


def chosen_by(user: Any) -> dict[Topic, MailChoice]:
    """The choice of one person for each topic that concerns it."""
    held = choices_of([user.pk])
    return {
        topic: held[user.pk, topic.name]
        for topic in all_topics()
        if user.is_staff or not topic.is_for_staff
    }


def choose_mails(*, user_id: int, choices: Mapping[str, str]) -> None:
    """Keep what a person chose for some topics; a choice that a topic does not offer is refused."""
    known = known_topics(set(choices))
    for topic in known:
        if choices[topic.name] not in topic.choices:
            raise TransitionRefused(
                "not_offered",
                _("Somebody waits for you behind these mails, so they cannot be switched off."),
            )
    MailPreference.objects.bulk_create(
        [
            MailPreference(user_id=user_id, topic=topic.name, choice=choices[topic.name])
            for topic in known
        ],
        update_conflicts=True,
        unique_fields=["user", "topic"],
        update_fields=["choice"],
    )


def reduce_mails(*, user_id: int, names: set[str]) -> None:
    """The fewest mails about these topics that the portal can do with."""
    fewest = {topic.name: topic.least for topic in known_topics(names)}
    choose_mails(user_id=user_id, choices=fewest)
