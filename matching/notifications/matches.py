"""The mails about matches: whoever is asked hears at once, others in the summary of the day."""

from collections.abc import Iterable
from datetime import date, timedelta

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from cxc_portal.core import clock, mail
from cxc_portal.core.mail import MailKind, Pace, Recipient
from cxc_portal.core.types import Text
from matching.models import Match
from matching.notifications.recipients import desks_of, members_of
from profiles.models import Profile
from profiles.rules import current_rules

SIDES, DESK = "matches", "desk"
MEMBERS, STAFF = _("members"), _("partnership officers")
SUPPORT_OFFICE = _("the Support Office")

MATCH_PROPOSED = mail.register(
    MailKind(
        "matching/match_proposed",
        MEMBERS,
        _("another organisation proposed a match"),
        pace=Pace.BLOCKING,
        topic=SIDES,
    )
)
MATCH_INTRODUCED = mail.register(
    MailKind(
        "matching/match_introduced",
        MEMBERS,
        _("a partnership introduced two organisations"),
        pace=Pace.BLOCKING,
        topic=SIDES,
    )
)
MATCH_WAITS = mail.register(
    MailKind(
        "matching/match_waits",
        MEMBERS,
        _("a proposed match has waited for an answer"),
        pace=Pace.BLOCKING,
        topic=SIDES,
    )
)
MATCH_TO_PLAN = mail.register(
    MailKind(
        "matching/match_to_plan",
        _("members of the visiting organisation"),
        _("a match was confirmed"),
        pace=Pace.BLOCKING,
        topic=SIDES,
    )
)
MATCH_CONFIRMED = mail.register(
    MailKind(
        "matching/match_confirmed",
        _("members of the host"),
        _("a match was confirmed"),
        pace=Pace.DAILY,
        topic=SIDES,
    )
)
MATCH_DECLINED = mail.register(
    MailKind(
        "matching/match_declined",
        MEMBERS,
        _("the other side declined a match"),
        pace=Pace.DAILY,
        topic=SIDES,
    )
)
MATCH_WITHDRAWN = mail.register(
    MailKind(
        "matching/match_withdrawn",
        MEMBERS,
        _("a proposed match was taken back"),
        pace=Pace.DAILY,
        topic=SIDES,
    )
)
MATCH_EXPIRED = mail.register(
    MailKind(
        "matching/match_expired",
        MEMBERS,
        _("nobody answered a proposed match in time"),
        pace=Pace.DAILY,
        topic=SIDES,
    )
)
MATCH_DISSOLVED = mail.register(
    MailKind(
        "matching/match_dissolved",
        MEMBERS,
        _("a confirmed match was dissolved"),
        pace=Pace.DAILY,
        topic=SIDES,
    )
)
DESK_MATCH_CONFIRMED = mail.register(
    MailKind(
        "matching/desk_match_confirmed",
        STAFF,
        _("participants of the partnership confirmed a match"),
        pace=Pace.DAILY,
        topic=DESK,
    )
)
DESK_MATCH_DISSOLVED = mail.register(
    MailKind(
        "matching/desk_match_dissolved",
        STAFF,
        _("a match of the partnership's participants was dissolved"),
        pace=Pace.DAILY,
        topic=DESK,
    )
)
DESK_INTRODUCTION_ENDED = mail.register(
    MailKind(
        "matching/desk_introduction_ended",
        _("whoever introduced the two"),
        _("two organisations that were introduced did not agree"),
        pace=Pace.DAILY,
        topic=DESK,
    )
)
ASKING = (MATCH_PROPOSED, MATCH_INTRODUCED, MATCH_WAITS)
"""These are news only as long as nobody has decided."""

PLANNING = (MATCH_TO_PLAN, MATCH_CONFIRMED)
"""These lead to what the match became."""

_DECIDE = _("Look at the proposal")
_LOOK = _("Look at the match")


def match_proposed(match: Match) -> None:
    """The side that has not agreed is asked."""
    for side, other in _sides(match):
        if match.agreed_at(side) is None:
            _send(MATCH_PROPOSED, members_of(side), match, side=other, label=_DECIDE)


def match_introduced(match: Match) -> None:
    """Both sides are asked."""
    for side, other in _sides(match):
        _send(
            MATCH_INTRODUCED,
            members_of(side),
            match,
            side=other,
            label=_("Look at the introduction"),
            partnership=match.introduced_for or SUPPORT_OFFICE,
        )


def match_waits(match: Match) -> None:
    """Whoever has not answered is reminded once more; the mail before it need not go out."""
    mail.cancel(about=match, kinds=ASKING)
    for side, other in _sides(match):
        if match.agreed_at(side) is None:
            _send(
                MATCH_WAITS,
                members_of(side),
                match,
                side=other,
                label=_DECIDE,
                event=f"{match.reminders}",
                days_left=(match.expires_on - clock.today()).days,
                proposed_on=clock.day_of(match.proposed_at),
            )


