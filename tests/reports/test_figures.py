"""Every number of the figures equals the rows behind it, and what the scheme means by it."""

from collections import Counter
from datetime import datetime
from statistics import mean, median
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from exchanges.enums import ExchangeState
from profiles.models import Organisation, User
from reports.models import HandRecord
from reports.queries.figures import (
    TABLES,
    UnknownFigure,
    cell_code,
    figure,
    indicator_lines,
    rows_behind,
)
from reports.queries.scopes import Scope
from reports.queries.tables import lists_of, tables_of
from tests.factories.figures import World
from tests.reports.figure_worlds import counting, scopes, set_rule, world_of

pytestmark = pytest.mark.usefixtures("reference")


def unreconciled(scope: Scope) -> list[tuple[str, Any, int]]:
    """The cells that differ from the rows behind them; where none can stand, nothing opens."""
    wrong = []
    for name, table in tables_of(scope).items():
        for row in table.rows:
            for column, value in zip(TABLES[name].columns, row, strict=True):
                if not TABLES[name].opens(column.key):
                    continue
                code = cell_code(name, row[0], column.key)
                try:
                    total = figure(code, scope).total
                except UnknownFigure:
                    total = None
                if total != value:
                    wrong.append((code, value, total))
    return wrong


@pytest.mark.parametrize("seed", [1, 2])
def test_every_number_equals_the_rows_behind_it(seed):
    world = world_of(seed)
    assert [unreconciled(scope) for scope in scopes(world)] == [[]] * len(scopes(world))


# --- against a count in plain Python ------------------------------------------------------------


def test_exchanges_count_once_for_the_partnership_of_the_visitor_in_its_category():
    world = world_of(3)
    for scope in scopes(world):
        lines = {line.code: line for line in indicator_lines(scope)}
        expected = counting(world, scope)
        by_category = Counter(
            one.visitor.organisation.organisation_type.kpi_category for one in expected
        )
        assert [lines[code].actual for code in ("5.5.1", "5.5.1.a", "5.5.1.b", "5.5.1.c")] == [
            len(expected),
            by_category["smes"],
            by_category["cluster_managers"],
            by_category["technology_centres"],
        ]


def test_what_all_partnerships_count_is_the_sum_of_what_each_counts():
    world = world_of(4)
    days = {"starts_on": world.starts_on, "ends_on": world.ends_on}
    each = [indicator_lines(Scope(one, **days))[0] for one in world.partnerships]
    every = indicator_lines(Scope(**days))[0]
    assert every.actual == sum(line.actual for line in each)
    assert every.hosted == sum(line.hosted for line in each)


def test_hosting_for_others_stands_beside_and_hosting_ones_own_visitors_does_not():
    world = world_of(5)
    scope = Scope(world.partnerships[0])
    expected = [
        one
        for one in world.exchanges
        if one.state == ExchangeState.CLOSED
        and one.host_partnership == scope.partnership != one.visitor_partnership
    ]
    assert indicator_lines(scope)[0].hosted == len(expected)
    assert tables_of(scope, ["hosted"])["hosted"].rows[0][-1] == len(expected)


def test_without_the_rule_online_exchanges_stand_apart_and_do_not_count():
    world = world_of(6)
    set_rule("indicators.counts_virtual", False)
    expected = Counter(one.mode for one in counting(world, Scope()))
    line = indicator_lines(Scope())[0]
    assert (line.actual, line.physical, line.virtual) == (
        expected["physical"],
        expected["physical"],
        expected["virtual"],
    )
    assert unreconciled(Scope()) == []


def test_smes_reached_are_those_recorded_and_each_sme_once_that_took_part():
    world = world_of(7)
    scope = Scope(world.partnerships[0])
    organisations = {
        side.organisation
        for one in counting(world, scope)
        for side in (one.visitor, one.host)
        if side.organisation.organisation_type_id == "sme"
    }
    recorded = HandRecord.objects.filter(
        indicator="S1", partnership=scope.partnership, removed_at=None
    )
    found = {line.code: line for line in indicator_lines(scope)}["S1"].actual
    assert found == len(organisations) + sum(recorded.values_list("count", flat=True))


def test_a_record_of_a_part_counts_for_the_whole_as_well():
    world = world_of(8)
    scope = Scope(world.partnerships[0])
    lines = {line.code: line for line in indicator_lines(scope)}
    own = HandRecord.objects.filter(partnership=scope.partnership, removed_at=None, indicator="L1")
    parts = ("L1.a", "L1.b", "L1.c")
    assert lines["L1"].actual == sum(own.values_list("count", flat=True)) + sum(
        lines[code].actual for code in parts
    )


def test_medians_and_conversion_are_those_of_all_who_took_the_step():
    world = world_of(9)
    rows = {row[0]: row for row in tables_of(Scope(), ["funnel"])["funnel"].rows}
    first: dict[int, dict[str, datetime]] = {}
    for one in world.exchanges:
        steps = first.setdefault(one.visitor_id, {})
        for step in ("validated_at", "started_at"):
            if moment := getattr(one, step):
                steps[step] = min(steps.get(step, moment), moment)
    signed = [steps for steps in first.values() if "validated_at" in steps]
    started = [steps for steps in signed if "started_at" in steps]
    days = [(one["started_at"] - one["validated_at"]).total_seconds() / 86400 for one in started]
    assert rows["signed"][2] == len(signed)
    assert rows["started"][2:5] == (
        len(started),
        round(100 * len(started) / len(signed), 1),
        round(median(days), 1),
    )


