"""What tests of figures share: worlds of two partnerships, and a count in plain Python."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from exchanges.enums import ExchangeState
from exchanges.models import Exchange
from profiles.models import Partnership
from profiles.rules import current_rules
from profiles.services.reference import publish_rules
from reports.queries.scopes import Scope
from tests.factories.figures import World, random_world

RECIPE, EXXTRA = "RECIPE4MOBILITY", "EXXTRA"
BRUSSELS = ZoneInfo("Europe/Brussels")


def world_of(seed: int, exchanges: int = 60) -> World:
    return random_world(exchanges=exchanges, seed=seed, acronyms=(RECIPE, EXXTRA))


def recipe() -> Partnership:
    return Partnership.objects.get(acronym=RECIPE)


def set_rule(key: str, value: bool) -> None:
    publish_rules(values={**current_rules().values, key: value}, note="For a test.", actor=None)


def scopes(world: World) -> list[Scope]:
    days = {"starts_on": world.starts_on, "ends_on": world.ends_on}
    return [
        Scope(),
        Scope(**days),
        *(Scope(one, **days) for one in world.partnerships),
        Scope(world.partnerships[0], mode="virtual"),
        Scope(world.partnerships[1], mode="physical", totals_only=True, **days),
    ]


def local_day(moment: datetime) -> date:
    return moment.astimezone(BRUSSELS).date()


def counting(world: World, scope: Scope) -> list[Exchange]:
    """What counts, one exchange after another."""
    return [
        one
        for one in world.exchanges
        if one.state == ExchangeState.CLOSED
        and scope.partnership in (None, one.visitor_partnership)
        and scope.mode in ("", one.mode)
        and (not scope.starts_on or scope.starts_on <= local_day(one.closed_at))
        and (not scope.ends_on or local_day(one.closed_at) <= scope.ends_on)
    ]
