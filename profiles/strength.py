"""What a profile still lacks, and what filling it would change for its own matches.

Honest on purpose: an open wish counts as "any" and costs nothing, so most of what is missing does
not touch a score. It is read by partners, or needed before the commitment is signed or the lump sum
paid, and that is what is said. Where a change does bring partners, their number comes from the
matching app, which registers itself here.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cxc_portal.core.types import Text
from profiles.enums import Mode, Role
from profiles.languages import language_name
from profiles.models import Profile
from profiles.models.profile import LONGEST_STAY

Changes = Mapping[str, Any]
MatchEffect = Callable[[Profile, Sequence[Changes]], list[int] | None]

COMMON_LANGUAGES = ("en", "fr", "de", "es", "it")
MOST_IDEAS = 3
WINDOWS = "windows"

_providers: list[MatchEffect] = []


def register_match_effect(provider: MatchEffect) -> None:
    """Let the matching app count partners; called from `apps.ready()`.

    `provider(profile, variants)` gives for each variant the number of published profiles that would
    fit highly if the profile were published and said this instead: `Profile` fields by name with
    the values that the model holds (codes as lists), and `windows` as a list of (first day, last
    day), empty for any time. `None` when it cannot tell.
    """
    _providers[:] = [provider]


class Stage(StrEnum):
    """What a field is needed for first."""

    READ = "read"
    SIGN = "sign"
    PAY = "pay"

    @property
    def text(self) -> Text:
        return STAGE_TEXTS[self]


STAGE_TEXTS = {
    Stage.READ: gettext_lazy("Partners read it before they answer"),
    Stage.SIGN: gettext_lazy("Needed to sign the commitment"),
    Stage.PAY: gettext_lazy("Needed to be paid"),
}


@dataclass(frozen=True)
class Field:
    """One thing to fill in: on which page, what for, and why. `role` limits it to one side."""

    name: str
    label: Text
    section: str
    stage: Stage
    why: Text
    role: Role | None = None

    def is_filled(self, profile: Profile) -> bool:
        owner, _dot, name = self.name.partition(".")
        if name == WINDOWS:
            return bool(profile.windows.all())
        return bool(getattr(profile.organisation if owner == "organisation" else profile, name))


FIELDS = (
    Field(
        "profile.motivation",
        gettext_lazy("What you hope for"),
        "words",
        Stage.SIGN,
        gettext_lazy("Your score stays the same. It is what makes somebody answer you."),
    ),
    Field(
        "profile.offer",
        gettext_lazy("What you bring"),
        "words",
        Stage.SIGN,
        gettext_lazy("Your score stays the same. An exchange has two sides: say yours."),
    ),
    Field(
        "organisation.description",
        gettext_lazy("What your organisation does"),
        "about",
        Stage.SIGN,
        gettext_lazy("Your score stays the same. Partners look here first."),
    ),
    Field(
        "profile.activities",
        gettext_lazy("Activities you have in mind"),
        "purpose",
        Stage.READ,
        gettext_lazy(
            "They count together with your objectives: partners with the same ones move up, "
            "others down."
        ),
    ),
    Field(
        "profile.min_days",
        gettext_lazy("How long"),
        "time",
        Stage.READ,
        gettext_lazy("Left open, every length fits you. Naming one sorts out who cannot."),
    ),
    Field(
        "profile.windows",
        gettext_lazy("When"),
        "time",
        Stage.READ,
        gettext_lazy("Left open, you count as free at any time. Dates tell partners when to ask."),
    ),
    Field(
        "profile.contact_position",
        gettext_lazy("Position of the participant"),
        "participant",
        Stage.SIGN,
        gettext_lazy("Your score stays the same. It stands on the commitment."),
    ),
    Field(
        "profile.contact_phone",
        gettext_lazy("Telephone"),
        "participant",
        Stage.SIGN,
        gettext_lazy("Only your partner sees it, once both of you have agreed."),
    ),
    Field(
        "profile.cv",
        gettext_lazy("CV of the participant"),
        "cv",
        Stage.SIGN,
        gettext_lazy("Only your partner sees it, once both of you have agreed."),
        Role.VISITING,
    ),
    Field(
        "profile.has_declared_residence",
        gettext_lazy("Residence declaration"),
        "visit",
        Stage.SIGN,
        gettext_lazy("The programme asks visitors for it."),
        Role.VISITING,
    ),
    Field(
        "profile.max_visitors",
        gettext_lazy("Visitors at once"),
        "hosting",
        Stage.READ,
        gettext_lazy("Tells small groups whether they can come together."),
        Role.HOST,
    ),
    Field(
        "organisation.legal_form",
        gettext_lazy("Legal form"),
        "identity",
        Stage.SIGN,
        gettext_lazy("Your score stays the same. It stands on the commitment."),
    ),
    Field(
        "organisation.has_address",
        gettext_lazy("Address"),
        "address",
        Stage.SIGN,
        gettext_lazy("Partners see the town. The distance between you decides the lump sum."),
    ),
    Field(
        "organisation.registration_number",
        gettext_lazy("Registration or VAT number"),
        "identity",
        Stage.PAY,
        gettext_lazy("The partnership that pays you needs it."),
        Role.VISITING,
    ),
)


@dataclass(frozen=True)
class Idea:
    """A change of preferences and how many more partners would then fit highly."""

    text: str
    section: str
    gain: int


@dataclass(frozen=True)
class Strength:
    """How complete a profile is. `partners` fit it highly today, when matching can tell."""

    filled: int
    total: int
    missing: list[Field]
    partners: int | None
    ideas: list[Idea]

    @property
    def percent(self) -> int:
        return round(100 * self.filled / self.total)

    @property
    def next(self) -> Field | None:
        """The first thing to fill in."""
        return self.missing[0] if self.missing else None


def strength(profile: Profile) -> Strength:
    """What is missing, in the order of use, and which changes would bring most partners."""
    missing = missing_fields(profile)
    total = len(fields_of(profile))
    partners, ideas = _partners_and_ideas(profile)
    return Strength(
        filled=total - len(missing), total=total, missing=missing, partners=partners, ideas=ideas
    )


def missing_fields(profile: Profile) -> list[Field]:
    """What is not filled in yet, in the order of use."""
    return [field for field in fields_of(profile) if not field.is_filled(profile)]


def fields_of(profile: Profile) -> list[Field]:
    """What a profile in this role is made of, in the order of use."""
    return [field for field in FIELDS if field.role in (None, profile.role)]


def _partners_and_ideas(profile: Profile) -> tuple[int | None, list[Idea]]:
    """How many fit highly today, and which changes would bring more, most first."""
    possible = list(_possible_changes(profile))
    variants = [{}, *(changes for _text, _section, changes in possible)]
    counts = _providers[0](profile, variants) if _providers else None
    if counts is None:
        return None, []
    ideas = [
        Idea(text, section, count - counts[0])
        for (text, section, _changes), count in zip(possible, counts[1:], strict=True)
        if count > counts[0]
    ]
    return counts[0], sorted(ideas, key=lambda idea: -idea.gain)[:MOST_IDEAS]


def _possible_changes(profile: Profile) -> Iterator[tuple[str, str, Changes]]:
    """What an owner could change without becoming somebody else."""
    for code in COMMON_LANGUAGES:
        if code not in profile.languages:
            text = _("If you can also work in %(language)s") % {"language": language_name(code)}
            yield text, "languages", {"languages": [*profile.languages, code]}
    for name, text in (
        ("wanted_countries", _("If any country will do")),
        ("wanted_sectors", _("If any sector will do")),
        ("wanted_types", _("If any type of organisation will do")),
    ):
        if getattr(profile, name):
            yield text, "wishes", {name: []}
    if profile.mode != Mode.EITHER:
        yield _("If you can do it in person or online"), "time", {"mode": Mode.EITHER.value}
    if profile.windows.all():
        yield _("If you are free at any time"), "time", {WINDOWS: []}
    if profile.min_days and profile.max_days:
        shorter, longer = max(1, profile.min_days - 2), min(LONGEST_STAY, profile.max_days + 2)
        text = _("If %(least)s to %(most)s days suit you") % {"least": shorter, "most": longer}
        yield text, "time", {"min_days": shorter, "max_days": longer}
