"""Documents are frozen when they are ordered, made once, and stay."""

import hashlib
import importlib
import logging
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction
from django.http import Http404

from cxc_portal.core import documents, tasks
from cxc_portal.core.documents import DocumentKind
from cxc_portal.core.documents.snapshots import ALPHABET, new_code, tidy_code
from cxc_portal.core.errors import TransitionRefused
from cxc_portal.core.models import AuditEntry, Document, DocumentStatus
from tests.concurrency import at_once, values
from tests.core.document_trial import NAME, SAMPLE, SNAPSHOT, content_of
from tests.factories import UserFactory
from tests.untouched import untouched

START = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
making = importlib.import_module("cxc_portal.core.documents.making")
registry = importlib.import_module("cxc_portal.core.documents.registry")


@pytest.fixture
def frozen(time_machine):
    time_machine.move_to(START, tick=False)
    return time_machine


def stored(document):
    return Document.objects.get(pk=document.pk)


def files():
    if not default_storage.exists("documents"):
        return set()
    return set(default_storage.listdir("documents")[1])


# --- kinds -------------------------------------------------------------------------------------


def test_a_kind_says_where_its_template_is():
    assert SAMPLE.template == "trial/documents/sample.html"


def test_kinds_are_found_by_name(sample):
    assert [kind for kind in documents.kinds() if kind.name.startswith("trial/")] == [sample]


def test_a_second_kind_of_the_same_name_is_an_error(sample):
    with pytest.raises(ValueError, match="The document kind trial/sample is declared twice"):
        documents.register(replace(sample, template_version=9))


def test_a_document_of_a_kind_that_is_gone_is_called_by_its_name():
    assert documents.title_of(Document(kind="older/kind")) == "older/kind"


# --- snapshots and codes -----------------------------------------------------------------------


def test_the_digest_does_not_depend_on_the_order_of_keys():
    assert documents.digest_of({"a": 1, "b": "é"}) == documents.digest_of({"b": "é", "a": 1})


def test_the_digest_is_that_of_the_canonical_json():
    known = "e03c3c1ebb5fccd76e3bd35b9a86169f35e6f1b069645d48ac278175f54c4208"
    assert known == hashlib.sha256('{"a":[1,null],"b":"é"}'.encode()).hexdigest()
    assert documents.digest_of({"b": "é", "a": [1, None]}) == known


def test_a_code_has_no_letter_that_is_taken_for_another():
    assert len(ALPHABET) == len(set(ALPHABET)) == 32
    assert set("IO01") & set(ALPHABET) == set()


def test_codes_are_readable_and_differ():
    codes = {new_code() for _time in range(200)}
    assert len(codes) == 200
    assert {tidy_code(code) for code in codes} == codes


@pytest.mark.parametrize(
    "typed",
    ["abcdefghjklmnpqrstuv", " ABCDE FGHJK LMNPQ RSTUV ", "ABCDE-FGHJK-LMNPQ-RSTUV"],
)
def test_a_code_may_be_typed_loosely(typed):
    assert tidy_code(typed) == "ABCDE-FGHJK-LMNPQ-RSTUV"


@pytest.mark.parametrize(
    "typed", ["", "ABCDE", "ABCDE-FGHJK-LMNPQ-RSTUO", "A" * 1000, "ABCDE-FGHJK-LMNPQ-RSTUVW"]
)
def test_what_is_no_code_is_none(typed):
    assert tidy_code(typed) == ""


# --- ordering ----------------------------------------------------------------------------------


def test_an_order_freezes_all_that_is_printed(order, frozen):
    person = UserFactory()
    document = stored(order(about=person))
    assert (document.kind, document.name, document.language) == ("trial/sample", NAME, "en")
    assert (document.about_type, document.about_id) == ("profiles.user", str(person.pk))
    assert (document.snapshot, document.digest) == (SNAPSHOT, documents.digest_of(SNAPSHOT))
    assert (document.status, document.created_at) == (DocumentStatus.WAITING, START)
    assert (document.template_version, document.is_ready) == (3, False)
    assert str(document) == NAME


def test_the_same_order_twice_is_one_document(order):
    person = UserFactory()
    assert order(about=person) == order(about=person, name="another name")
    assert Document.objects.count() == 1


def test_another_content_or_object_is_another_document(order):
    person = UserFactory()
    order(about=person)
    order(about=person, snapshot={**SNAPSHOT, "text": "other"})
    order()
    assert Document.objects.count() == 3


