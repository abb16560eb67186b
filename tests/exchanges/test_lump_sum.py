"""The amount of the lump sum, its edges, and why it is what it is."""

import csv

import pytest
from django.conf import settings as portal
from hypothesis import given, settings
from hypothesis import strategies as st

from exchanges.commitment.distance import distance_km
from exchanges.commitment.lump_sum import Rates, lump_sum, recomputed

LYON, PORTO = (45.76, 4.84), (41.15, -8.61)
RATES = Rates(programme=781, own=None, full_from_days=5, near_km=200)
unhurried = settings(deadline=None)
COUNTRIES = portal.BASE_DIR / "profiles" / "data" / "participating_countries.csv"
PARTICIPATING = [
    (row["iso2"], int(row["lump_sum_full_eur"]))
    for row in csv.DictReader(COUNTRIES.read_text(encoding="utf-8-sig").splitlines())
]
points = st.tuples(st.floats(-90, 90), st.floats(-180, 180))


def due(days=5, km=1200.0, **rates):
    values = {"programme": 781, "own": None, "full_from_days": 5, "near_km": 200} | rates
    return lump_sum(days=days, km=km, rates=Rates(**values))


@pytest.mark.parametrize(
    ("days", "km", "amount", "reasons"),
    [
        (5, 200.0, 781, ()),
        (22, 1200.0, 781, ()),
        (4, 200.0, 390, ("short",)),
        (5, 199.9, 390, ("near",)),
        (5, 199.9999, 390, ("near",)),
        (4, 199.9, 390, ("short", "near")),
        (3, 0.0, 390, ("short", "near")),
    ],
)
def test_short_or_near_halves_once_and_rounds_down(days, km, amount, reasons):
    found = due(days, km)
    assert (found.amount, found.reasons) == (amount, reasons)
    assert found.is_halved is bool(reasons)
    assert found.is_settled


@pytest.mark.parametrize(
    ("own", "full", "amount", "reasons"),
    [
        (None, 781, 781, ()),
        (900, 781, 781, ()),
        (781, 781, 781, ()),
        (701, 701, 701, ("own_rate",)),
        (0, 0, 0, ("own_rate",)),
    ],
)
def test_a_partnership_may_pay_less_and_never_more(own, full, amount, reasons):
    found = due(own=own)
    assert (found.full, found.amount, found.reasons) == (full, amount, reasons)
    assert found.programme_full == 781


def test_the_own_rate_is_halved_too():
    found = due(days=4, own=701)
    assert (found.amount, found.half, found.reasons) == (350, 350, ("own_rate", "short"))


def test_without_days_the_amount_is_the_careful_one():
    found = due(days=None)
    assert (found.amount, found.reasons, found.is_settled) == (390, ("days_unknown",), False)
    assert not found.is_halved


def test_without_a_distance_it_counts_as_far():
    found = due(km=None)
    assert (found.amount, found.reasons, found.is_settled) == (781, ("distance_unknown",), False)
    assert (found.metres, found.km) == (None, "")


@pytest.mark.parametrize(
    ("km", "shown"), [(199.9999, "199.9"), (200.0, "200.0"), (0.05, "0.0"), (1234.56, "1234.5")]
)
def test_a_distance_is_shown_rounded_down(km, shown):
    assert due(km=km).km == shown


def test_snapshots_keep_it_without_fractions():
    assert due(days=4, km=199.9).to_json() == {
        "amount": 390,
        "full": 781,
        "programme_full": 781,
        "days": 4,
        "metres": 199900,
        "full_from_days": 5,
        "near_km": 200,
        "reasons": ["short", "near"],
        "km": "199.9",
    }


@unhurried
@given(
    days=st.integers(0, 31),
    km=st.floats(0, 20_000),
    programme=st.integers(0, 2000),
    own=st.none() | st.integers(0, 3000),
    full_from_days=st.integers(1, 10),
    near_km=st.integers(0, 1000),
)
def test_the_amount_is_full_or_half_and_never_above_the_table(
    days, km, programme, own, full_from_days, near_km
):
    rates = Rates(programme=programme, own=own, full_from_days=full_from_days, near_km=near_km)
    found = lump_sum(days=days, km=km, rates=rates)
    full = programme if own is None or own > programme else own
    is_full = days >= full_from_days and km >= near_km
    assert found.amount == (full if is_full else full // 2)
    assert found.amount <= programme


@unhurried
@given(days=st.integers(0, 30), km=st.floats(0, 20_000))
def test_a_day_more_or_a_longer_way_never_pays_less(days, km):
    amount = lump_sum(days=days, km=km, rates=RATES).amount
    assert lump_sum(days=days + 1, km=km, rates=RATES).amount >= amount
    assert lump_sum(days=days, km=km + 1, rates=RATES).amount >= amount


@unhurried
@given(km=st.floats(0, 400, allow_nan=False))
def test_what_is_shown_never_contradicts_the_decision(km):
    found = due(km=km)
    assert (float(found.km) < 200) is ("near" in found.reasons)


@pytest.mark.parametrize(
    ("first", "second", "km"),
    [
        (LYON, PORTO, 1198.5),
        (LYON, LYON, 0),
        ((0, 0), (0, 180), 20015.1),
        ((0, 0), (90, 0), 10007.6),
        ((10, 20), (11, 20), 111.2),
    ],
)
def test_distances_are_those_of_the_great_circle(first, second, km):
    assert distance_km(first, second) == pytest.approx(km, abs=0.05)


@unhurried
@given(points, points)
def test_a_distance_is_the_same_both_ways_and_at_most_half_round_the_earth(first, second):
    assert distance_km(first, second) == pytest.approx(distance_km(second, first))
    assert 0 <= distance_km(first, second) <= 20_016


# --- as it was signed --------------------------------------------------------------------------


@pytest.mark.parametrize("km", [199.9, 199.9999, 200.0, 1200.5, None])
@pytest.mark.parametrize("own", [None, 701])
@pytest.mark.parametrize("days", [1, 4, 5, None])
def test_what_was_signed_is_the_same_when_computed_again(days, own, km):
    signed = due(days, km, own=own)
    assert recomputed(signed.to_json(), days=days) == signed


@pytest.mark.parametrize(("days", "amount"), [(5, 781), (4, 390), (1, 390)])
def test_other_days_are_paid_by_the_rules_that_were_signed(days, amount):
    assert recomputed(due(10).to_json(), days=days).amount == amount


@pytest.mark.parametrize(("country", "full"), PARTICIPATING)
def test_each_country_is_paid_in_full_from_five_days_and_halved_once(country, full):
    signed = due(5, 200.0, programme=full).to_json()
    near = due(5, 199.9, programme=full).to_json()
    assert [recomputed(signed, days=days).amount for days in (5, 4)] == [full, full // 2]
    assert [recomputed(near, days=days).amount for days in (5, 4)] == [full // 2, full // 2]
