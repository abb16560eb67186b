from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching.scoring.columns import DuplicateRef, FactColumns
from matching.scoring.facts import FIRST_DAY, LAST_DAY, FactsRefused
from matching.scoring.record import RECORD, decode, encode
from matching.scoring.vocabulary import UnknownCode
from tests.matching.scoring_world import VOCABULARY, days, host, profiles, visitor


def many(*refs):
    return FactColumns.from_facts([host(ref=ref) for ref in refs], VOCABULARY)


# --- facts -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"ref": ""}, "ref"),
        ({"ref": "P" * 21}, "ref"),
        ({"ref": "P_1"}, "ref"),
        ({"ref": "Pé"}, "ref"),
        ({"role": "guest"}, "role"),
        ({"mode": "both"}, "mode"),
        ({"organisation_id": -1}, "organisation_id"),
        ({"organisation_id": 2**32}, "organisation_id"),
        ({"partnership_id": 0}, "partnership_id"),
        ({"partnership_id": 2**16}, "partnership_id"),
        ({"sectors": {f"{number:02}" for number in range(1, 17)}}, "sectors"),
        ({"min_days": 0}, "min_days"),
        ({"max_days": 255}, "max_days"),
        ({"min_days": 5, "max_days": 4}, "max_days"),
        ({"windows": (days("2027-03-01", "2027-03-05"),) * 6}, "windows"),
        ({"windows": (days("2027-03-05", "2027-03-01"),)}, "windows"),
        ({"windows": (days("1999-12-31", "2027-03-01"),)}, "windows"),
        ({"windows": (days("2027-03-01", "2087-08-11"),)}, "windows"),
    ],
)
def test_facts_that_no_profile_can_have_are_refused(facts, field):
    with pytest.raises(FactsRefused) as refusal:
        host(**facts)

    assert refusal.value.field == field


# --- record ----------------------------------------------------------------------------------


@given(profiles())
def test_a_record_tells_the_facts_again(facts):
    assert decode(encode(facts, VOCABULARY), VOCABULARY) == facts


def test_a_record_holds_the_first_and_the_last_day_there_is():
    facts = host(windows=((FIRST_DAY, FIRST_DAY), (LAST_DAY, LAST_DAY)))

    assert decode(encode(facts, VOCABULARY), VOCABULARY) == facts


def test_a_record_takes_117_bytes():
    assert (len(encode(host(), VOCABULARY)), RECORD.itemsize) == (117, 117)


def test_a_code_that_is_not_in_the_vocabulary_is_refused():
    with pytest.raises(UnknownCode, match="“XX” is not in the list of countries"):
        encode(host(country="XX"), VOCABULARY)


# --- columns ---------------------------------------------------------------------------------


def test_rows_stand_in_the_order_of_refs():
    assert many("C", "A", "B").refs(slice(None)) == ["A", "B", "C"]


def test_columns_come_from_the_bytes_of_many_records():
    facts = [visitor(ref="B", min_days=4), host(ref="A", sectors={"01", "88"})]
    columns = FactColumns.from_records(
        [memoryview(encode(each, VOCABULARY)) for each in facts], VOCABULARY
    )

    assert [columns.facts(row) for row in range(len(columns))] == facts[::-1]


def test_no_records_make_empty_columns():
    assert len(FactColumns.from_records([], VOCABULARY)) == 0


def test_two_records_of_one_ref_are_refused():
    with pytest.raises(DuplicateRef, match="B is here twice"):
        many("A", "B", "C", "B")


def test_bytes_that_are_no_records_are_refused():
    with pytest.raises(ValueError, match="multiple of element size"):
        FactColumns.from_records([b"x" * 116], VOCABULARY)


def test_a_ref_is_found_or_not():
    columns = many("A", "B", "D")

    assert [columns.row_of(ref) for ref in ("A", "B", "C", "D", "E", "é", "D" * 21)] == [
        0,
        1,
        None,
        2,
        None,
        None,
        None,
    ]


def test_rows_of_refs_leave_out_what_is_not_there():
    refs = ["D", "X", "A", "A", "é", "D" * 21]

    assert many("A", "B", "D").rows_of(refs).tolist() == [0, 2]


def test_no_refs_have_no_rows():
    assert many("A").rows_of([]).tolist() == []


def test_a_changed_profile_replaces_its_row():
    columns = many("A", "B", "C")
    changed = visitor(ref="B", country="RO", windows=(days("2027-03-01", "2027-03-05"),))

    assert columns.put(changed) == 1
    assert [columns.facts(row) for row in range(3)] == [host(ref="A"), changed, host(ref="C")]


@pytest.mark.parametrize(("ref", "row"), [("A", 0), ("C", 1), ("E", 2)])
def test_a_new_profile_takes_its_place_among_the_refs(ref, row):
    columns = many("B", "D")

    assert columns.put(host(ref=ref)) == row
    assert columns.refs(slice(None)) == sorted(["B", "D", ref])


@pytest.mark.parametrize("ref", ["A", "B", "C"])
def test_a_removed_profile_leaves_no_gap(ref):
    columns = many("A", "B", "C")

    assert columns.remove(ref) is True
    assert columns.refs(slice(None)) == [left for left in "ABC" if left != ref]


def test_removing_what_is_not_there_changes_nothing():
    columns = many("A", "B")

    assert columns.remove("X") is False
    assert len(columns) == 2


def test_columns_grow_beyond_their_spare_room():
    columns = many("A0000")
    for number in range(1, 1000):
        columns.put(host(ref=f"A{number:04}", organisation_id=number))

    assert columns.refs(slice(None)) == [f"A{number:04}" for number in range(1000)]
    assert columns.facts(999).organisation_id == 999


@pytest.mark.parametrize("count", [3, 300])
def test_many_records_at_once_replace_and_add(count):
    columns = FactColumns.from_facts(
        [host(ref=f"A{number:04}") for number in range(0, 1000, 2)], VOCABULARY
    )
    changed = [visitor(ref=f"A{number:04}", min_days=5) for number in range(count)]

    columns.put_records(encode(each, VOCABULARY) for each in changed)

    assert [columns.facts(row) for row in range(count)] == changed
    assert len(columns) == 500 + count // 2
    assert columns.facts(len(columns) - 1) == host(ref="A0998")


def test_the_last_record_of_a_ref_counts():
    columns = many("A")

    columns.put_records([encode(host(ref="A", min_days=day), VOCABULARY) for day in (3, 4)])

    assert columns.facts(0).min_days == 4


@given(st.lists(st.tuples(st.sampled_from("ABCDEF"), st.booleans(), st.integers(3, 9))))
def test_changed_columns_equal_columns_made_anew(changes):
    columns, left = many(), {}
    for ref, stays, min_days in changes:
        if stays:
            left[ref] = visitor(ref=ref, min_days=min_days)
            columns.put(left[ref])
        else:
            assert columns.remove(ref) == (left.pop(ref, None) is not None)

    anew = FactColumns.from_facts(left.values(), VOCABULARY)
    assert columns.records().tobytes() == anew.records().tobytes()


def test_records_of_some_rows_come_in_their_order():
    columns = many("A", "B", "C")

    records = columns.records(np.array([2, 0]))

    assert records.tobytes() == columns.record(2) + columns.record(0)


def test_the_index_takes_at_most_128_bytes_a_profile():
    facts = [host(ref=f"{number}") for number in range(5000)]

    columns = FactColumns.from_facts(facts, VOCABULARY)

    assert columns.nbytes / len(columns) <= 128


def test_the_last_day_is_the_one_before_unused_windows_begin():
    assert date(2087, 8, 10) == LAST_DAY
