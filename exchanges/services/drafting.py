"""Writing the draft of a commitment, section by section, so that nobody overwrites what they have
not seen."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from django.utils.translation import gettext as _

from cxc_portal.core import audit, clock
from cxc_portal.core.errors import NotAllowed, StaleVersion, TransitionRefused
from exchanges.commitment.terms import (
    JSON,
    SECTIONS,
    BadTerms,
    Clauses,
    Part,
    Responsibilities,
    When,
    section,
)
from exchanges.enums import ExchangeMode
from exchanges.models import DraftSection, Exchange, SectionChange
from exchanges.permissions import can_edit_commitment
from exchanges.queries.clauses import clauses_for, standard_responsibilities
from exchanges.queries.drafts import draft_contents, draft_of, sections_of
from exchanges.services.locking import locked_exchange
from exchanges.services.moving import moved_agenda
from exchanges.services.versions import note_edit, require_kept_start
from exchanges.workflows.parties import version_in_force
from profiles.models import User

ONE_SITTING = timedelta(minutes=10)
"""What one person writes in a section without a longer pause is one change of the history."""


class SectionChanged(StaleVersion):
    """Somebody else saved the section meanwhile. `current` is what stands there now, with its
    revision, author and time; `wanted` is what this person wrote, of which nothing is lost."""

    def __init__(self, current: DraftSection, wanted: JSON) -> None:
        super().__init__(
            _("Somebody changed this section while you wrote. Look at both texts and choose."),
            code="section_changed",
        )
        self.current = current
        self.wanted = wanted


def save_section(
    *,
    exchange_id: int,
    name: str,
    content: JSON,
    revision: int,
    actor: User,
    moves_agenda: bool = False,
) -> DraftSection:
    """The section says this from now on, for both sides.

    `revision` is the one that the person started from: with a newer one in place `SectionChanged`
    is raised, unless it says the same already. Saying the same again changes nothing. A version
    that is being signed follows by `note_edit`. With `moves_agenda` the agenda follows another
    first day. Raises `TransitionRefused` for content that is not of the section's shape.
    """
    with audit.transaction():
        exchange = locked_exchange(exchange_id)
        if not can_edit_commitment(actor, exchange):
            raise NotAllowed(_("You may not change this commitment."))
        wanted = _checked(name, content)
        row = exchange.sections.select_related("changed_by").get(name=name)
        if wanted == _checked(name, row.content):
            return row
        if row.revision != revision:
            raise SectionChanged(row, wanted)
        if name == "when":
            require_kept_start(exchange, When.from_json(wanted))
        before = draft_of(exchange).when
        write_section(exchange, row, wanted, actor)
        if name == "when":
            _follow_mode(exchange, actor)
            if moves_agenda:
                _follow_first_day(exchange, before, actor)
    return row


def write_section(
    exchange: Exchange, row: DraftSection, content: JSON, actor: User, *, is_apart: bool = False
) -> None:
    """Write a section that has been checked, its change, and what follows from it. The caller
    holds the lock of the exchange. A change that `is_apart` is a line of its own in the history."""
    write_sections(exchange, [(row, content)], actor, is_apart=is_apart)


def write_sections(
    exchange: Exchange,
    contents: Sequence[tuple[DraftSection, JSON]],
    actor: User,
    *,
    is_apart: bool = False,
) -> None:
    """The same for several sections that are written at once."""
    before = draft_contents(exchange)
    for row, content in contents:
        _write(exchange, row, content, actor, is_apart=is_apart)
    audit.record_many(
        "commitment.edited",
        about=[
            (exchange, {"section": row.name, "revision": row.revision}) for row, _text in contents
        ],
        actor=actor,
    )
    after = before | {row.name: content for row, content in contents}
    note_edit(exchange=exchange, before=before, after=after, actor=actor)


def _write(
    exchange: Exchange, row: DraftSection, content: JSON, actor: User, *, is_apart: bool
) -> None:
    moment = clock.now()
    earlier = row.content
    row.content, row.revision = content, row.revision + 1
    row.changed_by, row.changed_at = actor, moment
    row.save(update_fields=["content", "revision", "changed_by", "changed_at"])
    _note_change(exchange, row, earlier, actor, is_apart=is_apart)
    if row.name == "when":
        _follow_dates(exchange, When.from_json(content))


def _checked(name: str, content: JSON) -> JSON:
    """The content in its one shape."""
    if name not in SECTIONS:
        raise TransitionRefused("no_such_section", _("A commitment has no such section."))
    try:
        values = section(name, content)
    except BadTerms as wrong:
        raise TransitionRefused(
            "bad_terms", _("Something could not be read: %(what)s") % {"what": wrong}
        ) from wrong
    if name == "when":
        _require_sense(values)
    checked: JSON = values.to_json()
    return checked


def _require_sense(when: When) -> None:
    """What an exchange could not even hold."""
    if when.mode not in ExchangeMode.values:
        raise TransitionRefused("mode", _("Choose in person or online."))
    if when.starts_on and when.ends_on and when.ends_on < when.starts_on:
        raise TransitionRefused("order", _("The last day is before the first."))


def _note_change(
    exchange: Exchange, row: DraftSection, before: JSON, actor: User, *, is_apart: bool
) -> None:
    """One line of the history: who, as which party, what before and after. What the same person
    went on writing in one sitting, with no version frozen between, makes that line longer."""
    last = row.changes.order_by("revision").last()
    if last and not is_apart and _is_one_sitting(exchange, last, row, actor):
        last.revision, last.after, last.at = row.revision, row.content, row.changed_at
        last.save(update_fields=["revision", "after", "at"])
        return
    SectionChange.objects.create(
        section=row,
        revision=row.revision,
        before=before,
        after=row.content,
        author=actor,
        capacity=exchange.capacity_of(actor),
        at=row.changed_at,
    )


def _is_one_sitting(
    exchange: Exchange, last: SectionChange, row: DraftSection, actor: User
) -> bool:
    return (
        last.author_id == actor.pk
        and row.changed_at - last.at <= ONE_SITTING
        and not exchange.versions.filter(frozen_at__gte=last.at).exists()
    )


def _follow_mode(exchange: Exchange, actor: User) -> None:
    """What only holds for the other way of meeting follows: standard responsibilities that nobody
    has touched, and clauses that no longer apply."""
    sections, terms = sections_of(exchange), draft_of(exchange)
    mode = terms.when.mode
    fitting: dict[str, Part] = {
        "responsibilities": with_standard(terms.responsibilities, mode),
        "clauses": without_foreign(terms.clauses, mode),
    }
    for name, part in fitting.items():
        if part != getattr(terms, name):
            write_section(exchange, sections[name], part.to_json(), actor)


def _follow_first_day(exchange: Exchange, before: When, actor: User) -> None:
    """The entries of the agenda are on the same days of the stay as they were."""
    terms = draft_of(exchange)
    first, country = terms.when.starts_on, exchange.host.organisation.country_id
    if before.starts_on is None or first is None or first == before.starts_on:
        return
    agenda = moved_agenda(terms.agenda, before=before.starts_on, after=first, country=country)
    if agenda != terms.agenda:
        write_section(exchange, sections_of(exchange)["agenda"], agenda.to_json(), actor)


def with_standard(written: Responsibilities, mode: str) -> Responsibilities:
    """With the standard text of this mode wherever there is none, or the other mode's."""
    ours = standard_responsibilities(mode)
    known = [standard_responsibilities(one) for one in ExchangeMode.values]
    texts = {
        party: ours[party] if text in {"", *(one[party] for one in known)} else text
        for party, text in written.to_json().items()
    }
    return Responsibilities(**texts)


def without_foreign(clauses: Clauses, mode: str) -> Clauses:
    """Without clauses that no commitment of this mode can hold."""
    known = {clause.code for clause in clauses_for(mode)}
    return replace(clauses, agreed=tuple(code for code in clauses.agreed if code in known))


def _follow_dates(exchange: Exchange, when: When) -> None:
    """Until a version is in force, the exchange is of the draft's mode and days."""
    if version_in_force(exchange):
        return
    exchange.mode, exchange.starts_on, exchange.ends_on = when.mode, when.starts_on, when.ends_on
    exchange.save(update_fields=["mode", "starts_on", "ends_on"])
