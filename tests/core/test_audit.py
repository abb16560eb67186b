"""The record of what happened cannot be changed unseen."""

import contextlib
from datetime import UTC, datetime

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from cxc_portal.core import audit
from cxc_portal.core.audit import Fault
from cxc_portal.core.models import AuditEntry, AuditHead
from tests.concurrency import at_once, values
from tests.factories import OrganisationFactory, UserFactory

MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


@pytest.fixture
def chain(db):
    """Three entries."""
    return [audit.record(f"event.{number}", data={"number": number}) for number in (1, 2, 3)]


@pytest.fixture
def unguarded():
    """As somebody who can drop triggers would do it."""
    audit.remove_guards()
    yield
    audit.install_guards()


def sql(statement):
    with connection.cursor() as cursor:
        cursor.execute(statement)


# --- recording ---------------------------------------------------------------------------------


def test_an_entry_says_what_happened_to_what_and_who_did_it(reference, time_machine):
    time_machine.move_to(MONDAY, tick=False)
    actor, organisation = UserFactory(), OrganisationFactory()
    audit.record("house.built", subject=organisation, actor=actor, data={"rooms": [1, 2]})
    entry = AuditEntry.objects.latest("sequence")
    assert (entry.event, entry.at, entry.actor_id) == ("house.built", MONDAY, actor.pk)
    assert (entry.subject_type, entry.subject_id) == (
        "profiles.organisation",
        str(organisation.pk),
    )
    assert entry.data == {"rooms": [1, 2]}


def test_an_entry_may_be_about_nothing_and_by_nobody(db):
    entry = audit.record("clock.struck")
    assert (entry.actor_id, entry.subject_type, entry.subject_id, entry.data) == (None, "", "", {})


def test_what_a_transaction_records_is_appended_at_its_end_in_one_go(db, django_assert_num_queries):
    audit.record("begun")
    with (
        django_assert_num_queries(5),
        audit.transaction(),
    ):  # savepoint, lock, insert, head, release
        audit.record("first")
        audit.record_many("second", about=[(None, {"of": 1}), (None, {"of": 2})])
    found = list(AuditEntry.objects.order_by("sequence").values_list("event", flat=True))
    assert found == ["begun", "first", "second", "second"]
    assert audit.verify().is_whole


def test_nobody_waits_for_whoever_has_recorded_and_goes_on(db):
    with audit.transaction():
        audit.record("first")
        assert not AuditEntry.objects.exists()
        assert not AuditHead.objects.exists()
    assert AuditEntry.objects.get().event == "first"


def record_and_fail(event):
    with audit.transaction():
        audit.record(event)
        raise ZeroDivisionError


def test_a_transaction_that_fails_appends_nothing(db):
    with pytest.raises(ZeroDivisionError):
        record_and_fail("lost")
    assert not AuditEntry.objects.exists()
    audit.record("kept")
    assert AuditEntry.objects.get().event == "kept"


def test_of_a_block_that_fails_inside_nothing_is_appended(db):
    with audit.transaction():
        audit.record("before")
        with contextlib.suppress(ZeroDivisionError):
            record_and_fail("lost")
        with audit.transaction():
            audit.record("after")
    found = AuditEntry.objects.order_by("sequence").values_list("event", flat=True)
    assert list(found) == ["before", "after"]
    assert audit.verify().is_whole


@pytest.mark.django_db(transaction=True)
def test_what_follows_a_commit_records_for_itself():
    with audit.transaction():
        audit.record("step")
        transaction.on_commit(lambda: audit.record("letter"))
    found = AuditEntry.objects.order_by("sequence").values_list("event", flat=True)
    assert list(found) == ["step", "letter"]


def test_each_entry_carries_the_hash_of_the_one_before(chain):
    assert [entry.sequence for entry in chain] == [1, 2, 3]
    assert [entry.previous_hash for entry in chain] == [
        audit.GENESIS,
        chain[0].hash,
        chain[1].hash,
    ]


def test_the_head_is_the_last_entry(chain):
    head = AuditHead.objects.get()
    assert (head.sequence, head.hash, str(head)) == (3, chain[2].hash, "3")


def test_an_entry_reads_as_number_and_event(chain):
    assert str(chain[0]) == "1 event.1"


