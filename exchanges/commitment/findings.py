"""What the rules of a commitment can find. No Django in here."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from exchanges.commitment.terms import JSON, plain

STOP, WARNING = "stop", "warning"


@dataclass(frozen=True)
class Kind:
    """In which section a finding is shown, how severe it is, and the key of the programme rule
    behind it, if it is one of those with a value."""

    section: str
    severity: str = STOP
    rule: str = ""


KINDS: Mapping[str, Kind] = {
    "dates_missing": Kind("when"),
    "dates_reversed": Kind("when"),
    "not_in_future": Kind("when"),
    "over_already": Kind("when"),
    "too_short": Kind("when", rule="physical.min_days"),
    "too_long": Kind("when", rule="physical.max_months"),
    "visit_used": Kind("when", rule="physical.visits_per_visitor"),
    "travel_apart": Kind("when"),
    "venue_missing": Kind("when"),
    "platform_missing": Kind("when"),
    "virtual_window": Kind("when", rule="virtual.open_until"),
    "virtual_span": Kind("when", WARNING, rule="virtual.max_span_days"),
    "distance_unknown": Kind("when", WARNING, rule="lump_sum.near_km"),
    "same_country": Kind("people"),
    "host_country": Kind("people"),
    "visitor_country": Kind("people"),
    "host_type": Kind("people"),
    "visitor_type": Kind("people"),
    "host_not_standing": Kind("people"),
    "visitor_not_standing": Kind("people"),
    "host_incomplete": Kind("people"),
    "visitor_incomplete": Kind("people"),
    "host_texts": Kind("people", WARNING),
    "visitor_texts": Kind("people", WARNING),
    "host_participants": Kind("people"),
    "visitor_participants": Kind("people"),
    "purpose_missing": Kind("purpose"),
    "purpose_text_missing": Kind("purpose"),
    "words_in_purpose": Kind("purpose", WARNING),
    "agenda_missing": Kind("agenda"),
    "entry_incomplete": Kind("agenda"),
    "entry_times": Kind("agenda"),
    "outside_stay": Kind("agenda"),
    "overlap": Kind("agenda"),
    "not_consecutive": Kind("agenda"),
    "days_without_content": Kind("agenda"),
    "virtual_too_short": Kind("agenda", rule="virtual.min_half_days"),
    "words_in_agenda": Kind("agenda", WARNING),
    "responsibilities_missing": Kind("responsibilities"),
    "outcomes_missing": Kind("outcomes"),
    "measures_missing": Kind("outcomes"),
    "language_missing": Kind("clauses"),
    "clauses_missing": Kind("clauses"),
    "recruitment_not_excluded": Kind("clauses"),
}
"""All of them, in the order in which they are shown."""


@dataclass(frozen=True)
class Finding:
    """One rule that the text does not keep. `params` are the values that its sentence names."""

    code: str
    params: Mapping[str, Any] = field(default_factory=dict)

    @property
    def section(self) -> str:
        return KINDS[self.code].section

    @property
    def severity(self) -> str:
        return KINDS[self.code].severity

    @property
    def rule(self) -> str:
        return KINDS[self.code].rule

    @property
    def is_warning(self) -> bool:
        return self.severity == WARNING

    @property
    def about(self) -> JSON:
        """The values as JSON: whoever lets a warning pass does so for these, not for others."""
        return {name: plain(value) for name, value in self.params.items()}
