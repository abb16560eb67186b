"""Charts: their geometry without a database, and what they look like as SVG."""

import re
from datetime import date
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxc_portal.core.exports import Column, Table
from reports.charts import CHARTS, render
from reports.charts.bands import BandRow, Part, bands
from reports.charts.bars import TargetBar, target_bars
from reports.charts.dots import DotRow, dots
from reports.charts.fitting import lines_of, round_steps, share, width_of
from reports.charts.from_tables import draw_pace
from reports.charts.funnel import FunnelStep, funnel
from reports.charts.legend import legend
from reports.charts.matrix import matrix
from reports.charts.pace import Foreseen, PaceLine, pace
from reports.charts.rendering import render_map
from reports.charts.shapes import SMALL, STYLES, WIDTH, path, rect, words

SVG = "{http://www.w3.org/2000/svg}"
numbers = st.integers(0, 5000)
codes = st.sampled_from("AT BE CZ DE DK EE ES FI FR GR HR HU IE IT PL PT RO SE".split())


def numbers_of(shape, *names):
    given_values = dict(shape.attributes)
    return tuple(float(given_values[name]) for name in names)


def of_style(drawing, style):
    return [shape for shape in drawing.shapes if shape.style == style]


def texts(drawing):
    return [shape.text for shape in drawing.shapes if shape.tag == "text"]


def stays_inside(drawing):
    """Whether no shape leaves the drawing; text may be a little wider than reckoned."""
    for shape in drawing.shapes:
        if shape.tag == "rect":
            x, y, width, height = numbers_of(shape, "x", "y", "width", "height")
            assert x >= 0
            assert y >= 0
            assert x + width <= WIDTH + 0.1
            assert y + height <= drawing.height + 0.1
        elif shape.tag == "circle":
            x, y, radius = numbers_of(shape, "cx", "cy", "r")
            assert radius <= x <= WIDTH - radius
            assert radius <= y <= drawing.height - radius
        elif shape.tag == "text":
            x, y = numbers_of(shape, "x", "y")
            assert 0 <= x <= WIDTH
            assert 0 <= y <= drawing.height + 0.1
    return True


# --- fitting ------------------------------------------------------------------------------------


def test_text_breaks_between_words_where_the_room_ends():
    assert lines_of("Exchanges carried out", 80, 13) == ["Exchanges", "carried out"]
    assert lines_of("", 80, 13) == []


@given(st.text(" abc", max_size=60), st.integers(1, 300))
def test_broken_text_loses_no_word(text, width):
    assert " ".join(lines_of(text, width, 13)).split() == text.split()


@pytest.mark.parametrize(
    ("most", "steps"),
    [
        (0, [0, 1]),
        (3, [0, 1, 2, 3]),
        (12, [0, 5, 10, 15]),
        (50, [0, 20, 40, 60]),
        (100, [0, 50, 100]),
        (1300, [0, 500, 1000, 1500]),
    ],
)
def test_axes_have_round_steps(most, steps):
    assert round_steps(most) == steps


@given(st.integers(0, 10**6))
def test_the_steps_reach_the_largest_number_and_stay_few(most):
    steps = round_steps(most)

    assert steps[-1] >= most
    assert 2 <= len(steps) <= 7


def test_a_share_stays_between_nothing_and_all():
    assert [share(1, 4), share(9, 4), share(-1, 4), share(1, 0)] == [0.25, 1, 0, 0]


# --- shapes -------------------------------------------------------------------------------------


def test_shapes_carry_their_colours_for_paper():
    shape = rect("value", 1, 2.25, 30.04, 4, radius=3, fill_opacity="0.5")

    assert dict(shape.attributes) == {
        "x": "1",
        "y": "2.2",
        "width": "30",
        "height": "4",
        "rx": "3",
        "fill": "#1b4f9c",
        "fill-opacity": "0.5",
    }


def test_an_area_is_a_closed_path():
    assert dict(path("range", [(0, 1), (2.5, 3)], closed=True).attributes)["d"] == "M0 1L2.5 3Z"
    assert dict(path("line", [(0, 1), (2.5, 3)]).attributes)["d"] == "M0 1L2.5 3"


