"""What the score needs to know of one profile, in plain Python."""

import re
from dataclasses import dataclass
from datetime import date

from matching.scoring.vocabulary import MODES, ROLES

Window = tuple[date, date]

MOST_OWN_SECTORS = 15
MOST_WINDOWS = 5
LONGEST_STAY = 254
FIRST_DAY = date(2000, 1, 1)
LAST_DAY = date(2087, 8, 10)
_REF = re.compile(r"[A-Za-z0-9-]{1,20}")


class FactsRefused(ValueError):
    """The facts of a profile cannot be right; `field` names the culprit."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}")
        self.field = field


@dataclass(frozen=True, kw_only=True, slots=True)
class ProfileFacts:
    """One organisation in one role. An empty wish means "any".

    Raises FactsRefused for what no profile can have, so that nothing wrong is ever scored.
    """

    ref: str
    role: str
    organisation_id: int
    organisation_type: str
    country: str
    sectors: frozenset[str]
    languages: frozenset[str] = frozenset()
    wanted_types: frozenset[str] = frozenset()
    wanted_countries: frozenset[str] = frozenset()
    wanted_sectors: frozenset[str] = frozenset()
    objectives: frozenset[str] = frozenset()
    activities: frozenset[str] = frozenset()
    min_days: int | None = None
    """Working days. Without it the stay may be as short as the programme allows."""
    max_days: int | None = None
    """Working days. Without it the stay may be as long as the partner likes."""
    windows: tuple[Window, ...] = ()
    """First and last day, both counted. None: always available."""
    mode: str = "either"
    physical_visit_used: bool = False
    """Counts for a visiting profile only."""
    is_eligible: bool = True
    """Whether the organisation's type may hold this role."""
    is_published: bool = True
    partnership_id: int | None = None
    """Not scored; lists are filtered by it."""

    def __post_init__(self) -> None:
        _check(_REF.fullmatch(self.ref), "ref", "1 to 20 letters, digits or hyphens")
        _check(self.role in ROLES, "role", f"one of {', '.join(ROLES)}")
        _check(self.mode in MODES, "mode", f"one of {', '.join(MODES)}")
        _check(0 <= self.organisation_id < 2**32, "organisation_id", "a number below 2^32")
        _check(
            self.partnership_id is None or 0 < self.partnership_id < 2**16,
            "partnership_id",
            "a number from 1, below 2^16",
        )
        _check(len(self.sectors) <= MOST_OWN_SECTORS, "sectors", f"at most {MOST_OWN_SECTORS}")
        self._check_length()
        self._check_windows()

    def _check_length(self) -> None:
        for field in ("min_days", "max_days"):
            days = getattr(self, field)
            _check(days is None or 1 <= days <= LONGEST_STAY, field, f"from 1 to {LONGEST_STAY}")
        if self.min_days is not None and self.max_days is not None:
            _check(self.min_days <= self.max_days, "max_days", "not below min_days")

    def _check_windows(self) -> None:
        _check(len(self.windows) <= MOST_WINDOWS, "windows", f"at most {MOST_WINDOWS}")
        for first, last in self.windows:
            _check(first <= last, "windows", "the first day is not after the last")
            _check(
                first >= FIRST_DAY and last <= LAST_DAY,
                "windows",
                f"between {FIRST_DAY} and {LAST_DAY}",
            )

    @property
    def purposes(self) -> frozenset[str]:
        return self.objectives | self.activities


def _check(holds: object, field: str, reason: str) -> None:
    if not holds:
        raise FactsRefused(field, reason)
