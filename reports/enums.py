"""The fixed vocabularies of reports, evidence, payment and indicators."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class ReportState(TextChoices):
    OPEN = "open", _("To be written")
    SUBMITTED = "submitted", _("With the partnership")
    RETURNED = "returned", _("Returned with a comment")
    VALIDATED = "validated", _("Validated")


WRITABLE_REPORTS = (ReportState.OPEN, ReportState.RETURNED)
"""Those that the side can still write in."""
HANDED_IN = (ReportState.SUBMITTED, ReportState.VALIDATED)


class ReportOutcome(TextChoices):
    """What became of the exchange, as one side reports it."""

    TOOK_PLACE = "took_place", _("It took place as planned")
    ENDED_EARLY = "ended_early", _("It ended early")
    NOT_TAKEN_PLACE = "not_taken_place", _("It did not take place")


HAPPENED = (ReportOutcome.TOOK_PLACE, ReportOutcome.ENDED_EARLY)


class QuestionKind(TextChoices):
    """How a question of the questionnaire is answered."""

    CHOICE = "choice", _("One of a list")
    SEVERAL = "several", _("Several of a list")
    RATINGS = "ratings", _("From 1 to 5, one or more lines")
    PARTS = "parts", _("Fully, partly or not, one line each")
    ACTIVITIES = "activities", _("What was done, with the hours")
    NUMBERS = "numbers", _("Whole numbers, one or more lines")
    SCORE = "score", _("From 0 to 10")
    TEXT = "text", _("Text")
    STEPS = "steps", _("What, who and by when")
    YES = "yes", _("A sentence to agree to")


class QuestionGroup(TextChoices):
    """The parts of the report, in the order of the page."""

    OUTCOME = "outcome", _("What became of the exchange")
    PLANNED = "planned", _("What was planned")
    RESULTS = "results", _("What came of it")
    RATINGS = "ratings", _("How it was")
    MORE = "more", _("More, if you like")
    AFTER = "after", _("After the exchange")
    END = "end", _("Before you hand it in")


class EvidenceKind(TextChoices):
    OUTWARD = "outward", _("Travel there")
    RETURN = "return", _("Travel back")
    ACCOMMODATION = "accommodation", _("Accommodation")
    OTHER = "other", _("Something else")


class EvidenceState(TextChoices):
    WAITING = "waiting", _("Waiting for the partnership")
    ACCEPTED = "accepted", _("Accepted")
    REFUSED = "refused", _("Refused")
    WITHDRAWN = "withdrawn", _("Taken back")


class PaymentState(TextChoices):
    DUE = "due", _("Due")
    APPROVED = "approved", _("Approved")
    PAID = "paid", _("Paid")
    REFUSED = "refused", _("Refused")
    RECOVERED = "recovered", _("Recovered")


class StoryState(TextChoices):
    OFFERED = "offered", _("With the partnership")
    RETURNED = "returned", _("Returned with a comment")
    PUBLISHED = "published", _("Published")
    WITHDRAWN = "withdrawn", _("Taken back")


class LaterEffect(TextChoices):
    """What came of an exchange, months afterwards."""

    TURNOVER = "turnover", _("More turnover")
    JOBS = "jobs", _("New jobs")
    MARKET = "new_market", _("A new market")
    PRODUCT = "new_product", _("A new product or service")
    INVESTMENT = "investment", _("An investment")
    NONE = "none", _("Nothing yet")


class OutreachKind(TextChoices):
    EVENT = "event", _("Event")
    MAILING = "mailing", _("Mailing")
    POST = "post", _("Post in social media or news")
    NETWORK = "network", _("Network informed")


class ReportSection(TextChoices):
    """What a partnership writes itself in the implementation report, as the pilot ordered it."""

    ISSUES = "issues", _("Issues and opportunities")
    PROMOTION = "promotion", _("Promotion")
    NEXT_STEPS = "next_steps", _("Next steps")
    RESULTS = "results", _("Significant results")


class ReportsParty(TextChoices):
    """Who can be responsible for what follows an exchange."""

    AUTHOR = "author", _("the side that reports")
    OWN_PARTNERSHIP = "own_partnership", _("the partnership of that side")
    OTHERS = "others", _("the other parties")
    VO = "VO", _("the visiting organisation")
    VOP = "VOP", _("the partnership of the visitor")
    SUPPORT = "support", _("the Support Office")
