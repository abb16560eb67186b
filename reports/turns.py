"""What the dashboard shows of reports and stories: to staff, what they have to validate and read.
The two sides find their reports and lump sums in the turn of the exchange, and stories that came
back."""

from collections.abc import Iterator
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cxc_portal.core.workflow import Baton
from profiles.turns import Turn
from reports.enums import ReportsParty
from reports.models import SuccessStory
from reports.queries.money_turns import turns_of_money
from reports.queries.stories import stories_returned_to, stories_waiting_for, with_exchanges
from reports.queries.waiting import reports_waiting_for
from reports.workflows import report_workflow, story_workflow

MOST_OF_STAFF = 5
"""Of more than these, staff reads how many there are."""


def turns(user: Any) -> Iterator[Turn]:
    """What reports and lump sums need of this member of staff."""
    if user.staffed_partnership_ids:
        yield from _to_validate(user)
        yield from turns_of_money(user)


def _to_validate(user: Any) -> Iterator[Turn]:
    """One by one as long as they are few; else how many there are, with the way to the desk."""
    waiting = reports_waiting_for(user).with_parties().order_by("state_since")  # type: ignore[attr-defined]
    first = list(waiting[: MOST_OF_STAFF + 1])
    if len(first) > MOST_OF_STAFF:
        yield _summary(waiting.count(), first[0].state_since)
        return
    for report in first:
        yield Turn(
            kind=_("Report to validate"),
            title=report.exchange.party_name(report.capacity),
            baton=report_workflow.baton(report, user),
            url=reverse("reports:report_review", args=[report.ref]),
            note=report.ref,
        )


def _summary(number: int, since: Any) -> Turn:
    text = ngettext(
        "Your turn: read whether %(number)s report is complete.",
        "Your turn: read whether %(number)s reports are complete.",
        number,
    )
    url = f"{reverse('reports:reports_desk')}?show=waiting"
    baton = Baton(
        situation="yours",
        label=_("Reports to validate"),
        sentence=text % {"number": number},
        since=since,
        next=_("The one that has waited longest stands on top."),
        responsible=ReportsParty.OWN_PARTNERSHIP,
        action_label=_("Open the desk of reports"),
        action_url=url,
    )
    return Turn(kind=_("Reports to validate"), title="", baton=baton, url=url)


def story_turns(user: Any) -> Iterator[Turn]:
    """Stories of one's own side that came back, and for staff those to be read. Nobody waits for
    them."""
    for story in with_exchanges(stories_returned_to(user)):
        yield _story_turn(story, user)
    if not user.staffed_partnership_ids:
        return
    waiting = stories_waiting_for(user)
    first = with_exchanges(waiting[: MOST_OF_STAFF + 1])
    if len(first) > MOST_OF_STAFF:
        yield _stories_summary(waiting.count(), first[0].state_since)
        return
    for story in first:
        yield _story_turn(story, user)


def _story_turn(story: SuccessStory, user: Any) -> Turn:
    return Turn(
        kind=_("Success story"),
        title=story.title,
        baton=story_workflow.baton(story, user),
        url=story.get_absolute_url(),
        note=story.ref,
        blocks=False,
    )


def _stories_summary(number: int, since: Any) -> Turn:
    text = ngettext(
        "Your turn: read %(number)s success story.",
        "Your turn: read %(number)s success stories.",
        number,
    )
    url = reverse("reports:stories_desk")
    baton = Baton(
        situation="yours",
        label=_("Success stories"),
        sentence=text % {"number": number},
        since=since,
        next=_("Once published, everybody can read them."),
        responsible=ReportsParty.OWN_PARTNERSHIP,
        action_label=_("Open the list of stories"),
        action_url=url,
    )
    return Turn(kind=_("Success stories"), title="", baton=baton, url=url, blocks=False)