def test_no_step_is_taken_by_more_than_the_step_before():
    world_of(10)
    rows = tables_of(Scope(), ["funnel"])["funnel"].rows
    visitors, hosts = [row[2] for row in rows], [row[5] for row in rows[:-1]]
    assert (visitors, hosts) == (sorted(visitors)[::-1], sorted(hosts)[::-1])
    assert min(visitors) > 0


def test_satisfaction_is_the_mean_of_the_numbers_of_one_side():
    world = world_of(11)
    answers = [one.answers for one in world.reports if one.submitted_at and one.capacity == "VO"]
    overall = [found for a in answers if isinstance(found := a["satisfaction"]["overall"], int)]
    scores = [a["recommend"] for a in answers if "recommend" in a]
    ends = Counter("up" if n >= 9 else "down" if n <= 6 else "" for n in scores)
    rows = {row[0]: row for row in tables_of(Scope(), ["satisfaction"])["satisfaction"].rows}
    assert rows["satisfaction.overall"][3:6] == (len(overall), round(mean(overall), 2), None)
    assert rows["recommend"][3:6] == (
        len(scores),
        round(mean(scores), 2),
        round(100 * (ends["up"] - ends["down"]) / len(scores)),
    )


def test_results_add_up_by_side():
    world = world_of(12)
    contacts = [
        one.answers["outcomes"]["contacts"]
        for one in world.reports
        if one.submitted_at and one.capacity == "HO"
    ]
    rows = {row[0]: row for row in tables_of(Scope(), ["results"])["results"].rows}
    assert rows["outcomes.contacts"][5:] == (len(contacts), sum(contacts))


# --- codes, readers, cost ------------------------------------------------------------------------


def test_the_code_of_an_indicator_opens_its_exchanges():
    world = world_of(15)
    rows = rows_behind("5.5.1", Scope())
    assert sorted(rows.values_list("ref", flat=True)) == sorted(
        one.ref for one in counting(world, Scope())
    )


def test_rows_that_are_the_same_for_every_scope_are_named_without_counting(
    django_assert_max_num_queries,
):
    for table in TABLES.values():
        if table.names is not None:
            counted = [(row[0], row[1]) for row in table.values(Scope())]
            with django_assert_max_num_queries(1):
                assert sorted(table.labels(Scope()).items()) == sorted(counted)


@pytest.mark.parametrize(
    "code",
    [
        "",
        "5.5.9",
        "funnel",
        "funnel.paid:hosts",
        "funnel.closed:visitors_share",
        "indicators.C1:hosted",
        "indicators.X9:actual",
        "nothing.here:at_all",
        "pending.letters:number",
        "satisfaction.overall.':visitors",
    ],
)
def test_no_other_code_opens_anything(code):
    with pytest.raises(UnknownFigure):
        figure(code, Scope())


def test_tables_name_neither_people_nor_organisations_nor_exchanges():
    world = world_of(16)
    texts = {
        value
        for table in tables_of(Scope(totals_only=True)).values()
        for row in table.rows
        for value in row
        if isinstance(value, str)
    }
    named = {
        *Organisation.objects.values_list("name", flat=True),
        *User.objects.values_list("email", flat=True),
        *(one.ref for one in world.exchanges),
        *HandRecord.objects.values_list("title", flat=True),
    }
    assert texts & named == set()
    assert lists_of(Scope(totals_only=True)) == {}


def test_lists_flag_what_was_reported_on_behalf_or_ended_early():
    world = world_of(17)
    table = lists_of(Scope())["exchanges"]
    keys = [column.key for column in table.columns]
    found = {row[0]: dict(zip(keys, row, strict=True)) for row in table.rows}
    assert len(found) == len(world.exchanges)
    for report in world.reports:
        side = "visitor" if report.capacity == "VO" else "host"
        row = found[report.exchange.ref]
        by = report.on_behalf_of.acronym if report.on_behalf_of else ""
        assert row[f"{side}_on_behalf"] == by
        assert row[f"{side}_outcome"] == (report.outcome and report.get_outcome_display())


def test_lists_have_every_record_and_action_of_the_partnership():
    world = world_of(18)
    scope = Scope(world.partnerships[0])
    lists, tables = lists_of(scope), tables_of(scope, ["records", "outreach"])
    for name, column in (("record_log", "records"), ("outreach_log", "outreach")):
        assert len(lists[name].rows) == sum(row[2] for row in tables[column].rows)
    registrations = sum(row[-1] for row in lists["outreach_log"].rows)
    assert registrations == sum(row[-1] for row in tables["outreach"].rows)


def queries_for(world: World) -> int:
    with CaptureQueriesContext(connection) as found:
        tables_of(Scope(world.partnerships[0]))
    return len(found)


def test_a_larger_world_asks_the_database_no_more_questions():
    world = world_of(19, exchanges=20)
    few = queries_for(world)
    world_of(20, exchanges=120)
    assert queries_for(world) == few
