from itertools import count

import pytest

from cxc_portal.core import documents
from cxc_portal.core.mail import MailKind, Recipient, queue
from cxc_portal.core.mail.delivery import deliver_mail
from tests.core.document_trial import NAME, SNAPSHOT, introduce
from tests.factories import UserFactory
from tests.smtp import mail_server

TEXTS = {
    "trial_subject.txt": "{% autoescape off %}Look at {{ thing }}\n{% endautoescape %}",
    "trial.txt": "{% autoescape off %}{% translate 'January' %}: {{ thing }}{% endautoescape %}",
    "trial.html": "<html><head></head><body><h1>{{ subject }}</h1>{{ thing }}</body></html>",
}


@pytest.fixture
def kind(settings, tmp_path):
    """A kind of mail with texts of its own."""
    folder = tmp_path / "core" / "emails"
    folder.mkdir(parents=True)
    for name, text in TEXTS.items():
        (folder / name).write_text(text)
    first = settings.TEMPLATES[0]
    settings.TEMPLATES = [{**first, "DIRS": [*first["DIRS"], tmp_path]}]
    return MailKind("core/trial", "everybody", "a test")


@pytest.fixture
def queued(monkeypatch):
    """The keys of the mails that were handed to the workers."""
    keys = []
    monkeypatch.setattr(deliver_mail, "enqueue", keys.append)
    return keys


@pytest.fixture
def write(kind, db, queued):
    """Writes a mail; each has a key of its own unless one is given."""
    numbers = count(1)

    def write(to="ada@example.org", **options):
        options.setdefault("dedup_key", f"trial:{next(numbers)}")
        options.setdefault("context", {"thing": "<Tom & Jerry>"})
        recipient = to if isinstance(to, Recipient) else Recipient(to)
        return queue(options.pop("kind", kind), to=recipient, **options)

    return write


@pytest.fixture
def postbox(settings):
    """The postbox of a real mail server that the portal sends to."""
    with mail_server() as (box, port):
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
        yield box


@pytest.fixture
def sample(settings, monkeypatch):
    """A kind of document with a template of its own."""
    return introduce(settings, monkeypatch)


@pytest.fixture
def sealing(monkeypatch):
    """The keys of the documents that were handed to the workers."""
    keys = []
    monkeypatch.setattr("cxc_portal.core.documents.making.make_document.enqueue", keys.append)
    return keys


@pytest.fixture
def order(sample, sealing, db):
    """Orders a document about a person of its own."""

    def order(kind=sample, about=None, **options):
        options = {"snapshot": SNAPSHOT, "language": "en", "name": NAME} | options
        return documents.order(kind, about=about or UserFactory(), **options)

    return order


@pytest.fixture
def made(order):
    """Orders a document and makes it."""

    def made(*args, **options):
        document = order(*args, **options)
        assert documents.make(document.pk)
        document.refresh_from_db()
        return document

    return made
