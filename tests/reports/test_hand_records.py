"""What partnerships record by hand, and who may."""

from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from cxc_portal.core import clock, files
from cxc_portal.core.errors import NotAllowed, TransitionRefused
from cxc_portal.core.models import AuditEntry
from profiles.enums import StaffRoleName
from profiles.models import Partnership
from reports.models import HandRecord
from reports.queries.hand_records import RecordFilters, records_seen_by, sums_of
from reports.services.hand_records import PROOF, Recorded, add_record, edit_record, remove_record
from tests.factories import StaffRoleFactory
from tests.untouched import untouched

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference")]
PDF = b"%PDF-1.4\n%%EOF\n"


def said(**changes):
    values = {"indicator": "C1.a", "count": 3, "title": "Talks", "on": date(2026, 10, 1)}
    return Recorded(**values | changes)


def officer(acronym="RECIPE4MOBILITY"):
    return StaffRoleFactory(acronym=acronym).user


def recorded(acronym="RECIPE4MOBILITY", **changes):
    partnership = Partnership.objects.get(acronym=acronym)
    return add_record(
        partnership_id=partnership.pk, content=said(**changes), actor=officer(acronym)
    )


def proof(content=PDF):
    return files.accept(SimpleUploadedFile("list.pdf", content), PROOF)


def totals(user, **narrowed):
    found = sums_of(records_seen_by(user, RecordFilters(**narrowed)))
    return {one.indicator.pk: one.total for one in found if one.total}


def test_a_record_counts_for_its_indicator_and_the_whole_of_it():
    recorded(count=3)
    recorded(indicator="C1.b", count=4)
    recorded(indicator="C1", count=1)
    assert totals(officer()) == {"C1": 8, "C1.a": 3, "C1.b": 4}


def test_a_record_is_traced_without_names():
    record = recorded(participants="Ada Example")
    entry = AuditEntry.objects.get(event="record.add")
    assert entry.subject_id == str(record.pk)
    assert entry.data == {
        "partnership": "RECIPE4MOBILITY",
        "indicator": "C1.a",
        "count": 3,
        "on": "2026-10-01",
        "proof": "",
    }


def test_a_record_can_be_put_right_with_a_proof():
    record = recorded()
    edit_record(record_id=record.pk, content=said(count=5), proof=proof(), actor=officer())
    record.refresh_from_db()
    assert (record.count, len(record.proof_digest)) == (5, 64)
    with record.proof.open() as kept:
        assert kept.read() == PDF


def test_a_removed_record_counts_no_longer_and_is_kept():
    record = recorded()
    remove_record(record_id=record.pk, actor=officer())
    assert totals(officer()) == {}
    assert HandRecord.objects.get().removed_at is not None


@pytest.mark.parametrize(("act", "more"), [(edit_record, said), (remove_record, None)])
def test_a_removed_record_stays_removed(act, more):
    record = recorded()
    someone = officer()
    remove_record(record_id=record.pk, actor=someone)
    content = {"content": more()} if more else {}
    with untouched(), pytest.raises(TransitionRefused) as refused:
        act(record_id=record.pk, actor=someone, **content)
    assert refused.value.code == "removed"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"indicator": "5.5.1.a"}, "counted"),
        ({"on": date(2030, 1, 1)}, "not_yet"),
        ({"count": 0}, "nothing"),
    ],
)
def test_what_cannot_count_is_refused(changes, code):
    someone = officer()
    key = Partnership.objects.get(acronym="RECIPE4MOBILITY").pk
    with untouched(), pytest.raises(TransitionRefused) as refused:
        add_record(partnership_id=key, content=said(**changes), actor=someone)
    assert refused.value.code == code


@pytest.mark.parametrize("role", [StaffRoleName.SUPPORT, StaffRoleName.OBSERVER])
def test_whoever_does_not_work_for_the_partnership_cannot_write(role):
    reader = StaffRoleFactory(role=role).user
    record = recorded()
    with untouched(), pytest.raises(NotAllowed):
        add_record(partnership_id=record.partnership_id, content=said(), actor=reader)
    with untouched(), pytest.raises(NotAllowed):
        remove_record(record_id=record.pk, actor=reader)


@pytest.mark.parametrize(
    ("narrowed", "expected"),
    [
        ({"indicator": "C1"}, {"C1": 3, "C1.a": 3}),
        ({"starts_on": date(2026, 10, 2)}, {"T2": 1}),
        ({"ends_on": date(2026, 10, 1)}, {"C1": 3, "C1.a": 3}),
        ({"text": "lyon"}, {"T2": 1}),
    ],
)
def test_filters_narrow_the_sums(narrowed, expected):
    recorded()
    recorded(indicator="T2", count=1, on=date(2026, 10, 9), place="Lyon")
    recorded("EXXTRA", indicator="T1", count=9)
    assert totals(officer(), **narrowed) == expected


