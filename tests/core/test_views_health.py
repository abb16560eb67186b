"""Whether the portal is well."""

import pytest
from celery import Celery
from django.core.files.storage import default_storage
from django.db import InterfaceError, OperationalError, connection

from cxc_portal.core.views import health
from tests.ports import free_port

ALL_WELL = {"database": "ok", "queue": "ok", "storage": "ok"}


def test_healthz_answers_without_a_database(client):
    response = client.get("/healthz")
    assert (response.status_code, response.content) == (200, b"ok\n")


def test_readyz_says_that_all_is_well(client, db):
    response = client.get("/readyz")
    assert (response.status_code, response.json()) == (200, ALL_WELL)


def ask_in_vain(client, part):
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json() == ALL_WELL | {part: "failed"}


@pytest.mark.parametrize("problem", [OperationalError, InterfaceError])
def test_readyz_names_a_database_that_is_away(client, db, monkeypatch, problem):
    def fail():
        raise problem("secret address")

    with monkeypatch.context() as patch:
        patch.setattr(connection, "cursor", fail)
        ask_in_vain(client, "database")


def test_readyz_names_a_queue_that_is_away(client, db, monkeypatch):
    app = Celery("away", broker=f"redis://127.0.0.1:{free_port()}/0", set_as_current=False)
    monkeypatch.setattr(health, "celery_app", app)
    ask_in_vain(client, "queue")


def test_readyz_names_a_queue_folder_that_is_away(client, db, settings, tmp_path):
    settings.CELERY_BROKER_URL, settings.QUEUE_DIR = "filesystem://", tmp_path / "away"
    ask_in_vain(client, "queue")


def test_readyz_is_content_with_a_queue_folder_that_is_there(client, db, settings, tmp_path):
    (tmp_path / "messages").mkdir()
    settings.CELERY_BROKER_URL, settings.QUEUE_DIR = "filesystem://", tmp_path
    assert client.get("/readyz").json() == ALL_WELL


def test_readyz_names_a_storage_that_is_full(client, db, monkeypatch):
    def fail(name, content):
        raise OSError("No space left on device")

    monkeypatch.setattr(default_storage, "save", fail)
    ask_in_vain(client, "storage")


def test_readyz_leaves_no_probe_behind(client, db):
    client.get("/readyz")
    assert default_storage.listdir("health") == ([], [])
