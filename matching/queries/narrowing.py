"""Which profiles a list shows, and in which order: what the lists of partners and the catalogue
share."""

from calendar import monthrange
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import TypeVar

import numpy as np
from django.core.paginator import Page
from django.http import QueryDict
from numpy.typing import NDArray

from matching.index import Snapshot
from matching.models import IndexRecord, IndexWord
from matching.queries.spelling import corrected, plain
from matching.scoring.columns import Rows
from matching.scoring.filters import Filters, mask_of
from matching.scoring.vocabulary import UnknownCode
from matching.wording.names import Words
from profiles.enums import Role
from profiles.models import Country, Organisation

PER_PAGE = 25
MOST_DIGITS = 6
MOST_KEPT = 64
Mask = NDArray[np.bool_]
Number = TypeVar("Number", np.intp, np.int16)


class Sorting(StrEnum):
    SCORE = "score"
    NEWEST = "newest"
    NAME = "name"
    COUNTRY = "country"


@dataclass(frozen=True, kw_only=True)
class Search:
    """Which profiles are shown, and in which order. `words` must all stand in name or texts;
    of several clusters one is enough."""

    filters: Filters = field(default_factory=Filters)
    words: str = ""
    clusters: frozenset[int] = frozenset()
    sorting: Sorting = Sorting.SCORE

    @property
    def is_narrow(self) -> bool:
        return bool(self.words or self.clusters) or self.filters != Filters()


def search_of(kept: QueryDict, *, first_sorting: Sorting = Sorting.SCORE) -> Search:
    """The search that stands in an address. Its values have passed a form of `forms.search`."""
    one, many = kept.get, kept.getlist
    days, month = one("days"), one("month")
    return Search(
        words=one("name") or "",
        sorting=Sorting(one("sort") or first_sorting),
        clusters=frozenset(map(int, many("cluster"))),
        filters=Filters(
            role=one("role"),
            sectors=frozenset(many("sector")),
            countries=frozenset(many("country")),
            languages=frozenset(many("language")),
            organisation_types=frozenset(many("type")),
            purposes=frozenset(many("purpose")),
            partnership_ids=frozenset(map(int, many("partnership"))),
            days=int(days) if days else None,
            mode=one("mode"),
            available=days_of(month) if month else None,
        ),
    )


def days_of(month: str) -> tuple[date, date]:
    """First and last day of a month such as 2027-05."""
    first = date.fromisoformat(f"{month}-01")
    return first, first.replace(day=monthrange(first.year, first.month)[1])


def refs_for(search: Search, *, among: Sequence[str] = ()) -> list[str] | None:
    """The profiles that have what only the database knows: the words in their name or texts, and
    the clusters. None where neither is asked for. With `among` only these are looked at."""
    wanted = plain(search.words).split()
    if not wanted and not search.clusters:
        return None
    records = IndexRecord.objects.listed()
    if among:
        records = records.filter(ref__in=among)
    for word in wanted:
        records = records.filter(words__contains=word)
    if search.clusters:
        members = Organisation.clusters.through.objects.filter(cluster__in=search.clusters)
        records = records.filter(profile__organisation__in=members.values("organisation"))
    return list(records.values_list("ref", flat=True))


def other_spelling(words: str) -> str:
    """What somebody probably meant who found nothing with these words; "" when nobody knows."""
    return corrected(words, IndexWord.objects.values_list("word", flat=True))


def mask_for(snapshot: Snapshot, search: Search) -> Mask | None:
    """One truth value a row: whether the search lets it pass. None lets all pass."""
    if not search.is_narrow:
        return None
    try:
        mask = mask_of(snapshot.columns, search.filters)
    except UnknownCode:  # so nobody has it
        return np.zeros(len(snapshot.columns), np.bool_)
    if search.words or search.clusters:
        mask &= _named(snapshot, search)
    return mask


def _named(snapshot: Snapshot, search: Search) -> Mask:
    """Whether a row has the words and clusters. Who turns pages asks for the same words again, and
    a word that many have takes the database long: the latest ones are remembered, a bit a row."""
    kept: OrderedDict[str, NDArray[np.uint8]] = snapshot.remembered("named", OrderedDict)
    key = " ".join(sorted(set(plain(search.words).split())))
    packed = None if search.clusters else kept.get(key)
    if packed is None:
        is_named = np.ones(len(snapshot.columns), np.bool_)
        if (refs := refs_for(search)) is not None:
            is_named[:] = False
            is_named[rows_in_order(snapshot, refs)] = True
        packed = np.packbits(is_named)
        if not search.clusters:
            kept[key] = packed
            if len(kept) > MOST_KEPT:
                kept.popitem(last=False)
    return np.unpackbits(packed, count=len(snapshot.columns)).view(np.bool_)


def page_number(page: str | None) -> int:
    """The number of a page as it stands in an address; 1 for what is none."""
    if page is None or not page.isdecimal() or len(page) > MOST_DIGITS:
        return 1
    return max(int(page), 1)


def of_page(rows: NDArray[Number], page: Page[int]) -> NDArray[Number]:
    start = (page.number - 1) * PER_PAGE
    return rows[start : start + PER_PAGE]


def rows_in_order(snapshot: Snapshot, refs: Sequence[str]) -> Rows:
    """The rows of those refs that are here, in the order of the refs."""
    known = snapshot.columns.block(slice(0, len(snapshot.columns))).column("ref")
    wanted = np.array(refs, known.dtype)
    rows = np.searchsorted(known, wanted)
    is_here = rows < len(known)
    is_here[is_here] = known[rows[is_here]] == wanted[is_here]
    return rows[is_here]


def places_by_name(snapshot: Snapshot) -> NDArray[np.int64]:
    """For each row its place in the order of names."""
    return snapshot.remembered("names", lambda: _places(snapshot, "name", "ref"))


def places_by_age(snapshot: Snapshot) -> NDArray[np.int64]:
    """For each row its place in the order of publication, the newest first."""
    return snapshot.remembered("newest", lambda: _places(snapshot, "-profile__published_at", "ref"))


def _places(snapshot: Snapshot, *order: str) -> NDArray[np.int64]:
    refs = IndexRecord.objects.listed().order_by(*order).values_list("ref", flat=True)
    rows = rows_in_order(snapshot, list(refs))
    places = np.empty(len(snapshot.columns), np.int64)
    places.fill(len(rows))
    places[rows] = np.arange(len(rows))
    return places


def places_of_countries(snapshot: Snapshot) -> NDArray[np.int64]:
    """For each position in the list of countries its place in the order of their names."""

    def in_order() -> NDArray[np.int64]:
        codes = snapshot.reference.vocabulary.countries.codes
        by_name = list(Country.objects.order_by("name").values_list("code", flat=True))
        return np.array(
            [by_name.index(code) if code in by_name else len(by_name) for code in codes]
        )

    return snapshot.remembered("countries", in_order)


def count_role(snapshot: Snapshot, role: Role) -> int:
    return snapshot.remembered(
        ("role", role),
        lambda: int(np.count_nonzero(mask_of(snapshot.columns, Filters(role=role)))),
    )


def words_of(snapshot: Snapshot) -> Words:
    """What the codes are called."""
    found: Words = snapshot.remembered("words", Words.load)
    return found
