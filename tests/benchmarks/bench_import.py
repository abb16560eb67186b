"""How long the import of 5,000 rows takes.

Run by hand: `python -m tests.benchmarks.bench_import`. The yardstick saves 5,000 bare organisations
one after the other in the same database, without profiles, checks, log, audit or index.
"""

import csv
import io
import os
import sys
import tempfile
import time

os.environ["DJANGO_SETTINGS_MODULE"] = "cxc_portal.settings.dev"
os.environ["VAR_DIR"] = tempfile.mkdtemp(prefix="cxc-bench-")

import django

django.setup()

from django.core.files.base import ContentFile  # noqa: E402
from django.core.management import call_command  # noqa: E402

from cxc_portal.core import jobs  # noqa: E402
from profiles.imports import COLUMNS, KIND  # noqa: E402
from profiles.models import Organisation, Profile  # noqa: E402

ROWS = 5000
PARTNERSHIPS = ("BLUES", "EXXTRA", "RECIPE4MOBILITY", "SMARTENERGY")
COUNTRIES = ("FR", "DE", "IT", "ES", "PT", "PL", "HU", "NL")


def table() -> bytes:
    """A file as a partnership would send it."""
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, restval="")
    writer.writeheader()
    for number in range(ROWS):
        writer.writerow(
            {
                "ref": f"B-{number:06}",
                "role": ("host", "visiting")[number % 2],
                "organisation": f"Organisation {number}",
                "organisation_type": "sme",
                "country": COUNTRIES[number % len(COUNTRIES)],
                "sectors": "29;30",
                "clusters": "NextMove",
                "partnership": PARTNERSHIPS[number % len(PARTNERSHIPS)],
                "contact_name": f"Person {number}",
                "contact_email": f"person{number}@organisation{number}.example",
                "languages": "en;fr",
                "wanted_sectors": "62",
                "objectives": "learn",
                "activities": "training;observation",
                "min_days": "3",
                "max_days": "10",
                "available_from": "2027-02-01",
                "available_until": "2027-04-30",
                "mode": "either",
                "description": "Makes parts, and more.",
                "offer": "A tour.",
            }
        )
    return text.getvalue().encode()


def bare_saves() -> float:
    started = time.perf_counter()
    for number in range(ROWS):
        Organisation(
            name=f"Bare {number}", organisation_type_id="sme", country_id="FR", main_sector_id="29"
        ).save()
    return time.perf_counter() - started


def whole_import() -> float:
    parameters = {"dry_run": False, "publish": True}
    file = ContentFile(table(), "rows.csv")
    job = jobs.create(KIND, owner=None, parameters=parameters, input_file=file)
    started = time.perf_counter()
    done = jobs.run(job.pk)
    seconds = time.perf_counter() - started
    if done is None or done.result.get("created") != ROWS:
        raise SystemExit(f"the import failed: {done and done.error}")
    return seconds


def main() -> None:
    call_command("migrate", verbosity=0)
    call_command("load_reference_data", verbosity=0)
    bare, whole = bare_saves(), whole_import()
    published = Profile.objects.published().count()
    sys.stdout.write(f"{ROWS} bare organisations saved one by one: {bare:.1f} s\n")
    sys.stdout.write(f"{ROWS} rows imported, {published} published:    {whole:.1f} s\n")
    sys.stdout.write(f"ratio: {whole / bare:.2f}\n")


if __name__ == "__main__":
    main()
