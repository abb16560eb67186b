"""Frozen periods: the world goes on, the figures stay."""

from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO
from zipfile import ZipFile

import pytest

from cxc_portal.core.documents import digest_of
from cxc_portal.core.errors import NotAllowed, TransitionRefused
from cxc_portal.core.exports import Column, Table
from cxc_portal.core.models import AuditEntry
from profiles.enums import StaffRoleName
from profiles.models import Partnership
from reports.exports.files import export
from reports.models import ReportingPeriod
from reports.queries.handed_in import Reporter, of_period, reporter_of
from reports.queries.periods import AlteredPeriod, frozen_tables, tables_of_period
from reports.services.hand_records import Recorded, add_record
from reports.services.periods import freeze_period
from tests.factories import StaffRoleFactory
from tests.untouched import untouched

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference")]
DAYS = {"starts_on": date(2026, 1, 1), "ends_on": date(2026, 10, 31)}


def staff(role=StaffRoleName.COORDINATOR, acronym="RECIPE4MOBILITY"):
    return StaffRoleFactory(role=role, acronym=acronym).user


def own():
    return Partnership.objects.get(acronym="RECIPE4MOBILITY")


def freeze(actor, **changes):
    values = {"partnership_id": own().pk, "name": "Mid-term", **DAYS}
    return freeze_period(actor=actor, **values | changes)


def recorded(count):
    content = Recorded(indicator="T2", count=count, title="Module", on=date(2026, 10, 1))
    return add_record(partnership_id=own().pk, content=content, actor=staff())


def plain(tables):
    return {name: table.to_plain() for name, table in tables.items()}


def sessions(figures):
    rows = figures.tables["indicators"].to_plain()["rows"]
    return next(row["actual"] for row in rows if row["code"] == "T2")


def test_the_world_changes_and_the_figures_do_not():
    recorded(3)
    period = freeze(staff())
    before = plain(of_period(period).tables)
    recorded(4)
    later = freeze(staff(), name="Again")
    period.refresh_from_db()
    assert plain(of_period(period).tables) == before
    assert (sessions(of_period(period)), sessions(of_period(later))) == (3, 7)


def test_a_period_names_whose_it_is_and_is_traced():
    period = freeze(staff())
    snapshot = period.snapshot
    assert snapshot["whose"]["acronym"] == "RECIPE4MOBILITY"
    assert (snapshot["starts_on"], snapshot["ends_on"]) == ("2026-01-01", "2026-10-31")
    assert AuditEntry.objects.get(event="period.freeze").data == {"digest": period.digest}


def test_who_handed_in_stays_when_the_partnership_changes():
    Partnership.objects.filter(pk=own().pk).update(coordinator_name="Ana Costa", field="Rail")
    period = freeze(staff())
    Partnership.objects.filter(pk=own().pk).update(coordinator_name="Rui Dias", field="Cars")
    period.refresh_from_db()
    figures = of_period(period)
    assert figures.reporter == Reporter(str(own()), "RECIPE4MOBILITY", "Ana Costa", "Rail")
    word = export(figures, "docx").content
    assert b"Ana Costa" in ZipFile(BytesIO(word)).read("word/document.xml")


def test_a_period_frozen_before_names_were_kept_has_those_of_today():
    period = freeze(staff())
    del period.snapshot["whose"]
    period.digest = digest_of(period.snapshot)
    assert of_period(period).reporter == reporter_of(own())


def test_what_was_changed_in_the_database_is_not_shown():
    period = freeze(staff())
    period.snapshot["tables"][0]["rows"][0][2] = 9999
    with pytest.raises(AlteredPeriod):
        tables_of_period(period)


def test_every_value_comes_back_as_it_was():
    row = (1, 2.5, "x", None, True, Decimal("1.20"), date(2026, 1, 2), ["a", 1])
    moment = datetime(2026, 1, 2, 3, 4, tzinfo=UTC)
    columns = [Column(str(at), str(at)) for at in range(len(row) + 1)]
    table = Table("Things", columns, [(*row, moment)])
    period = freeze(staff())
    period.snapshot = {"tables": frozen_tables({"things": table}, {"things": ""})}
    period.digest = digest_of(period.snapshot)
    period.save()
    period.refresh_from_db()
    assert list(map(tuple, tables_of_period(period)["things"].rows)) == [(*row, moment)]


