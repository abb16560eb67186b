"""A confirmed match becomes an exchange: a reference, and a draft that starts filled in."""

from django.utils.translation import gettext as _

from cxc_portal.core import audit, clock, places
from cxc_portal.core.errors import TransitionRefused
from exchanges.commitment.terms import (
    SECTIONS,
    Clauses,
    Part,
    People,
    Person,
    Purpose,
    Responsibilities,
    When,
)
from exchanges.enums import ExchangeMode
from exchanges.models import DraftSection, Exchange, ExchangeYear
from exchanges.queries.clauses import standard_responsibilities
from matching.enums import MatchState
from matching.models import Match
from profiles.enums import Mode
from profiles.models import Organisation, Profile, User


def open_exchange(*, match_id: int, actor: User | None) -> Exchange:
    """The exchange of a confirmed match; a second call gives the same one.

    Raises `TransitionRefused` for a match that is not confirmed, or of a profile that has no
    reference partnership to sign with.
    """
    with audit.transaction():
        match = (
            Match.objects.select_for_update(of=("self",))
            .select_related(
                *(f"{side}__organisation__country" for side in ("host", "visitor")),
                "host__partnership",
                "visitor__partnership",
            )
            .get(pk=match_id)
        )
        if found := Exchange.objects.filter(match=match).first():
            return found
        if match.state != MatchState.CONFIRMED:
            raise TransitionRefused(
                "not_confirmed", _("Both sides have to accept the match before it is planned.")
            )
        partnerships = match.host.partnership, match.visitor.partnership
        if partnerships[0] is None or partnerships[1] is None:
            raise TransitionRefused(
                "no_partnership",
                _("Both profiles need a reference partnership. Ask the Support Office for one."),
            )
        exchange = Exchange.objects.create(
            ref=_next_ref(),
            match=match,
            host=match.host,
            visitor=match.visitor,
            host_partnership=partnerships[0],
            visitor_partnership=partnerships[1],
            mode=_mode_of(match),
            starts_on=match.starts_on,
            ends_on=match.ends_on,
            time_zone=_zone_of(match.host.organisation),
        )
        _write_draft(exchange)
        audit.record("exchange.open", subject=exchange, actor=actor, data={"match": match.pk})
    return exchange


def _next_ref() -> str:
    """`CXC-<year>-<6 digits>`, without gaps: the year's row is locked until the end."""
    year = clock.today().year
    years = ExchangeYear.objects.select_for_update(of=("self",))
    counter, _is_new = years.get_or_create(year=year)
    counter.last += 1
    counter.save(update_fields=["last"])
    return f"CXC-{year}-{counter.last:06d}"


def _mode_of(match: Match) -> ExchangeMode:
    return ExchangeMode.VIRTUAL if match.mode == Mode.VIRTUAL else ExchangeMode.PHYSICAL


def _zone_of(organisation: Organisation) -> str:
    return places.time_zone(organisation.city, organisation.country_id)


def _write_draft(exchange: Exchange) -> None:
    """One row a section, with all that is known from the match and the two profiles."""
    parts: dict[str, Part] = {
        "when": When(
            mode=exchange.mode,
            starts_on=exchange.starts_on,
            ends_on=exchange.ends_on,
            venue=address_of(exchange.host.organisation) if exchange.is_physical else "",
        ),
        "people": People(HO=(person_of(exchange.host),), VO=(person_of(exchange.visitor),)),
        "purpose": Purpose(
            objectives=_shared(exchange, "objectives"), activities=_shared(exchange, "activities")
        ),
        "responsibilities": Responsibilities(**standard_responsibilities(exchange.mode)),
        "clauses": Clauses(language=next(iter(_shared(exchange, "languages")), "")),
    }
    DraftSection.objects.bulk_create(
        DraftSection(
            exchange=exchange,
            name=name,
            content=parts[name].to_json() if name in parts else SECTIONS[name]().to_json(),
        )
        for name in SECTIONS
    )


def person_of(profile: Profile) -> Person:
    """Who takes part for a profile."""
    return Person(
        name=profile.contact_name,
        position=profile.contact_position,
        email=profile.contact_email,
        phone=str(profile.contact_phone),
    )


def address_of(organisation: Organisation) -> str:
    """Where an organisation is, in one line."""
    lines = (organisation.street, f"{organisation.postcode} {organisation.city}".strip())
    return ", ".join(line for line in (organisation.name, *lines) if line)


def _shared(exchange: Exchange, field: str) -> tuple[str, ...]:
    """The codes that both profiles name; the visitor's where they share none."""
    wanted: list[str] = getattr(exchange.visitor, field)
    offered: list[str] = getattr(exchange.host, field)
    return tuple(code for code in wanted if code in offered) or tuple(wanted or offered)
