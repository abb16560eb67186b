"""The quick start: a first acceptable draft from the match and three choices."""

from dataclasses import replace
from datetime import date

from django.db.models import prefetch_related_objects
from django.utils.translation import gettext as _

from cxc_portal.core import audit, clock
from cxc_portal.core.errors import NotAllowed, TransitionRefused
from exchanges.commitment.terms import (
    SIDES,
    Agenda,
    Clauses,
    Outcomes,
    Part,
    People,
    Person,
    Purpose,
    Terms,
    When,
)
from exchanges.enums import ExchangeMode
from exchanges.models import Exchange
from exchanges.permissions import can_edit_commitment
from exchanges.queries.agenda_templates import AgendaTemplate, agenda_from, days_from, template_of
from exchanges.queries.clauses import clauses_for
from exchanges.queries.drafts import draft_of, sections_of
from exchanges.queries.suggestions import suggested_outcomes, suggested_purpose
from exchanges.services.drafting import with_standard, without_foreign, write_sections
from exchanges.services.locking import locked_exchange
from exchanges.services.opening import address_of, person_of
from profiles.models import User

ENGLISH = "en"


def start_draft(*, exchange_id: int, programme: str, first_day: date, actor: User) -> Exchange:
    """Every section of the draft says something that can be signed; what was written before stays.

    `programme` is the code of an agenda template, which also says whether one meets in person.
    Raises `TransitionRefused` for an unknown one, a day that is over, and once there is an agenda.
    """
    with audit.transaction():
        exchange = locked_exchange(exchange_id)
        prefetch_related_objects([exchange], "sections", "versions")
        if not can_edit_commitment(actor, exchange):
            raise NotAllowed(_("You may not change this commitment."))
        sections, terms = sections_of(exchange), draft_of(exchange)
        template = template_of(programme)
        if template is None:
            raise TransitionRefused("no_such_programme", _("Choose one of the programmes."))
        if first_day <= clock.today():
            raise TransitionRefused("over", _("The first day is over. Choose a later one."))
        if terms.agenda.slots:
            raise TransitionRefused(
                "started_already",
                _("The draft has an agenda already. Change what you want to be different in it."),
            )
        draft = first_draft(exchange, terms, template, first_day)
        changed = [name for name, part in draft.items() if part != getattr(terms, name)]
        contents = [(sections[name], draft[name].to_json()) for name in changed]
        write_sections(exchange, contents, actor)
    return exchange


def first_draft(
    exchange: Exchange, terms: Terms, template: AgendaTemplate, first_day: date
) -> dict[str, Part]:
    """Every section, with what these terms say already kept and the programme from that day on."""
    mode = template.mode
    days = days_from(template, first_day, exchange.host.organisation.country_id)
    agenda = agenda_from(template, days=days)
    return {
        "when": _when(exchange, terms.when, mode, days),
        "people": _people(exchange, terms.people),
        "purpose": _purpose(exchange, terms.purpose, template.objective, agenda),
        "agenda": agenda,
        "responsibilities": with_standard(terms.responsibilities, mode),
        "outcomes": terms.outcomes
        if terms.outcomes.items
        else Outcomes(items=suggested_outcomes(template.objective)),
        "clauses": _clauses(exchange, terms.clauses, mode),
    }


def _when(exchange: Exchange, when: When, mode: str, days: list[date]) -> When:
    is_physical = mode == ExchangeMode.PHYSICAL
    online = _("Video call; the host sends the link before each session")
    return replace(
        when,
        mode=mode,
        starts_on=days[0],
        ends_on=days[-1],
        venue=(when.venue or address_of(exchange.host.organisation)) if is_physical else "",
        platform="" if is_physical else when.platform or online,
    )


def _people(exchange: Exchange, people: People) -> People:
    """Gaps of the first person of each side are filled from the profile as it is now."""
    filled = {}
    for side in SIDES:
        known = person_of(exchange.profile_of(side)).__dict__
        first, *others = getattr(people, side) or (Person(),)
        gaps = {field: known[field] for field, value in first.__dict__.items() if not value}
        filled[side] = (replace(first, **gaps), *others)
    return People(**filled)


def _purpose(exchange: Exchange, purpose: Purpose, objective: str, agenda: Agenda) -> Purpose:
    text = suggested_purpose(
        objective,
        host=exchange.host.organisation.name,
        visitor=exchange.visitor.organisation.name,
    )
    activities = tuple(dict.fromkeys(slot.activity for slot in agenda.slots))
    return Purpose(
        objectives=purpose.objectives or (objective,),
        activities=purpose.activities or activities,
        text=purpose.text or text,
    )


def _clauses(exchange: Exchange, clauses: Clauses, mode: str) -> Clauses:
    """With the clauses that the programme requires; whoever signs reads and agrees to them."""
    required = tuple(clause.code for clause in clauses_for(mode) if clause.is_required)
    kept = without_foreign(clauses, mode)
    own = tuple(code for code in kept.agreed if code not in required)
    language = kept.language or next(iter(exchange.visitor.languages), ENGLISH)
    return replace(kept, language=language, agreed=required + own)
