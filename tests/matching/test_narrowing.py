"""Words in a search: asked of the database once, until the catalogue changes."""

import pytest

from matching.index import index
from matching.models import IndexRecord
from matching.queries import narrowing
from matching.queries.narrowing import Search, mask_for
from matching.scoring.filters import Filters
from profiles.models import Cluster
from tests.factories import OrganisationFactory, published_profile

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("firms")]


@pytest.fixture
def firms(reference):
    for ref, name, country in (("P-A", "Alpha One", "FR"), ("P-B", "Beta One", "PT")):
        organisation = OrganisationFactory(name=name, country_id=country)
        published_profile(ref=ref, organisation=organisation)


def passing(search: Search) -> list[str]:
    with index.reading() as snapshot:
        mask = mask_for(snapshot, search)
        return snapshot.columns.refs(slice(None) if mask is None else mask.nonzero()[0])


def test_the_same_words_are_asked_for_once(django_assert_num_queries):
    assert passing(Search(words="one")) == ["P-A", "P-B"]
    with django_assert_num_queries(1):  # whether anything has changed
        assert passing(Search(words="One")) == ["P-A", "P-B"]


def test_their_order_does_not_matter(django_assert_num_queries):
    assert passing(Search(words="alpha one")) == ["P-A"]
    with django_assert_num_queries(1):
        assert passing(Search(words="One Alpha one")) == ["P-A"]


def test_other_filters_still_count():
    assert passing(Search(words="one")) == ["P-A", "P-B"]
    assert passing(Search(words="one", filters=Filters(countries={"PT"}))) == ["P-B"]


def test_what_is_published_since_is_found():
    assert passing(Search(words="one")) == ["P-A", "P-B"]
    published_profile(ref="P-C", organisation=OrganisationFactory(name="Gamma One"))
    assert passing(Search(words="one")) == ["P-A", "P-B", "P-C"]


def test_signs_alone_let_everybody_pass():
    assert passing(Search(words="---")) == ["P-A", "P-B"]


def test_clusters_are_asked_for_each_time():
    """Nothing tells the index when an organisation joins a cluster."""
    cluster = Cluster.objects.first()
    search = Search(words="one", clusters=frozenset({cluster.pk}))
    assert passing(search) == []
    IndexRecord.objects.get(ref="P-B").profile.organisation.clusters.add(cluster)
    assert passing(search) == ["P-B"]
    assert passing(Search(words="one")) == ["P-A", "P-B"]


def test_only_the_latest_words_are_remembered(monkeypatch):
    monkeypatch.setattr(narrowing, "MOST_KEPT", 2)
    for words in ("alpha", "beta", "one"):
        passing(Search(words=words))
    with index.reading() as snapshot:
        assert list(snapshot.memory["named"]) == ["beta", "one"]
