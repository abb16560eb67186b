"""Who is which party to what one side does after an exchange."""

from collections.abc import Mapping
from typing import Any

from cxc_portal.core.types import Text
from exchanges.enums import Capacity
from exchanges.models import Exchange
from exchanges.workflows.parties import names_of_parties, parties_of
from reports.enums import ReportsParty

AUTHOR, OWN_PARTNERSHIP, OTHERS = (
    ReportsParty.AUTHOR,
    ReportsParty.OWN_PARTNERSHIP,
    ReportsParty.OTHERS,
)
SUPPORT = ReportsParty.SUPPORT
PARTNERSHIP_OF = {Capacity.HO: Capacity.HOP, Capacity.VO: Capacity.VOP}


def parties_of_side(exchange: Exchange, side: str, user: Any) -> frozenset[str]:
    """What the person is to the matter of one side (HO or VO): its author, its partnership, one of
    the other parties, or the Support Office."""
    found = parties_of(exchange, user)
    mine: set[str] = set()
    if side in found:
        mine.add(AUTHOR)
    if PARTNERSHIP_OF[Capacity(side)] in found:
        mine.add(OWN_PARTNERSHIP)
    if not mine and found.intersection(Capacity.values):
        mine.add(OTHERS)
    return frozenset(mine | found.intersection({SUPPORT}))


def names_of_side(exchange: Exchange, side: str, user: Any) -> Mapping[str, Text]:
    """`author` and `partnership` are the side's, as this reader calls them."""
    names = names_of_parties(exchange, user)
    return {
        **names,
        "author": names["host" if side == Capacity.HO else "visitor"],
        "partnership": names["host_partnership" if side == Capacity.HO else "visitor_partnership"],
    }