def test_a_legend_goes_on_in_a_new_line_where_it_is_full():
    one, below = legend([("value", "Visitors"), ("follows", "Hosts")])
    many, further_below = legend([("value", "A rather long name of a colour")] * 3)

    assert (len(one), len(many)) == (4, 6)
    assert further_below > below


# --- each chart ---------------------------------------------------------------------------------


@given(numbers, st.integers(1, 2000))
def test_a_bar_is_filled_as_far_as_its_target_is_reached(actual, target):
    drawing = target_bars([TargetBar("SMEs", "x", actual, target)], "label")

    (width,) = numbers_of(*of_style(drawing, "value"), "width")
    assert width == pytest.approx(WIDTH * min(actual / target, 1), abs=0.06)
    assert stays_inside(drawing)


def test_a_long_label_goes_on_in_a_further_line():
    label = "Cluster organisations engaged in benchmarking, accreditation or labelling"

    long, short = (target_bars([TargetBar(text, "x", 1, 2)], "label") for text in (label, "SMEs"))

    assert " ".join(text for text in texts(long) if text != "x") == label
    assert long.height > short.height


def test_a_tiny_part_is_still_seen():
    row = BandRow("Closed", "1", (Part(1028, "green"), Part(1, "red")), "in words")

    drawing = bands([row], [("green", "High fit"), ("red", "Low fit")], "label")

    assert numbers_of(of_style(drawing, "red")[-1], "width") == (0.5,)
    assert stays_inside(drawing)


def test_nothing_is_drawn_where_there_is_nothing_to_see():
    keys, _rows = TABLES["satisfaction"]
    unanswered = [("a.b", "Agenda", "How was it?", None, None)]
    nobody = [("registered", "Registered", 0, None, None, 0, None, None)]

    assert render("satisfaction", Table("T", [Column(k, k) for k in keys], unanswered)) == ""
    keys, _rows = TABLES["funnel"]
    assert render("funnel", Table("T", [Column(k, k) for k in keys], nobody)) == ""


def test_parts_of_an_indicator_stand_further_in():
    whole = TargetBar("Exchanges", "12 of 50", 12, 50)
    part = TargetBar("of which SMEs", "9 of 25", 9, 25, is_part=True)

    drawing = target_bars([whole, part], "label")

    assert [numbers_of(bar, "x") for bar in of_style(drawing, "track")] == [(0,), (16,)]
    assert texts(drawing) == ["Exchanges", "12 of 50", "of which SMEs", "9 of 25"]


@given(st.lists(st.tuples(numbers, st.none() | numbers), min_size=1, max_size=8))
def test_the_longest_bar_of_a_funnel_leaves_room_for_its_number(rows):
    steps = [FunnelStep("Step", row, "83 %, 4 days") for row in rows]

    drawing = funnel(steps, ("Visitors", "Hosts"), "label")

    given_numbers = [number for row in rows for number in row if number is not None]
    assert len(texts(drawing)) == 2 + 2 * len(rows) + len(given_numbers)
    assert stays_inside(drawing)


@given(st.lists(st.tuples(numbers, numbers, numbers), min_size=1, max_size=4))
def test_a_stacked_bar_is_as_wide_as_the_drawing(rows):
    kinds = [("green", "High fit"), ("orange", "Medium fit"), ("red", "Low fit")]
    shown = [
        BandRow("Closed", "1", tuple(map(Part, row, ("green", "orange", "red"))), "in words")
        for row in rows
    ]

    assert stays_inside(bands(shown, kinds, "label"))


def test_a_part_of_nothing_is_not_drawn():
    row = BandRow("Closed", "4", (Part(4, "green"), Part(0, "red")), "High fit 4 · Low fit 0")

    drawing = bands([row], [("green", "High fit"), ("red", "Low fit")], "label")

    assert (len(of_style(drawing, "green")), len(of_style(drawing, "red"))) == (2, 1)


@given(st.lists(st.tuples(st.none() | st.floats(1, 5), st.none() | st.floats(1, 5)), max_size=6))
def test_a_dot_stands_where_its_mean_lies(rows):
    drawing = dots([DotRow("Agenda", row) for row in rows], ("Visitors", "Hosts"), 1, 5, "label")

    given_means = sum(value is not None for row in rows for value in row)
    assert sum(shape.tag == "circle" for shape in drawing.shapes) == 2 + given_means
    assert stays_inside(drawing)


