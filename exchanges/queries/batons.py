"""Whose turn it is in an exchange: by its own course, and afterwards by what follows it."""

from collections.abc import Iterable
from typing import Any

from cxc_portal.core.workflow import Baton
from exchanges.aftermath import batons_after
from exchanges.models import Exchange
from exchanges.workflows import exchange_workflow


def batons_of(exchanges: Iterable[Exchange], viewer: Any) -> dict[int, Baton]:
    """By the keys of the exchanges, in a fixed number of queries."""
    asked = list(exchanges)
    after = batons_after(asked, viewer)
    return {one.pk: after.get(one.pk) or exchange_workflow.baton(one, viewer) for one in asked}


def baton_of(exchange: Exchange, viewer: Any) -> Baton:
    return batons_of([exchange], viewer)[exchange.pk]