def test_an_entry_goes_with_its_transaction(chain):
    with transaction.atomic():
        audit.record("event.4")
        transaction.set_rollback(True)
    assert AuditEntry.objects.count() == 3
    assert audit.verify().is_whole


@pytest.mark.parametrize("data", [{"share": 0.5}, {"share": float("nan")}])
def test_fractions_are_refused_because_databases_write_them_differently(chain, data):
    with pytest.raises(ValueError, match="audit data holds no fractions"):
        audit.record("event.4", data=data)
    assert AuditEntry.objects.count() == 3


def test_data_is_hashed_as_the_database_gives_it_back(db):
    audit.record("event", data={"tuple": (1, 2), 3: "key", "name": "Zoë", "none": None})
    assert AuditEntry.objects.get().data == {
        "tuple": [1, 2],
        "3": "key",
        "name": "Zoë",
        "none": None,
    }
    assert audit.verify().faults == []


# --- guards ------------------------------------------------------------------------------------

CHANGES = {
    "update": "UPDATE core_auditentry SET event = 'other' WHERE sequence = 2",
    "delete": "DELETE FROM core_auditentry WHERE sequence = 3",
}
SQLITE_CHANGES = {
    "replace": "INSERT OR REPLACE INTO core_auditentry SELECT sequence, at, 'other', actor_id,"
    " subject_type, subject_id, data, previous_hash, hash FROM core_auditentry WHERE sequence = 2",
    "update or replace": "UPDATE OR REPLACE core_auditentry SET sequence = 3 WHERE sequence = 2",
}
POSTGRES_CHANGES = {
    "truncate": "TRUNCATE core_auditentry",
    "upsert": "INSERT INTO core_auditentry SELECT * FROM core_auditentry WHERE sequence = 2"
    " ON CONFLICT (sequence) DO UPDATE SET event = 'other'",
}


def assert_refused(statement):
    before = list(AuditEntry.objects.values())
    with pytest.raises(DatabaseError, match="audit entries are append-only"), transaction.atomic():
        sql(statement)
    assert list(AuditEntry.objects.values()) == before


@pytest.mark.parametrize("change", CHANGES)
def test_the_database_refuses_to_change_an_entry(chain, change):
    assert_refused(CHANGES[change])


@pytest.mark.skipif(connection.vendor != "sqlite", reason="SQLite's own ways")
@pytest.mark.parametrize("change", SQLITE_CHANGES)
def test_sqlite_refuses_its_own_ways_of_change(chain, change):
    assert_refused(SQLITE_CHANGES[change])


@pytest.mark.postgres
@pytest.mark.parametrize("change", POSTGRES_CHANGES)
def test_postgresql_refuses_its_own_ways_of_change(chain, change):
    assert_refused(POSTGRES_CHANGES[change])


def test_guards_can_be_installed_twice(chain):
    audit.install_guards()
    assert_refused(CHANGES["update"])


def test_guards_leave_unknown_databases_alone():
    class Database:
        vendor = "oracle"
        cursor = connection.cursor

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Database, "cursor", lambda self: NoCursor())
        audit.install_guards(Database())
        audit.remove_guards(Database())


class NoCursor:
    """Fails when something is executed."""

    def __enter__(self):
        return self

    def __exit__(self, *error):
        return False


# --- verifying ---------------------------------------------------------------------------------


def test_an_empty_chain_is_whole(db):
    assert (audit.verify().faults, audit.verify().sequence) == ([], 0)


def test_a_chain_that_was_left_alone_is_whole(chain):
    verdict = audit.verify()
    assert (verdict.is_whole, verdict.sequence, verdict.hash) == (True, 3, chain[2].hash)


