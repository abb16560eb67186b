"""What became of confirmed matches, for the app below that does not know of exchanges."""

from collections.abc import Callable, Iterable, Mapping
from functools import cache, partial
from typing import Any

from django.utils.translation import gettext as _

from cxc_portal.core.workflow import Baton
from exchanges.enums import UNDONE, ExchangeState
from exchanges.models import Exchange
from exchanges.queries.batons import batons_of
from exchanges.queries.shown import for_batons
from matching.models import Match
from matching.successors import Successor


def exchanges_of_matches(matches: Iterable[Match], viewer: Any) -> Mapping[int, Successor]:
    """The exchanges of these matches by the keys of the matches. Once the text is frozen a match is
    not dissolved any more: the exchange is cancelled."""
    found = for_batons(Exchange.objects.filter(match__in=[match.pk for match in matches]))
    keys = [exchange.pk for exchange in found]
    seen = Exchange.objects.visible_to(viewer).filter(pk__in=keys)
    visible = set(seen.values_list("pk", flat=True))
    batons = cache(lambda: batons_of(found, viewer))
    return {
        exchange.match_id: Successor(
            label=_("Open the exchange"),
            url=exchange.get_absolute_url() if exchange.pk in visible else "",
            is_binding=exchange.state not in (ExchangeState.BUILDING, *UNDONE),
            baton=partial(_baton, batons, exchange.pk),
        )
        for exchange in found
    }


def _baton(batons: Callable[[], Mapping[int, Baton]], key: int) -> Baton:
    """One of them; they are looked for together, once somebody asks."""
    return batons()[key]
