"""One press at the desk for several exchanges; each stands for itself."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from cxc_portal.core.errors import DomainError, NotAllowed
from exchanges.models import Exchange
from exchanges.queries.shown import for_batons
from exchanges.services.reminding import remind_signatory
from exchanges.workflows.parties import awaited_capacities, open_version
from profiles.models import User


@dataclass(frozen=True)
class Reminded:
    """What became of one exchange: who was reminded, by name, and why others were not."""

    exchange: Exchange
    names: list[str]
    refusals: list[str]


def remind_many(*, exchange_ids: Iterable[int], actor: User) -> list[Reminded]:
    """Whoever has yet to sign these exchanges is asked again, in the order of the exchanges.

    Those that the actor may not see are left out. What is refused for one signature, such as a
    second reminder within the day, leaves the others as they are.
    """
    visible = Exchange.objects.visible_to(actor).filter(pk__in=list(exchange_ids))
    found = for_batons(visible.order_by("state_since", "pk"))
    return [_remind(exchange, actor) for exchange in found]


def _remind(exchange: Exchange, actor: User) -> Reminded:
    version = open_version(exchange)
    outcome = Reminded(exchange, names=[], refusals=[])
    if version is None:
        outcome.refusals.append(_("No signature is awaited here now."))
        return outcome
    for capacity in awaited_capacities(version):
        try:
            remind_signatory(version_id=version.pk, capacity=capacity, actor=actor)
        except NotAllowed:
            outcome.refusals.append(_("Your own signature is awaited: read the text and sign it."))
        except DomainError as refused:
            outcome.refusals.append(str(refused))
        else:
            outcome.names.append(exchange.party_name(capacity))
    return outcome
