import pytest

from profiles.models import Cluster, Country, Partnership
from profiles.suggestion import named_cluster, suggest_partnership

pytestmark = pytest.mark.usefixtures("reference")


def suggested(country: str, sector: str, **more) -> tuple[str | None, str]:
    if name := more.pop("cluster", ""):
        more["cluster"] = Cluster.objects.get(name=name)
    found = suggest_partnership(
        country=Country.objects.get(code=country), sector_code=sector, **more
    )
    return found.partnership.acronym if found.partnership else None, found.reason


def test_the_partnership_of_the_cluster_comes_first():
    assert suggested("PT", "21", cluster="Mobinov") == (
        "RECIPE4MOBILITY",
        "because your cluster Mobinov belongs to it",
    )


def test_a_cluster_that_is_written_rather_than_chosen_counts_too():
    assert suggested("PT", "21", cluster_name="mobinov ") == suggested(
        "PT", "21", cluster="Mobinov"
    )


def test_an_unknown_name_does_not_count():
    assert named_cluster("Cluster of nowhere") is None


def test_no_name_is_no_cluster():
    assert named_cluster("") is None


def test_a_cluster_without_partnership_leaves_it_to_the_sector():
    Cluster.objects.filter(name="Mobinov").update(partnership=None)
    assert suggested("PT", "13", cluster="Mobinov")[0] == "EXTRATEX"


def test_a_partnership_that_has_ended_is_not_suggested():
    Partnership.objects.filter(acronym="RECIPE4MOBILITY").update(is_active=False)
    assert suggested("PT", "27", cluster="Mobinov")[0] == "SMARTENERGY"


def test_in_the_sector_the_one_with_a_cluster_in_the_country_is_nearer():
    assert suggested("DK", "72") == (
        "CELIS",
        "because it works in your sector and has a cluster in Denmark",
    )


def test_among_equals_the_more_specialised_one():
    assert suggested("RO", "41") == ("BRILLIANT", "because it works in your sector")


def test_without_the_sector_the_country_decides():
    assert suggested("HU", "99") == ("RECIPE4MOBILITY", "because it has a cluster in Hungary")


def test_the_partnership_with_most_clusters_in_the_country():
    assert suggested("DE", "99")[0] == "BLUES"
    Cluster.objects.create(
        name="New one", country_id="DE", partnership=Partnership.objects.get(acronym="CELIS")
    )
    assert suggested("DE", "99")[0] == "CELIS"


def test_otherwise_the_support_office_assigns():
    assert suggested("AL", "99") == (
        None,
        "No partnership works in your sector or country yet.",
    )
