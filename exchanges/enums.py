"""The fixed vocabularies of exchanges and commitments."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class ExchangeState(TextChoices):
    BUILDING = "building", _("Being written")
    SIGNING = "signing", _("Waiting for the two organisations")
    REVIEW = "review", _("Waiting for the partnerships")
    VALIDATED = "validated", _("Validated")
    ONGOING = "ongoing", _("Running")
    REPORTING = "reporting", _("To be reported")
    CLOSED = "closed", _("Closed")
    CANCELLED = "cancelled", _("Cancelled")
    ABORTED = "aborted", _("Broken off")
    FAILED = "failed", _("Did not take place")


BEFORE_START = (
    ExchangeState.BUILDING,
    ExchangeState.SIGNING,
    ExchangeState.REVIEW,
    ExchangeState.VALIDATED,
)
"""Those that can still be cancelled: the visitor keeps the visit."""

SIGNABLE = (ExchangeState.SIGNING, ExchangeState.REVIEW)
"""Those whose first commitment is being signed."""

AMENDABLE = (ExchangeState.VALIDATED, ExchangeState.ONGOING)
"""Those whose commitment is in force and can be changed by a further version."""

UNDONE = (ExchangeState.CANCELLED, ExchangeState.ABORTED, ExchangeState.FAILED)
"""Those that ended without having taken place: their commitment no longer holds."""

OVER = (ExchangeState.CLOSED, *UNDONE)
"""Those that nothing follows."""

TAKING_THE_VISIT = (
    ExchangeState.SIGNING,
    ExchangeState.REVIEW,
    ExchangeState.VALIDATED,
    ExchangeState.ONGOING,
    ExchangeState.REPORTING,
    ExchangeState.CLOSED,
    ExchangeState.ABORTED,
)
"""In person, these use up the visit of the visiting organisation."""


class ExchangeMode(TextChoices):
    PHYSICAL = "physical", _("In person")
    VIRTUAL = "virtual", _("Online")


class Capacity(TextChoices):
    """As whom one of the four parties signs."""

    HO = "HO", _("Host organisation")
    VO = "VO", _("Visiting organisation")
    HOP = "HOP", _("Partnership of the host")
    VOP = "VOP", _("Partnership of the visitor")

    @property
    def is_partnership(self) -> bool:
        return self in PARTNERSHIPS


ORGANISATIONS = (Capacity.HO, Capacity.VO)
"""They sign first, in any order."""
PARTNERSHIPS = (Capacity.HOP, Capacity.VOP)
"""They sign once both organisations have."""


class ExchangeParty(TextChoices):
    """Who can be responsible for an exchange. `TO_SIGN` is whoever's signature is awaited now."""

    HO = "HO", _("the host organisation")
    VO = "VO", _("the visiting organisation")
    HOP = "HOP", _("the partnership of the host")
    VOP = "VOP", _("the partnership of the visitor")
    SIDE = "side", _("the two organisations")
    PARTNERSHIP = "partnership", _("the two partnerships")
    TO_SIGN = "to_sign", _("whoever has yet to sign")
    SUPPORT = "support", _("the Support Office")


class VersionState(TextChoices):
    """What has become of one frozen version of a commitment."""

    SIGNING = "signing", _("To be signed by the two organisations")
    REVIEW = "review", _("To be signed by the partnerships")
    IN_FORCE = "in_force", _("In force")
    RETURNED = "returned", _("Returned with a comment")
    REFUSED = "refused", _("Refused")
    VOID = "void", _("Void: the text was changed")
    SUPERSEDED = "superseded", _("Replaced by a later version")
    ENDED = "ended", _("No longer in force")


OPEN_VERSIONS = (VersionState.SIGNING, VersionState.REVIEW)


class Section(TextChoices):
    """The parts of a commitment, each edited on a page of its own, in this order."""

    WHEN = "when", _("When and where")
    PEOPLE = "people", _("People")
    PURPOSE = "purpose", _("Purpose")
    AGENDA = "agenda", _("Agenda")
    RESPONSIBILITIES = "responsibilities", _("Responsibilities")
    OUTCOMES = "outcomes", _("Expected outcomes")
    CLAUSES = "clauses", _("Language and clauses")


class DayPart(TextChoices):
    DAY = "day", _("Whole day")
    MORNING = "morning", _("Morning")
    AFTERNOON = "afternoon", _("Afternoon")


class Responsible(TextChoices):
    """Who sees to an entry of the agenda."""

    HOST = "host", _("Host")
    VISITOR = "visitor", _("Visitor")
    BOTH = "both", _("Both")


class SignatureMethod(TextChoices):
    """How the person proved who they are."""

    PASSWORD = "password", _("Password entered anew")
    CODE = "code", _("One-time code by mail")
    PASSKEY = "passkey", _("Passkey")
    SECOND_FACTOR = "second_factor", _("Second factor")
    PAPER = "paper", _("Signed on paper, scan attached")


class IncidentKind(TextChoices):
    AGENDA = "agenda", _("The agenda is not kept")
    NO_SHOW = "no_show", _("Somebody did not turn up")
    LANGUAGE = "language", _("Language")
    CONDUCT = "conduct", _("Conduct")
    SAFETY = "safety", _("Safety")
    LOGISTICS = "logistics", _("Logistics")
    OTHER = "other", _("Something else")


class IncidentSeverity(TextChoices):
    LOW = "low", _("It can wait")
    MEDIUM = "medium", _("It disturbs the exchange")
    HIGH = "high", _("It cannot go on like this")


class IncidentState(TextChoices):
    """On which rung of the ladder an incident is."""

    PARTIES = "parties", _("Between the two organisations")
    PARTNERSHIP = "partnership", _("With the partnership of whoever reported it")
    BOTH = "both", _("With both partnerships")
    SUPPORT = "support", _("With the Support Office")
    SETTLED = "settled", _("Settled")


class InterruptionKind(TextChoices):
    EARLY_END = "early_end", _("End early")
    POSTPONE = "postpone", _("Postpone")
    GO_VIRTUAL = "go_virtual", _("Go on online")
    CANCEL = "cancel", _("Cancel because of force majeure")


class InterruptionState(TextChoices):
    """A request to end early or because of force majeure: both partnerships decide."""

    ASKED = "asked", _("Waiting for the partnerships")
    ACCEPTED = "accepted", _("Accepted")
    REFUSED = "refused", _("Refused")
    WITHDRAWN = "withdrawn", _("Taken back")


class GroupState(TextChoices):
    OPEN = "open", _("Open for visitors")
    CLOSED = "closed", _("Closed for new visitors")
    CANCELLED = "cancelled", _("Cancelled")