def test_the_support_office_narrows_by_partnership():
    recorded()
    recorded("EXXTRA", indicator="T1", count=9)
    support = StaffRoleFactory(role=StaffRoleName.SUPPORT).user
    partnership = Partnership.objects.get(acronym="EXXTRA")
    assert totals(support) == {"C1": 3, "C1.a": 3, "T1": 9}
    assert totals(support, partnership=partnership) == {"T1": 9}


# --- pages ---------------------------------------------------------------------------------------

FORM = {"indicator": "T2", "count": "2", "title": "Module 2", "on": "2026-10-01"}


def test_an_officer_records_with_a_proof(client):
    client.force_login(officer())
    upload = SimpleUploadedFile("list.pdf", PDF, content_type="application/pdf")
    response = client.post("/indicators/records/new/", FORM | {"proof_file": upload})
    assert response["Location"] == "/indicators/records/"
    record = HandRecord.objects.get()
    assert (record.indicator_id, record.count, record.title) == ("T2", 2, "Module 2")
    page = client.get("/indicators/records/?indicator=T2&ends_on=nonsense")
    assert [one.total for one in page.context["sums"]] == [2]
    opened = client.get(f"/indicators/records/{record.pk}/proof/")
    assert b"".join(opened.streaming_content) == PDF


def test_a_picture_is_a_proof_too(client, picture):
    client.force_login(officer())
    client.post("/indicators/records/new/", FORM | {"proof_file": picture})
    assert HandRecord.objects.get().proof.name.endswith(".png")


@pytest.fixture
def picture():
    import io

    from PIL import Image

    content = io.BytesIO()
    Image.new("RGB", (20, 20)).save(content, "PNG")
    return SimpleUploadedFile("list.png", content.getvalue(), content_type="image/png")


def test_a_form_with_faults_says_them(client):
    client.force_login(officer())
    tomorrow = (clock.today() + timedelta(days=1)).isoformat()
    response = client.post("/indicators/records/new/", {"count": "0", "on": tomorrow})
    assert response.context["form"].errors == {
        "indicator": ["Choose what it counts for."],
        "title": ["Say in a few words what it was."],
        "on": ["Record it once it has taken place."],
        "count": ["At least one must count."],
    }


def test_whoever_works_for_several_says_for_which(client):
    someone = officer()
    StaffRoleFactory(user=someone, acronym="EXXTRA")
    client.force_login(someone)
    chosen = Partnership.objects.get(acronym="EXXTRA")
    client.post("/indicators/records/new/", FORM | {"partnership": chosen.pk})
    assert HandRecord.objects.get().partnership == chosen


def test_a_record_is_put_right_and_removed_on_its_page(client):
    record = recorded()
    client.force_login(officer())
    path = f"/indicators/records/{record.pk}/"
    assert client.get(path).status_code == 200
    assert client.post(path, FORM).status_code == 302
    record.refresh_from_db()
    assert record.title == "Module 2"
    assert client.post(f"{path}remove/").status_code == 302
    assert client.get(path).status_code == 404


@pytest.mark.parametrize(
    ("role", "acronym", "page", "proof_page", "writing"),
    [
        (StaffRoleName.SUPPORT, "RECIPE4MOBILITY", 200, 200, 403),
        (StaffRoleName.OBSERVER, "RECIPE4MOBILITY", 200, 403, 403),
        (StaffRoleName.OFFICER, "EXXTRA", 200, 404, 404),
        (StaffRoleName.OFFICER, "RECIPE4MOBILITY", 200, 200, 200),
    ],
)
def test_who_reads_and_who_writes(client, role, acronym, page, proof_page, writing):
    record = recorded(participants="Ada Example")
    edit_record(record_id=record.pk, content=said(), proof=proof(), actor=officer())
    client.force_login(StaffRoleFactory(role=role, acronym=acronym).user)
    assert client.get("/indicators/records/").status_code == page
    opened = client.get(f"/indicators/records/{record.pk}/proof/")
    assert opened.status_code == proof_page
    list(opened)
    assert client.get(f"/indicators/records/{record.pk}/").status_code == writing


def test_observers_read_no_names(client):
    recorded(participants="Ada Example")
    client.force_login(StaffRoleFactory(role=StaffRoleName.OBSERVER).user)
    assert "Ada Example" not in client.get("/indicators/records/").content.decode()
