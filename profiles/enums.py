"""The fixed vocabularies of organisations and profiles."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Role(TextChoices):
    HOST = "host", _("Host")
    VISITING = "visiting", _("Visitor")

    @property
    def counterpart(self) -> "Role":
        """The role of the other side of a match."""
        return Role.VISITING if self is Role.HOST else Role.HOST


class ProfileState(TextChoices):
    DRAFT = "draft", _("Draft")
    SUBMITTED = "submitted", _("Waiting for validation")
    RETURNED = "returned", _("Returned for changes")
    REJECTED = "rejected", _("Rejected")
    PUBLISHED = "published", _("Published")
    PAUSED = "paused", _("Paused by its owner")
    SUSPENDED = "suspended", _("Suspended by the partnership")
    DORMANT = "dormant", _("Dormant")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class Mode(TextChoices):
    EITHER = "either", _("In person or online")
    PHYSICAL = "physical", _("In person")
    VIRTUAL = "virtual", _("Online")


class Objective(TextChoices):
    LEARN = "learn", _("Learn from actors in another cluster")
    MARKETS = "markets", _("Explore growth in new markets")
    TECHNOLOGY = "technology", _("Take up new, digital, green or low-carbon technology")
    INVESTMENT = "investment", _("Invest in strategic collaboration between regions")


class Activity(TextChoices):
    MARKET_RESEARCH = "market_research", _("Joint market research, new business opportunities")
    PROJECT_DEVELOPMENT = "project_development", _("Project development, innovation, R&D")
    FRESH_LOOK = "fresh_look", _("A fresh look at an existing business")
    FINANCING = "financing", _("SME financing in the host country")
    BRANDING = "branding", _("Branding, sales and marketing")
    JOINT_WORK = "joint_work", _("Concrete joint project work")
    OBSERVATION = "observation", _("Workplace observation")
    TRAINING = "training", _("Training, individual or in a group")
    KNOWLEDGE = "knowledge", _("Sharing knowledge and experience")
    NETWORKING = "networking", _("Networking and partner search")


class OrganisationFamily(TextChoices):
    CLUSTER = "cluster", _("Cluster organisation")
    SME = "sme", _("SME")
    SUPPORT = "support", _("Scaling-up support organisation")
    OTHER = "other", _("Other organisation")


class StaffBand(TextChoices):
    MICRO = "1-9", _("1 to 9")
    SMALL = "10-49", _("10 to 49")
    MEDIUM = "50-249", _("50 to 249")
    LARGE = "250+", _("250 or more")


class StaffRoleName(TextChoices):
    OFFICER = "officer", _("Partnership officer")
    COORDINATOR = "coordinator", _("Partnership coordinator")
    SUPPORT = "support", _("Support Office")
    OBSERVER = "observer", _("Observer")


class Party(TextChoices):
    """Who can be responsible for a profile."""

    OWNER = "owner", _("the organisation")
    PARTNERSHIP = "partnership", _("the partnership")
    SUPPORT = "support", _("the Support Office")


class CountedFrom(TextChoices):
    """Where the figure of an indicator comes from."""

    EXCHANGES = "exchanges", _("closed exchanges")
    RECORDS = "records", _("records by hand")
    RECORDS_AND_SMES = "records_and_smes", _("records by hand, and SMEs in closed exchanges")
