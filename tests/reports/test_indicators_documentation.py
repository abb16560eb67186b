"""The page of the documentation that says how each number is counted."""

from reports.queries.figures import TABLES
from reports.queries.shapes import CODE, LABEL
from reports.wording.indicators_page import indicators_page


def test_every_number_says_how_it_is_counted():
    silent = {
        f"{table.name}:{column.key}"
        for table in TABLES.values()
        for column in table.columns
        if column.key not in (CODE, LABEL) and table.opens(column.key) and not column.how
    }
    assert silent == set()


def test_every_table_has_its_section():
    page = indicators_page()
    assert [name for name in TABLES if f"(`{name}`)" not in page] == []
