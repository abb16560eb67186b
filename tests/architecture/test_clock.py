"""All code asks one clock. What the linter cannot see is looked at here."""

import re

import pytest
from django.db import models

from tests.architecture.deployment_files import ROOT, local_apps
from tests.architecture.test_models import our_models

OTHER_CLOCKS = re.compile(
    r"timezone\.(now|localtime|localdate)\(|datetime\.(now|utcnow|today)\(|date\.today\("
    r"|\btime\.time\(|functions import .*\bNow\b|\bauto_now(_add)?="
)
CLOCK = ROOT / "cxc_portal" / "core" / "clock.py"


def test_no_code_has_a_clock_of_its_own():
    sources = [p for name in ("cxc_portal", *local_apps()) for p in (ROOT / name).rglob("*.py")]
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in sources
        if path != CLOCK
        for number, line in enumerate(path.read_text().splitlines(), start=1)
        if OTHER_CLOCKS.search(line)
    ]
    assert found == []


def test_no_template_has_a_clock_of_its_own():
    templates = sorted((ROOT / "templates").rglob("*"))
    found = [
        path.relative_to(ROOT)
        for path in templates
        if path.is_file() and re.search(r"{%\s*now\b", path.read_text())
    ]
    assert found == []


def test_no_field_takes_the_time_by_itself():
    fields = [field for model in our_models() for field in model._meta.fields]
    found = [
        str(field)
        for field in fields
        if isinstance(field, models.DateField) and (field.auto_now or field.auto_now_add)
    ]
    assert found == []


@pytest.mark.parametrize(
    "line",
    [
        "timezone.now()",
        "at = datetime.now(UTC)",
        "date.today()",
        "time.time()",
        "from django.db.models.functions import Lower, Now",
        "at = models.DateTimeField(auto_now_add=True)",
    ],
)
def test_guard_finds(line):
    assert OTHER_CLOCKS.search(line)


@pytest.mark.parametrize("line", ["clock.now()", "timezone.is_naive(at)", "time.monotonic()"])
def test_guard_lets_pass(line):
    assert not OTHER_CLOCKS.search(line)