def test_a_dot_is_seen_within_the_ring_at_the_same_place():
    drawing = dots([DotRow("Agenda", (4.0, 4.0))], ("Visitors", "Hosts"), 1, 5, "label")

    (dot, ring) = (of_style(drawing, style)[-1] for style in ("dot", "ring"))
    assert numbers_of(dot, "cx", "cy") == numbers_of(ring, "cx", "cy")
    assert numbers_of(dot, "r") < numbers_of(ring, "r")
    assert dict(ring.attributes)["fill"] == "none"


@given(st.dictionaries(st.tuples(codes, codes), st.integers(1, 90), max_size=120))
def test_no_exchange_gets_lost_in_the_matrix(cells):
    drawing = matrix(cells, "…", "label")

    shown = [int(text) for text in texts(drawing) if text.isdigit()]
    assert sum(shown) == sum(cells.values())
    assert stays_inside(drawing)


def test_the_matrix_puts_the_fullest_countries_first():
    drawing = matrix({("PT", "FR"): 1, ("HU", "DE"): 5, ("HU", "FR"): 2}, "…", "label")

    assert texts(drawing) == ["DE", "FR", "HU", "5", "2", "PT", "1"]


days = st.dates(date(2025, 1, 1), date(2028, 12, 31))


@given(
    st.lists(st.tuples(days, numbers), min_size=2, max_size=20),
    st.lists(st.tuples(days, numbers, numbers, numbers), max_size=20),
    st.integers(0, 500),
    st.none() | days,
)
def test_the_line_of_the_pace_stays_inside(closed, foreseen, target, due_on):
    data = PaceLine(
        closed=sorted(closed),
        foreseen=[Foreseen(day, *sorted(three)) for day, *three in sorted(foreseen)],
        ticks=[(min(closed)[0], "Jan 26")],
        target=target,
        target_label="Target",
        due_on=due_on,
        due_label="due",
    )

    assert stays_inside(pace(data, "label"))


def test_the_name_of_the_last_month_is_not_cut_off():
    first, last = date(2026, 1, 31), date(2029, 10, 31)
    data = PaceLine(
        closed=[(first, 0), (last, 2)],
        foreseen=[],
        ticks=[(first, "January 26"), (last, "October 29")],
        target=4,
        target_label="Target",
    )

    drawn = next(one for one in pace(data, "label").shapes if one.text == "October 29")
    room = width_of("October 29", SMALL) / 2
    assert numbers_of(drawn, "x") == pytest.approx((WIDTH - room,), abs=0.1)


# --- as SVG -------------------------------------------------------------------------------------

TABLES = {
    "indicators": (
        ["code", "label", "target", "so_far"],
        [("5.5.1", "Exchanges", 50, 12), ("5.5.1.a", "of which SMEs", 25, 9), ("N", "X", None, 1)],
    ),
    "funnel": (
        "code label visitors visitors_share visitors_days hosts hosts_share hosts_days".split(),
        [
            ("registered", "Registered", 1200, None, None, 60, None, None),
            ("paid", "Paid", 0, 12.7, 3.4, None, None, None),
        ],
    ),
    "bands": (
        ["code", "label", "matched", "signed", "closed", "share"],
        [("green", "High fit", 4, 2, 1, 50.0), ("red", "Low fit", 1, 0, 0, 0.0)],
    ),
    "satisfaction": (
        ["code", "label", "question", "visitors_mean", "hosts_mean"],
        [("a.b", "<Agenda> & more", "How was it?", 4.25, None), ("nps", "Advice", "", 9.0, 8.0)],
    ),
    "countries": (
        ["code", "label", "visitor_country", "host_country", "physical", "virtual", "closed"],
        [("PT-FR", "Portugal → France", "PT", "FR", 2, 1, 3)],
    ),
    "pace": (
        ["code", "label", "closed", "low", "middle", "high", "target", "due_on"],
        [
            ("2026-06-15", date(2026, 6, 15), 2, None, None, None, 4, date(2026, 12, 31)),
            ("2026-06-30", date(2026, 6, 30), None, 2, 3, 4, 4, date(2026, 12, 31)),
        ],
    ),
}