def test_the_support_office_freezes_those_of_all():
    period = freeze(staff(StaffRoleName.SUPPORT), partnership_id=None)
    assert (period.partnership, period.texts) == (None, {})
    assert of_period(period).reporter == Reporter("All partnerships")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"ends_on": date(2030, 1, 1)}, "not_over"),
        ({"starts_on": date(2026, 11, 1)}, "days"),
    ],
)
def test_days_that_make_no_sense_are_refused(changes, code):
    coordinator = staff()
    with untouched(), pytest.raises(TransitionRefused) as refused:
        freeze(coordinator, **changes)
    assert refused.value.code == code


@pytest.mark.parametrize("is_of_all", [True, False])
def test_a_name_is_taken_once(is_of_all):
    support = staff(StaffRoleName.SUPPORT)
    whose = {"partnership_id": None} if is_of_all else {}
    freeze(support, **whose)
    with untouched(), pytest.raises(TransitionRefused) as refused:
        freeze(support, **whose)
    assert refused.value.code == "name_taken"


@pytest.mark.parametrize("role", [StaffRoleName.OFFICER, StaffRoleName.OBSERVER])
def test_others_freeze_nothing(role):
    other = staff(role)
    with untouched(), pytest.raises(NotAllowed):
        freeze(other)


# --- pages ---------------------------------------------------------------------------------------

FORM = {"name": "Mid-term", "starts_on": "2026-01-01", "ends_on": "2026-10-31"}


def test_a_coordinator_freezes_on_the_page_and_reads_it(client):
    client.force_login(staff())
    response = client.post("/indicators/periods/", FORM)
    period = ReportingPeriod.objects.get()
    assert response["Location"] == f"/indicators/periods/{period.pk}/"
    page = client.get(response["Location"])
    assert period.digest in page.content.decode()
    assert [table.name for table in page.context["tables"]][:2] == ["indicators", "funnel"]
    assert [row.name for row in client.get("/indicators/periods/").context["periods"]] == [
        "Mid-term"
    ]
    again = client.post("/indicators/periods/", FORM)
    assert "There is a period of this name already." in again.content.decode()


def test_a_form_with_faults_says_them(client):
    client.force_login(staff())
    response = client.post("/indicators/periods/", FORM | {"ends_on": "2025-01-01"})
    assert response.context["form"].errors == {"ends_on": ["The last day comes before the first."]}
    response = client.post("/indicators/periods/", FORM | {"ends_on": "2030-01-01"})
    assert response.context["form"].errors == {"ends_on": ["Freeze a period once it is over."]}


def test_the_support_office_freezes_all_where_it_names_none(client):
    client.force_login(staff(StaffRoleName.SUPPORT))
    client.post("/indicators/periods/", FORM | {"partnership": ""})
    assert ReportingPeriod.objects.get().partnership is None


def test_an_altered_period_says_so_and_gives_nothing_out(client):
    period = freeze(staff())
    ReportingPeriod.objects.update(digest="0" * 64)
    client.force_login(staff())
    page = client.get(period.get_absolute_url())
    assert (page.context["tables"], "not what was frozen" in page.content.decode()) == ([], True)
    export = client.get(f"/indicators/export/xlsx/?period={period.pk}")
    assert export.status_code == 409


@pytest.mark.parametrize(
    ("role", "acronym", "status", "writing"),
    [
        (StaffRoleName.OFFICER, "RECIPE4MOBILITY", 200, 403),
        (StaffRoleName.OBSERVER, "", 200, 403),
        (StaffRoleName.COORDINATOR, "EXXTRA", 404, 302),
    ],
)
def test_who_reads_and_who_freezes(client, role, acronym, status, writing):
    period = freeze(staff())
    client.force_login(staff(role, acronym))
    assert client.get(period.get_absolute_url()).status_code == status
    assert client.get(f"/indicators/export/csv/?period={period.pk}").status_code == status
    assert client.post("/indicators/periods/", FORM | {"name": "Other"}).status_code == writing