@pytest.mark.parametrize(
    ("statement", "faults"),
    [
        (
            "UPDATE core_auditentry SET event = 'other' WHERE sequence = 2",
            [Fault(2, "content altered")],
        ),
        (
            "UPDATE core_auditentry SET actor_id = 99 WHERE sequence = 3",
            [Fault(3, "content altered")],
        ),
        (
            "DELETE FROM core_auditentry WHERE sequence = 1",
            [Fault(1, "entry missing"), Fault(2, "does not follow the entry before it")],
        ),
        (
            "DELETE FROM core_auditentry WHERE sequence = 2",
            [Fault(2, "entry missing"), Fault(3, "does not follow the entry before it")],
        ),
        ("DELETE FROM core_auditentry WHERE sequence = 3", [Fault(3, "entry missing")]),
        ("DELETE FROM core_auditentry", [Fault(3, "entry missing")]),
        ("DELETE FROM core_audithead", [Fault(3, "beyond the end of the chain")]),
        (
            "UPDATE core_audithead SET hash = 'other'",
            [Fault(3, "not the hash that was noted")],
        ),
        ("UPDATE core_audithead SET sequence = 4", [Fault(4, "entry missing")]),
    ],
)
def test_verify_finds(chain, unguarded, statement, faults):
    sql(statement)
    assert audit.verify().faults == faults


def test_verify_finds_an_entry_with_a_hash_of_its_own(chain, unguarded):
    forged = AuditEntry.objects.get(sequence=2)
    forged.event = "other"
    forged.hash = audit._digest(forged)
    forged.save()
    assert audit.verify().faults == [Fault(3, "does not follow the entry before it")]


def test_verify_finds_a_cut_tail_whose_head_was_rewritten_by_what_was_noted(chain, unguarded):
    sql("DELETE FROM core_auditentry WHERE sequence = 3")
    AuditHead.objects.update(sequence=2, hash=chain[1].hash)
    assert audit.verify().is_whole
    assert audit.verify({3: chain[2].hash}).faults == [Fault(3, "entry missing")]


def test_verify_finds_a_chain_that_was_rewritten_entirely(chain, unguarded):
    sql("DELETE FROM core_auditentry")
    AuditHead.objects.all().delete()
    for number in (1, 2, 3):
        audit.record(f"other.{number}")
    assert audit.verify().is_whole
    assert audit.verify({3: chain[2].hash}).faults == [Fault(3, "not the hash that was noted")]


def test_what_was_noted_earlier_fits_a_longer_chain(chain):
    audit.record("event.4")
    assert audit.verify({2: chain[1].hash}).is_whole


def test_entries_appended_meanwhile_are_no_fault(chain, monkeypatch):
    faults_of = audit._faults_of

    def append_then_look(entry, *before):
        if entry.sequence == 3:
            audit.record("event.4")
        return faults_of(entry, *before)

    monkeypatch.setattr(audit, "_faults_of", append_then_look)
    assert audit.verify().faults == []


# --- at the same time --------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_several_who_append_at_once_make_one_chain():
    def append():
        for _round in range(5):
            with transaction.atomic():
                audit.record("race")

    assert len(values(at_once(*[append] * 4))) == 4
    assert audit.verify().sequence == 20
    assert audit.verify().is_whole


# --- the command -------------------------------------------------------------------------------


def test_command_says_that_the_chain_is_whole(chain, capsys):
    call_command("verify_audit")
    assert capsys.readouterr().out == (
        f"The audit chain is whole: 3 entries.\nIts end: 3:{chain[2].hash}\n"
    )


def test_command_fails_and_names_the_fault(chain, unguarded, capsys):
    sql("UPDATE core_auditentry SET event = 'other' WHERE sequence = 2")
    with pytest.raises(CommandError, match=r"The audit chain is broken: 1 fault\.") as broken:
        call_command("verify_audit")
    assert broken.value.returncode == 1
    assert capsys.readouterr().err == "entry 2: content altered\n"


def test_command_takes_an_end_that_was_noted(chain, capsys):
    call_command("verify_audit", "--known", f"2:{chain[1].hash}", "--known", f"3:{chain[2].hash}")
    assert capsys.readouterr().out.startswith("The audit chain is whole")


def test_command_fails_on_an_end_that_does_not_fit(chain):
    with pytest.raises(CommandError, match="The audit chain is broken"):
        call_command("verify_audit", "--known", f"2:{chain[2].hash}")


@pytest.mark.parametrize("noted", ["two:abc", "2", "2:"])
def test_command_says_how_an_end_is_written(db, noted):
    with pytest.raises(CommandError, match="write it as this command printed it, number:hash"):
        call_command("verify_audit", "--known", noted)