def match_confirmed(match: Match) -> None:
    """The visitor plans next, the host knows whom to expect, and both partnerships can help."""
    mail.cancel(about=match, kinds=ASKING)
    _send(
        MATCH_TO_PLAN,
        members_of(match.visitor),
        match,
        side=match.host,
        label=_("Plan the exchange"),
    )
    _send(
        MATCH_CONFIRMED,
        members_of(match.host),
        match,
        side=match.visitor,
        label=_("Open the exchange"),
    )
    _tell_desks(DESK_MATCH_CONFIRMED, match)


def group_match_confirmed(match: Match) -> None:
    """A visitor took a place: the visitor plans next, and both partnerships can help. What the host
    reads of its group comes from the group."""
    _send(
        MATCH_TO_PLAN,
        members_of(match.visitor),
        match,
        side=match.host,
        label=_("Plan the exchange"),
    )
    _tell_desks(DESK_MATCH_CONFIRMED, match)


def match_declined(match: Match, side: Profile | None, comment: str) -> None:
    """The other side reads the reason, and from when the two can try again."""
    mail.cancel(about=match, kinds=ASKING)
    days = current_rules().integer("match.repeat_after_days")
    for told, other in _others_than(match, side):
        _send(
            MATCH_DECLINED,
            members_of(told),
            match,
            side=other,
            label=_LOOK,
            comment=comment,
            days=days,
        )
    _tell_introducer(match, comment)


def match_withdrawn(match: Match, side: Profile | None, comment: str) -> None:
    """Whoever was asked need not answer any more; when staff or the portal took it back, both
    sides are told."""
    mail.cancel(about=match, kinds=ASKING)
    for told, other in _others_than(match, side):
        _send(
            MATCH_WITHDRAWN,
            members_of(told),
            match,
            side=other,
            label=_LOOK,
            comment=comment,
            is_by_other=side is not None,
        )
    if side:
        _tell_introducer(match, comment)


def match_expired(match: Match) -> None:
    """Both sides hear that it is over."""
    mail.cancel(about=match, kinds=ASKING)
    for told, other in _sides(match):
        _send(
            MATCH_EXPIRED,
            members_of(told),
            match,
            side=other,
            label=_LOOK,
            has_answered=match.agreed_at(told) is not None,
        )
    _tell_introducer(match, "")


def match_dissolved(match: Match, side: Profile | None, comment: str) -> None:
    """The other side and the partnerships read why; what was to be planned is over."""
    mail.cancel(about=match, kinds=(MATCH_TO_PLAN, MATCH_CONFIRMED, DESK_MATCH_CONFIRMED))
    for told, other in _others_than(match, side):
        _send(MATCH_DISSOLVED, members_of(told), match, side=other, label=_LOOK, comment=comment)
    _tell_desks(DESK_MATCH_DISSOLVED, match, comment=comment)


def _sides(match: Match) -> list[tuple[Profile, Profile]]:
    """Each side with the other one."""
    return [(match.host, match.visitor), (match.visitor, match.host)]


def _others_than(match: Match, side: Profile | None) -> list[tuple[Profile, Profile]]:
    return [pair for pair in _sides(match) if side is None or pair[0].pk != side.pk]


def _tell_desks(kind: MailKind, match: Match, *, comment: str = "") -> None:
    """The partnerships of both; a person who works for both hears once."""
    people = desks_of(match.host, match.visitor)
    _send(kind, people, match, side=match.visitor, label=_LOOK, comment=comment)


def _tell_introducer(match: Match, comment: str) -> None:
    if match.introduced_by and match.introduced_by.is_active:
        people = [Recipient.of(match.introduced_by)]
        kind = DESK_INTRODUCTION_ENDED
        _send(kind, people, match, side=match.visitor, label=_LOOK, comment=comment)


def _send(
    kind: MailKind,
    people: Iterable[Recipient],
    match: Match,
    *,
    side: Profile,
    label: Text,
    event: str = "",
    **context: object,
) -> None:
    """`side` is the organisation that the mail is about."""
    for person in people:
        mail.queue(
            kind,
            to=person,
            context={
                "match": match,
                "name": side.organisation.name,
                "host": match.host.organisation.name,
                "visitor": match.visitor.organisation.name,
                "comment": "",
                "expires_on": _day_before(match.expires_on),
                "action_url": settings.SITE_URL + _page_for(kind, match),
                "action_label": label,
                **context,
            },
            dedup_key=f"{kind.name}:{match.pk}:{event}:{person.email}",
            about=match,
        )


def _page_for(kind: MailKind, match: Match) -> str:
    if kind in PLANNING:
        return reverse("exchanges:of_match", args=[match.pk])
    return match.get_absolute_url()


def _day_before(day: date) -> date:
    """A proposal expires at the start of its day: it can be answered until the evening before."""
    return day - timedelta(days=1)
