"""Which partnership suits an organisation, and why."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _
from rapidfuzz import fuzz, process, utils

from cxc_portal.core.fields import containing
from profiles.models import Cluster, Country, Partnership

SAME_NAME = 92


@dataclass(frozen=True)
class Suggestion:
    """A partnership and the reason in words, to be read after its name: "because …".

    Without a partnership the Support Office assigns one, and `reason` is a sentence of its own.
    """

    partnership: Partnership | None
    reason: str


def suggest_partnership(
    *, country: Country, sector_code: str, cluster: Cluster | None = None, cluster_name: str = ""
) -> Suggestion:
    """The partnership of the cluster; else one of the sector, near by first; else one near by.

    `cluster_name` is what somebody wrote instead of choosing, or the name of an organisation that
    is a cluster itself; it counts when it is that of a known cluster, small slips aside.
    """
    cluster = cluster or named_cluster(cluster_name)
    return (
        _by_cluster(cluster)
        or _by_sector(sector_code, country)
        or _by_country(country)
        or Suggestion(None, _("No partnership works in your sector or country yet."))
    )


def named_cluster(name: str) -> Cluster | None:
    """The cluster of that name, whatever its capitals and small slips; nothing when none is."""
    clusters = list(Cluster.objects.select_related("partnership"))
    found = process.extractOne(
        name,
        [cluster.name for cluster in clusters],
        scorer=fuzz.ratio,
        processor=utils.default_process,
        score_cutoff=SAME_NAME,
    )
    return clusters[found[2]] if found else None


def _by_cluster(cluster: Cluster | None) -> Suggestion | None:
    if cluster is None or cluster.partnership is None or not cluster.partnership.is_active:
        return None
    reason = _("because your cluster %(cluster)s belongs to it") % {"cluster": cluster.name}
    return Suggestion(cluster.partnership, reason)


def _by_sector(sector_code: str, country: Country) -> Suggestion | None:
    """Those with most clusters in the country first, then those with the fewest sectors."""
    fitting = containing(Partnership.objects.filter(is_active=True), "sectors", [sector_code])
    near_by = _clusters_near_by(fitting, country)
    ranked = sorted(
        fitting, key=lambda one: (-near_by.get(one.pk, 0), len(one.sectors), one.acronym)
    )
    if not ranked:
        return None
    if near_by.get(ranked[0].pk):
        reason = _("because it works in your sector and has a cluster in %(country)s")
        return Suggestion(ranked[0], reason % {"country": country.name})
    return Suggestion(ranked[0], _("because it works in your sector"))


def _by_country(country: Country) -> Suggestion | None:
    active = Partnership.objects.filter(is_active=True)
    near_by = _clusters_near_by(active, country)
    ranked = sorted(
        (one for one in active if one.pk in near_by),
        key=lambda one: (-near_by[one.pk], one.acronym),
    )
    if not ranked:
        return None
    reason = _("because it has a cluster in %(country)s") % {"country": country.name}
    return Suggestion(ranked[0], reason)


def _clusters_near_by(partnerships: Iterable[Partnership], country: Country) -> dict[int, int]:
    """How many clusters in the country each of the partnerships has; none left out."""
    found: dict[int, int] = {}
    clusters = Cluster.objects.filter(country=country, partnership__in=partnerships)
    for partnership_id in clusters.values_list("partnership_id", flat=True):
        found[partnership_id] = found.get(partnership_id, 0) + 1
    return found
