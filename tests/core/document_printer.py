"""Renders the sample document in a process of its own, for the tests."""

import json
import os
import sys
from pathlib import Path

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "cxc_portal.settings.test"
django.setup()

from django.conf import settings  # noqa: E402

from cxc_portal.core import documents  # noqa: E402
from tests.core.document_trial import CODE, NAME, SAMPLE  # noqa: E402

if __name__ == "__main__":
    settings.TEMPLATES[0]["DIRS"].append(Path(__file__).with_name("templates"))
    folder = Path(sys.argv[1])
    snapshot = json.loads((folder / "snapshot.json").read_text())
    content = documents.render(SAMPLE, snapshot, language="en", code=CODE, name=NAME)
    (folder / "document.pdf").write_bytes(content)
