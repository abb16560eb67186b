"""The life of a final activity report: its side writes it, the partnership of that side validates
that it is complete, never what it thinks."""

from collections.abc import Mapping
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from cxc_portal.core.types import Text
from cxc_portal.core.workflow import State, Step, Transition, Workflow
from reports.enums import ReportState
from reports.models import Report, ReportStep
from reports.workflows.parties import (
    AUTHOR,
    OWN_PARTNERSHIP,
    SUPPORT,
    names_of_side,
    parties_of_side,
)

OPEN, SUBMITTED, RETURNED, VALIDATED = ReportState
DAY = "j F Y"


def parties(report: Report, user: Any) -> frozenset[str]:
    return parties_of_side(report.exchange, report.capacity, user)


def _names(report: Report, user: Any) -> Mapping[str, Text]:
    names = names_of_side(report.exchange, report.capacity, user)
    whose = _("the report of %(author)s") % names
    is_own = AUTHOR in parties(report, user)
    return {
        **names,
        "report": _("your report") if is_own else whose,
        "due_on": date_format(report.due_on, DAY),
    }


_WRITE = Step(_("Write the report"), "reports:report")
_READ = Step(_("Read the report"), "reports:report")
_LOOK = Step(_("Look at both reports"), "reports:report_review")

STATES = (
    State(
        OPEN,
        label=_("Report to be written"),
        responsible=AUTHOR,
        your_turn=_("Your turn: say in five minutes how the exchange was, by %(due_on)s."),
        waiting=_("Waiting for %(report)s, due on %(due_on)s."),
        next=_("The partnership of that side reads whether it is complete."),
        steps={AUTHOR: _WRITE, OWN_PARTNERSHIP: _LOOK},
    ),
    State(
        SUBMITTED,
        label=_("Report handed in"),
        responsible=OWN_PARTNERSHIP,
        your_turn=_("Your turn: read whether %(report)s is complete."),
        waiting=_("Waiting for %(partnership)s to validate %(report)s."),
        next=_("Once both reports are validated, the exchange is closed."),
        steps={OWN_PARTNERSHIP: _LOOK, AUTHOR: _READ},
    ),
    State(
        RETURNED,
        label=_("Report returned"),
        responsible=AUTHOR,
        your_turn=_("Your turn: complete your report. What is missing stands in the comment."),
        waiting=_("Waiting for %(author)s to complete the report that was returned."),
        next=_("Then the partnership reads it again."),
        steps={AUTHOR: _WRITE, OWN_PARTNERSHIP: _LOOK},
    ),
    State(
        VALIDATED,
        label=_("Report validated"),
        responsible=None,
        your_turn="",
        waiting=_("%(report)s is validated."),
        next=_("Once both reports are validated, the exchange is closed."),
    ),
)

TRANSITIONS = (
    Transition(
        "submit",
        _("Hand in"),
        sources=(OPEN, RETURNED),
        target=SUBMITTED,
        by=(AUTHOR, OWN_PARTNERSHIP),
        stamps=("submitted_at",),
    ),
    Transition(
        "return",
        _("Return with a comment"),
        sources=(SUBMITTED, VALIDATED),
        target=RETURNED,
        by=(OWN_PARTNERSHIP, SUPPORT),
        needs_comment=True,
    ),
    Transition(
        "validate",
        _("Validate"),
        sources=(SUBMITTED,),
        target=VALIDATED,
        by=(OWN_PARTNERSHIP,),
        stamps=("validated_at",),
    ),
)

report_workflow = Workflow(
    name="report",
    states=STATES,
    transitions=TRANSITIONS,
    log=ReportStep,
    parties=parties,
    names=_names,
)