def test_a_document_is_queued_when_the_transaction_is_committed(
    order, sealing, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        document = order()
        assert sealing == []
    assert sealing == [document.pk]


def test_a_kind_that_nobody_registered_is_an_error(order):
    with untouched(), pytest.raises(ValueError, match="Nobody knows the document kind trial/new"):
        order(DocumentKind("trial/new", "New", 1), about=UserFactory.build())


@pytest.mark.parametrize("number", [1e100, float("nan"), float("inf")])
def test_numbers_that_databases_write_differently_are_refused(order, number):
    person = UserFactory()
    with untouched(), pytest.raises(ValueError, match=r"databases write|no number"):
        order(about=person, snapshot={"amount": number})


def test_plain_fractions_come_back_as_they_were(made):
    document = made(snapshot={**SNAPSHOT, "hours": 7.5})
    assert stored(document).snapshot["hours"] == 7.5


def test_what_the_database_refuses_for_another_reason_is_raised(order, monkeypatch):
    first = order()
    orders = importlib.import_module("cxc_portal.core.documents.orders")
    monkeypatch.setattr(orders, "new_code", lambda: first.code)
    with pytest.raises(IntegrityError), transaction.atomic():
        order()


@pytest.mark.django_db(transaction=True)
def test_orders_that_race_are_one_document(order):
    person = UserFactory()
    outcomes = at_once(*[lambda: order(about=person).pk] * 4)
    assert len(values(outcomes)) == 4
    assert len(set(values(outcomes))) == 1


# --- making ------------------------------------------------------------------------------------


def test_a_document_is_made_once(order, frozen):
    document = order()
    assert [documents.make(document.pk) for _time in range(2)] == [True, False]
    made = stored(document)
    assert (made.status, made.made_at, made.attempts) == (DocumentStatus.MADE, START, 1)
    assert (made.sealed_by, made.sealed_at) == (
        "Common Name: ClusterXchange portal (self-made seal)",
        START,
    )
    assert len(made.seal_fingerprint) == len(made.file_digest) == 64
    assert made.is_ready


def test_what_was_made_stands_in_the_audit_trail(made):
    document = made()
    entry = AuditEntry.objects.get(event="document.made")
    assert (entry.subject_type, entry.subject_id) == ("core.document", str(document.pk))
    assert entry.data == {"digest": document.digest, "file_digest": document.file_digest}


def test_a_kind_may_do_without_a_seal(made, sample):
    del registry._kinds[sample.name]
    document = made(documents.register(replace(sample, is_sealed=False)))
    assert (document.sealed_by, document.sealed_at, document.seal_fingerprint) == ("", None, "")
    assert b"/ByteRange" not in content_of(document)


def test_the_row_tells_which_template_printed_the_file(order, sample):
    document = order()
    del registry._kinds[sample.name]
    documents.register(replace(sample, template_version=4))
    documents.make(document.pk)
    assert stored(document).template_version == 4


def test_the_task_makes_the_document(order):
    document = order()
    assert making.make_document(document.pk)
    assert stored(document).is_ready


@pytest.mark.django_db(transaction=True)
def test_workers_that_race_make_a_document_once(order):
    document = order()
    outcomes = at_once(*[lambda: documents.make(document.pk)] * 4)
    assert sorted(values(outcomes)) == [False, False, False, True]
    assert AuditEntry.objects.filter(event="document.made").count() == 1
    assert files() >= {stored(document).file.name.removeprefix("documents/")}


def test_the_file_is_offered_under_the_name_of_the_document(made):
    document = made()
    with closing(documents.download(document)) as response:
        assert response.getvalue() == content_of(document)
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"] == 'attachment; filename="cxc-2026-000012-v1.pdf"'


def test_a_document_that_is_not_made_has_no_file(order):
    with pytest.raises(Http404):
        documents.download(order())


def test_nobody_but_the_portal_may_read_the_file(made):
    path = Path(default_storage.path(made().file.name))
    assert oct(path.stat().st_mode & 0o777) == "0o600"


# --- telling -----------------------------------------------------------------------------------


def test_whoever_asked_hears_of_a_document_that_is_made(made):
    heard = []
    documents.register_made("trial/sample", heard.append)
    documents.register_made("trial/sample", heard.append)
    documents.register_made("trial/other", heard.append)
    document = made()
    assert [one.pk for one in heard] == [document.pk]
    assert heard[0].is_ready


def test_what_a_listener_raises_leaves_the_document_unmade(order, frozen, caplog):
    def refuse(document):
        raise RuntimeError("no mail today")

    documents.register_made("trial/sample", refuse)
    before, document = files(), order()
    assert not documents.make(document.pk)
    failed = stored(document)
    assert (failed.status, failed.error) == (DocumentStatus.WAITING, "RuntimeError: no mail today")
    assert AuditEntry.objects.filter(event="document.made").count() == 0
    assert files() == before


# --- failing -----------------------------------------------------------------------------------


@pytest.fixture
def broken(monkeypatch):
    """Nothing can be rendered until the fixture's value is emptied."""
    problems = [ValueError("the template is gone")]
    render = making.render

    def rendered(*args, **options):
        if problems:
            raise problems[0]
        return render(*args, **options)

    monkeypatch.setattr(making, "render", rendered)
    return problems


def test_a_document_that_failed_is_tried_again_later_and_given_up_in_the_end(
    order, broken, frozen, caplog
):
    document, waits = order(), []
    for _time in range(making.MAX_ATTEMPTS):
        assert documents.sweep() == 0
        waits.append(stored(document).due_at - START)
        frozen.move_to(stored(document).due_at, tick=False)
    assert waits == [MINUTE, 11 * MINUTE, 71 * MINUTE, 71 * MINUTE]
    failed = stored(document)
    assert (failed.status, failed.attempts) == (DocumentStatus.FAILED, 4)
    assert failed.error == "ValueError: the template is gone"
    with untouched():
        assert documents.sweep() == 0


def test_a_document_is_not_tried_again_early(order, broken, frozen, caplog):
    document = order()
    documents.make(document.pk)
    broken.clear()
    with untouched():
        assert not documents.make(document.pk)
    frozen.shift(MINUTE)
    assert documents.sweep() == 1
    assert stored(document).error == ""


def failed_document(order, broken):
    document = order()
    Document.objects.filter(pk=document.pk).update(attempts=making.MAX_ATTEMPTS - 1)
    documents.make(document.pk)
    assert stored(document).status == DocumentStatus.FAILED
    return document


def test_a_failed_document_can_be_run_again(order, broken, frozen, caplog, sealing):
    document, officer = failed_document(order, broken), UserFactory()
    broken.clear()
    documents.run_again(document_id=document.pk, actor=officer)
    again = stored(document)
    assert (again.status, again.attempts, again.error) == (DocumentStatus.WAITING, 0, "")
    entry = AuditEntry.objects.get(event="document.rerun")
    assert (entry.subject_id, entry.actor_id) == (str(document.pk), officer.pk)
    assert documents.sweep() == 1


def test_running_again_queues_the_document(
    order, broken, caplog, sealing, django_capture_on_commit_callbacks
):
    document = failed_document(order, broken)
    with django_capture_on_commit_callbacks(execute=True):
        documents.run_again(document_id=document.pk, actor=UserFactory())
    assert sealing == [document.pk]


def test_only_a_failed_document_is_run_again(order):
    document, officer = order(), UserFactory()
    with untouched(), pytest.raises(TransitionRefused) as refused:
        documents.run_again(document_id=document.pk, actor=officer)
    assert refused.value.code == "not_failed"


def test_a_snapshot_that_was_changed_is_not_printed(order, caplog):
    document = order()
    Document.objects.filter(pk=document.pk).update(snapshot={**SNAPSHOT, "text": "forged"})
    assert not documents.make(document.pk)
    assert stored(document).error == "ValueError: The snapshot is no longer what was ordered."


def test_a_kind_that_is_gone_is_an_error_on_the_row(order, monkeypatch, caplog):
    document = order()
    monkeypatch.setattr(registry, "_kinds", {})
    assert not documents.make(document.pk)
    assert stored(document).error == "LookupError: Nobody knows the document kind trial/sample."


# --- dead workers ------------------------------------------------------------------------------


def claimed(order, attempts=1):
    document = order()
    Document.objects.filter(pk=document.pk).update(
        status=DocumentStatus.MAKING, claimed_at=START, attempts=attempts
    )
    return document


def test_a_document_that_somebody_makes_is_left_alone(order, frozen):
    document = claimed(order)
    frozen.shift(5 * MINUTE)
    with untouched():
        assert documents.sweep() == 0
        assert not documents.make(document.pk)


def test_the_document_of_a_dead_worker_is_made_by_another(order, frozen):
    document = claimed(order)
    frozen.shift(6 * MINUTE)
    assert documents.sweep() == 1
    assert (stored(document).status, stored(document).attempts) == (DocumentStatus.MADE, 2)


def test_a_document_that_kills_its_workers_is_given_up(order, frozen):
    document = claimed(order, attempts=making.MAX_ATTEMPTS)
    frozen.shift(6 * MINUTE)
    assert documents.sweep() == 0
    assert stored(document).status == DocumentStatus.FAILED
    assert stored(document).error == (
        "The work was interrupted several times. It can be run again."
    )


def test_a_worker_whose_claim_ran_out_keeps_nothing(order, frozen, monkeypatch, caplog):
    document, before = order(), files()
    render = making.render

    def slow(*args, **options):
        frozen.shift(6 * MINUTE)
        monkeypatch.setattr(making, "render", render)
        assert documents.make(document.pk)
        return render(*args, **options)

    monkeypatch.setattr(making, "render", slow)
    assert not documents.make(document.pk)
    assert (stored(document).status, stored(document).attempts) == (DocumentStatus.MADE, 2)
    assert len(files() - before) == 1
    assert caplog.messages[-1] == f"document {document.pk} was given to another worker"


def test_a_late_failure_does_not_touch_what_another_worker_made(order, frozen, monkeypatch, caplog):
    document = order()
    render = making.render

    def slow(*args, **options):
        frozen.shift(6 * MINUTE)
        monkeypatch.setattr(making, "render", render)
        assert documents.make(document.pk)
        raise ValueError("too late")

    monkeypatch.setattr(making, "render", slow)
    assert not documents.make(document.pk)
    assert (stored(document).status, stored(document).error) == (DocumentStatus.MADE, "")


def test_the_sweep_makes_what_was_lost_oldest_first(order, frozen, caplog):
    caplog.set_level(logging.INFO)
    ordered = [order() for _time in range(2)]
    assert tasks.sweep_documents() == 2
    assert [stored(one).status for one in ordered] == [DocumentStatus.MADE] * 2


def test_the_sweep_ends_before_the_next_one_begins(order, frozen, monkeypatch):
    for _time in range(3):
        order()

    def slow(document_id):
        frozen.shift(timedelta(seconds=40))
        return True

    monkeypatch.setattr(making, "make", slow)
    assert documents.sweep() == 2


# --- standing ----------------------------------------------------------------------------------


def test_the_current_document_is_the_latest_that_is_made(made, order, sample, frozen):
    person = UserFactory()
    assert documents.current(sample, about=person) is None
    made(about=person)
    frozen.shift(MINUTE)
    second = made(about=person, snapshot={**SNAPSHOT, "text": "second"})
    order(about=person, snapshot={**SNAPSHOT, "text": "third"})
    made()
    assert documents.current(sample, about=person) == second


def test_a_superseded_document_is_not_current(made, order, sample, frozen):
    person = UserFactory()
    first, waiting = made(about=person), order(about=person, snapshot={"text": "waits"})
    other = made()
    assert documents.supersede(about=person, kind=sample) == 2
    assert stored(first).superseded_at == stored(waiting).superseded_at == START
    assert stored(other).superseded_at is None
    assert documents.current(sample, about=person) is None
    assert documents.supersede(about=person, kind=sample) == 0


def test_a_successor_is_not_superseded(made, order, sample):
    person = UserFactory()
    made(about=person)
    successor = made(about=person, snapshot={**SNAPSHOT, "text": "second"})
    assert documents.supersede(about=person, kind=sample, successor=successor) == 1
    assert documents.current(sample, about=person) == successor


# --- what the database refuses -----------------------------------------------------------------


@pytest.mark.parametrize(
    "change",
    [
        {"status": "lost"},
        {"status": "made"},
        {"made_at": START},
        {"file": "documents/x.pdf"},
        {"status": "making"},
        {"status": "failed"},
        {"status": "made", "made_at": START, "file": "documents/x.pdf"},
    ],
    ids=str,
)
def test_a_row_that_contradicts_itself_is_refused(order, change):
    document = order()
    with pytest.raises(IntegrityError), transaction.atomic():
        Document.objects.filter(pk=document.pk).update(**change)
