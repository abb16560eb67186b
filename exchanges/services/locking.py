"""The one order of locks: profiles, match, exchange, then what belongs to the exchange."""

from exchanges.models import CommitmentVersion, Exchange
from exchanges.models.exchange import ExchangeQuerySet
from matching.services.matches_rules import locked_match
from profiles.models import Organisation


def locked_exchange(exchange_id: int) -> Exchange:
    """The exchange with its parties, its row locked: whoever writes to anything of an exchange
    holds this lock first, so that two of them come one after the other."""
    return _locked().get(pk=exchange_id)


def locked_version(version_id: int) -> CommitmentVersion:
    """A version whose exchange is locked."""
    exchange = _locked().get(versions=version_id)
    version = exchange.versions.prefetch_related("signatures").get(pk=version_id)
    version.exchange = exchange
    return version


def locked_with_visit(exchange_id: int) -> Exchange:
    """The same for whoever may end the match, or use up the visit of the visiting organisation or
    give it back: all of that is locked before the exchange."""
    keys = Exchange.objects.values_list("visitor__organisation", "match").get(pk=exchange_id)
    organisations = Organisation.objects.select_for_update(of=("self",), no_key=True)
    organisations.order_by().values_list("pk").get(pk=keys[0])
    locked_match(keys[1])
    return locked_exchange(exchange_id)


def _locked() -> ExchangeQuerySet:
    return Exchange.objects.with_parties().select_for_update(of=("self",)).order_by()
