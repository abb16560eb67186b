"""Real workers, as the Procfile starts them, in both run modes."""

import json
import os
from urllib.parse import urlsplit, urlunsplit

import pytest
import redis
from celery import Celery
from django.conf import settings
from django.db import connection, transaction

from cxc_portal.core import documents, jobs
from cxc_portal.core.documents.making import make_document
from cxc_portal.core.mail.delivery import deliver_mail
from cxc_portal.core.models import (
    Document,
    DocumentStatus,
    Job,
    JobStatus,
    MailStatus,
    OutgoingMail,
)
from exchanges.documents import COMMITMENT
from tests.core import slow_work
from tests.factories import UserFactory
from tests.workers import ROOT, mill, until, until_ready

pytestmark = pytest.mark.django_db(transaction=True)

IMPATIENT = {"MAIL_CLAIM_SECONDS": "2", "JOB_SILENCE_SECONDS": "2", "SWEEP_SECONDS": "1"}
SLOW_WORK = ("--include", slow_work.__name__)


def send_through(monkeypatch, producer):
    """What the portal queues goes to the workers of the test."""
    producer.conf.task_queues = settings.CELERY_TASK_QUEUES
    producer.conf.task_routes = settings.CELERY_TASK_ROUTES
    for task in (deliver_mail, jobs.run_job, make_document):
        monkeypatch.setattr(
            task, "delay", lambda key, name=task.name: producer.send_task(name, args=[key])
        )


@pytest.fixture
def queued():
    """The write fixture must not keep mails from being queued here."""


@pytest.fixture
def embedded(tmp_path, postbox, monkeypatch):
    """The embedded mode: the queue is a folder."""
    for name in ("messages", "control"):
        (tmp_path / "queue" / name).mkdir(parents=True)
    producer = Celery("producer", set_as_current=False)
    producer.conf.broker_url = "filesystem://"
    producer.conf.broker_transport = "cxc_portal.core.folder_queue:Transport"
    producer.conf.broker_transport_options = {
        "data_folder_in": str(tmp_path / "queue" / "messages"),
        "data_folder_out": str(tmp_path / "queue" / "messages"),
        "control_folder": str(tmp_path / "queue" / "control"),
    }
    send_through(monkeypatch, producer)
    with mill(
        tmp_path, EMAIL_URL=f"smtp://127.0.0.1:{settings.EMAIL_PORT}", **IMPATIENT
    ) as started:
        yield started
    producer.close()


@pytest.fixture
def server(tmp_path, postbox, monkeypatch, worker_id):
    """The server mode: the queue is Redis."""
    number = 2 + int(worker_id.removeprefix("gw") or 0) if worker_id != "master" else 2
    address = urlunsplit(urlsplit(os.environ["REDIS_URL"])._replace(path=f"/{number}"))
    with redis.Redis.from_url(address) as store:
        store.flushdb()
    producer = Celery("producer", broker=address, set_as_current=False)
    send_through(monkeypatch, producer)
    variables = {"CELERY_BROKER_URL": address, "REDIS_URL": address}
    email = f"smtp://127.0.0.1:{settings.EMAIL_PORT}"
    with mill(tmp_path, EMAIL_URL=email, **variables) as started:
        yield started
    producer.close()


def statuses():
    return sorted(OutgoingMail.objects.values_list("status", flat=True))


def test_two_workers_deliver_each_mail_of_the_folder_once(embedded, write, postbox, tmp_path):
    workers = [embedded.worker("--concurrency", "1"), embedded.worker("--concurrency", "1")]
    addresses = sorted(f"person{number}@example.org" for number in range(12))
    with transaction.atomic():
        for address in addresses:
            write(address)
    until(lambda: statuses() == ["sent"] * 12, *workers)
    assert sorted(to for [to] in postbox.recipients) == addresses
    assert list((tmp_path / "queue" / "messages").iterdir()) == []


def test_letters_do_not_wait_for_documents_which_have_a_worker_of_their_own(
    embedded, write, postbox
):
    snapshot = json.loads((ROOT / "tests/benchmarks/commitment.json").read_bytes())
    with transaction.atomic():
        documents.order(
            COMMITMENT, about=UserFactory(), snapshot=snapshot, language="en", name="CXC v1"
        )
        write()
    letters = embedded.worker("--concurrency", "1", "--queues", "celery")
    until(lambda: statuses() == ["sent"], letters)
    assert Document.objects.get().status == DocumentStatus.WAITING

    press = embedded.worker("--concurrency", "1", "--queues", "documents")
    until(lambda: Document.objects.get().status == DocumentStatus.MADE, letters, press)


@pytest.mark.redis
def test_a_worker_over_redis_delivers_a_mail(server, write, postbox):
    worker = server.worker("--concurrency", "1")
    until_ready(worker)
    with transaction.atomic():
        written = write()
    until(lambda: statuses() == ["sent"], worker)
    [message] = postbox.messages
    assert message["Message-ID"].startswith(f"<mail-{written.pk}-")


@pytest.mark.redis
def test_a_worker_keeps_its_connection_and_finds_another_when_it_is_lost(server, write):
    worker = server.worker("--concurrency", "1")
    until_ready(worker)

    def process_after(mails: int) -> int:
        with transaction.atomic():
            write(f"person{mails}@example.org")
        until(lambda: statuses() == ["sent"] * mails, worker)
        [process] = asked(
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database() "
            "AND backend_type = 'client backend' AND pid <> pg_backend_pid()"
        )
        return process

    first = process_after(mails=1)
    assert process_after(mails=2) == first
    assert asked(f"SELECT pg_terminate_backend({first}, 5000)") == [True]
    assert process_after(mails=3) != first


def asked(question):
    with connection.cursor() as cursor:
        cursor.execute(question)
        return [row[0] for row in cursor.fetchall()]


def test_a_killed_worker_loses_neither_mail_nor_job(embedded, write, postbox, tmp_path):
    worker = embedded.worker("--concurrency", "2", *SLOW_WORK)
    until_ready(worker)
    postbox.gate.clear()
    begun = tmp_path / "begun"
    with transaction.atomic():
        written = write()
        job = jobs.create(slow_work.KIND, owner=None, parameters={"begun": str(begun)})
        jobs.start(job)
    until(lambda: postbox.arrived.is_set() and begun.exists(), worker)

    worker.kill()

    assert OutgoingMail.objects.get(pk=written.pk).status == MailStatus.SENDING
    assert Job.objects.get(pk=job.pk).status == JobStatus.RUNNING
    postbox.gate.set()
    successor, beat = embedded.worker("--concurrency", "2", *SLOW_WORK), embedded.beat()
    until(lambda: statuses() == ["sent"], successor, beat)
    until(lambda: Job.objects.get(pk=job.pk).status == JobStatus.DONE, successor, beat)
    assert postbox.recipients == [["ada@example.org"]]
    assert Job.objects.get(pk=job.pk).result == {"begun": "twice"}
