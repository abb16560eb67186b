"""What the rules find in the text of a commitment, as people read it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from cxc_portal.core.errors import TransitionRefused
from cxc_portal.core.types import Text
from exchanges.commitment.findings import STOP, Finding
from exchanges.commitment.rules import check
from exchanges.commitment.terms import Terms
from exchanges.enums import Section
from exchanges.models import Exchange, Override
from exchanges.permissions import WRITABLE, can_edit_commitment, can_override_warning
from exchanges.queries.drafts import draft_of
from exchanges.queries.facts_of_exchange import facts_of
from exchanges.wording.findings import finding_in_words
from profiles.rules import rules_in_force

OF_PROFILE = {
    "host_not_standing": "HO",
    "host_incomplete": "HO",
    "host_texts": "HO",
    "visitor_not_standing": "VO",
    "visitor_incomplete": "VO",
    "visitor_texts": "VO",
}
"""What is put right in the profile of one side, by its capacity."""


@dataclass(frozen=True, kw_only=True)
class FoundRule:
    """One rule that is not kept: what is wrong, whose rule it is, the way out and where it lies.

    `override` is how a partnership let a warning pass. `can_override` and `can_withdraw` say what
    the viewer may do about it, `leads_on` whether the way out is open to them.
    """

    finding: Finding
    exchange: Exchange
    text: str
    rule: Text
    source: Text
    way_out: str
    override: Override | None = None
    leads_on: bool = True
    can_override: bool = False
    can_withdraw: bool = False

    @property
    def code(self) -> str:
        return self.finding.code

    @property
    def section(self) -> str:
        return self.finding.section

    @property
    def section_label(self) -> Text:
        return Section(self.section).label

    @property
    def severity(self) -> str:
        return self.finding.severity

    @property
    def is_stop(self) -> bool:
        return self.severity == STOP

    @property
    def blocks(self) -> bool:
        """Whether it keeps the text from being frozen."""
        return self.is_stop or self.override is None

    @property
    def url(self) -> str:
        """Where it is put right; empty for whoever cannot."""
        if not self.leads_on:
            return ""
        if capacity := OF_PROFILE.get(self.code):
            return reverse("profiles:edit", args=[self.exchange.profile_of(capacity).ref])
        if self.section == Section.AGENDA:
            return reverse("exchanges:agenda", args=[self.exchange.ref])
        return reverse("exchanges:section", args=[self.exchange.ref, self.section])


def findings_of(
    exchange: Exchange, terms: Terms | None = None, *, viewer: Any = None
) -> list[FoundRule]:
    """All that still has to change, and the warnings that were let pass, in the order of the
    sections. Without `terms` it is the draft that is looked at. With a `viewer` only the ways that
    are open to them lead on, and it is said which warnings they may let pass. Nothing is found once
    the text cannot change any more."""
    if exchange.state not in WRITABLE:
        return []
    terms = terms or draft_of(exchange)
    rules = {rule.key: rule for rule in rules_in_force()}
    overrides = {
        override.code: override
        for override in exchange.overrides.select_related("partnership", "by")
    }
    return [
        _found(finding, exchange, rules, overrides.get(finding.code), viewer)
        for finding in check(terms, facts_of(exchange, terms))
    ]


def in_section(findings: Iterable[FoundRule], section: str) -> list[FoundRule]:
    return [found for found in findings if found.section == section]


def blocking(findings: Iterable[FoundRule]) -> list[FoundRule]:
    """Those that keep the text from being frozen."""
    return [found for found in findings if found.blocks]


def require_sound(exchange: Exchange, terms: Terms) -> None:
    """Raises `TransitionRefused` with all that still has to change and the ways out. Whoever
    writes on this holds the locks of `locked_with_visit`, so that it stays true."""
    if reasons := blocking(findings_of(exchange, terms)):
        sentences = (f"{found.text} {found.way_out}" for found in reasons)
        raise TransitionRefused("not_sound", " ".join(sentences))


def _found(
    finding: Finding,
    exchange: Exchange,
    rules: Any,
    override: Override | None,
    viewer: Any,
) -> FoundRule:
    words = finding_in_words(finding, exchange, rules)
    if override is None or override.about != finding.about:
        override = None
    may_judge = viewer is not None and finding.is_warning and can_override_warning(viewer, exchange)
    return FoundRule(
        finding=finding,
        exchange=exchange,
        text=words.text,
        rule=words.rule,
        source=words.source,
        way_out=words.way_out,
        override=override,
        leads_on=viewer is None or _leads_on(finding, exchange, viewer),
        can_override=may_judge and override is None,
        can_withdraw=may_judge and override is not None and _is_own(override, viewer),
    )


def _leads_on(finding: Finding, exchange: Exchange, viewer: Any) -> bool:
    if capacity := OF_PROFILE.get(finding.code):
        return exchange.profile_of(capacity).organisation.has_member(viewer)
    return can_edit_commitment(viewer, exchange)


def _is_own(override: Override, viewer: Any) -> bool:
    return override.partnership_id in viewer.staffed_partnership_ids