def table(name):
    keys, rows = TABLES[name]
    return Table(title="A title", columns=[Column(key, key.title()) for key in keys], rows=rows)


def parsed(name):
    return ElementTree.fromstring(render(name, table(name)))  # noqa: S314 - our own


def test_every_chart_has_a_sample_here():
    assert set(TABLES) == set(CHARTS)


@pytest.mark.parametrize("name", sorted(TABLES))
def test_a_chart_is_an_image_with_a_name_and_without_style(name):
    svg = render(name, table(name))

    root = parsed(name)
    assert root.get("role") == "img"
    assert root.get("aria-label") == "Chart: A title. The numbers stand in the table."
    assert root.get("viewBox").startswith("0 0 360 ")
    assert not re.search(r"style=|<style|<script|href=", svg)
    assert {element.get("class").removeprefix("chart-") for element in root} <= set(STYLES)


def drawn_texts(name):
    return [element.text for element in parsed(name).iter(f"{SVG}text")]


def test_targets_are_drawn_for_those_who_have_one():
    assert drawn_texts("indicators") == ["Exchanges", "12 of 50", "of which SMEs", "9 of 25"]


def test_the_funnel_says_share_and_days_of_the_visitors():
    assert drawn_texts("funnel") == [
        *("Visitors", "Hosts"),
        *("Registered", "1200", "60"),
        *("Paid", "13 %, 3 days", "0"),
    ]


def test_bands_say_in_words_what_their_colours_say():
    assert drawn_texts("bands")[2:5] == ["Matched", "5", "High fit 4 · Low fit 1"]


def test_what_people_wrote_is_shown_as_text():
    assert "<Agenda> & more" in drawn_texts("satisfaction")
    assert "Advice" not in drawn_texts("satisfaction")


def test_the_matrix_has_the_numbers_in_it():
    assert drawn_texts("countries") == ["FR", "PT", "3"]


def test_the_pace_names_target_and_day():
    found = drawn_texts("pace")

    assert found[:5] == ["0", "1", "2", "3", "4"]
    assert found[-2:] == ["due", "Target 4"]
    assert "May 26" in found


def test_a_frozen_table_is_drawn_as_well():
    keys, rows = TABLES["pace"]
    frozen = [[str(v) if isinstance(v, date) else v for v in row] for row in rows]
    again = Table(title="A title", columns=[Column(key, key.title()) for key in keys], rows=frozen)

    assert render("pace", again) == render("pace", table("pace"))


def test_the_pace_of_nothing_is_an_empty_drawing():
    keys, _rows = TABLES["pace"]

    drawing = draw_pace(Table(title="A title", columns=[Column(k, k) for k in keys], rows=[]))

    assert (drawing.shapes, drawing.height) == ([], 1)


def test_many_years_have_few_ticks():
    keys, rows = TABLES["pace"]
    long = [("2019-01-31", None, 1, None, None, None, 4, None), *rows]

    drawing = draw_pace(Table(title="T", columns=[Column(k, k) for k in keys], rows=long))

    assert [text for text in texts(drawing) if " " in text][:4] == [
        "Jan 19",
        "Jan 21",
        "Jan 23",
        "Jan 25",
    ]


def test_words_can_end_at_their_place():
    assert dict(words("soft", 5, 6, "x", "end").attributes)["text-anchor"] == "end"


def test_journeys_are_drawn_on_the_map_for_paper():
    svg = render_map(table("countries"))

    root = ElementTree.fromstring(svg)  # noqa: S314 - our own
    assert root.get("role") == "img"
    assert root.get("aria-label").startswith("Journeys of closed exchanges on the map of Europe.")
    curves = [path.get("d") for path in root.findall(f"{SVG}path")]
    assert [curve.partition("Q")[0] for curve in curves] == ["M70 697"]
    assert len(root.findall(f"{SVG}circle")) == 2
    assert len(root.findall(f"{SVG}g/{SVG}g")) == 2


def test_without_a_journey_between_countries_there_is_no_map():
    keys, _rows = TABLES["countries"]
    columns = [Column(key, key.title()) for key in keys]
    rows = [("FR-FR", "France", "FR", "FR", 1, 0, 1)]
    assert render_map(Table(title="A title", columns=columns, rows=rows)) == ""
