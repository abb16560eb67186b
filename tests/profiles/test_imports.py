"""`import_profiles`: what a row may hold, and that a broken one never costs a good one."""

import csv
import io
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.management import CommandError, call_command
from django.db import DatabaseError

from cxc_portal.core import jobs
from cxc_portal.core.models import Job, JobStatus, OutgoingMail
from profiles.imports import COLUMNS, KIND
from profiles.models import Organisation, Profile
from profiles.services import imports
from tests.factories import StaffRoleFactory, UserFactory, published_profile

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference")]

GOOD = {
    "ref": "R-1",
    "role": "host",
    "organisation": "Moteurs Réunis",
    "organisation_type": "sme",
    "country": "FR",
    "sectors": "29;30",
    "clusters": "NextMove;Pôle Véhicule",
    "partnership": "RECIPE4MOBILITY",
    "contact_name": "Ève Exemple",
    "contact_email": "Eve@moteurs.example",
    "languages": "fr;EN",
    "wanted_types": "cluster",
    "wanted_countries": "DE;PT",
    "wanted_sectors": "62",
    "objectives": "learn",
    "activities": "training;observation",
    "min_days": "3",
    "max_days": "10",
    "available_from": "2027-02-01",
    "available_until": "2027-04-30",
    "mode": "physical",
    "description": "Electric motors, and more.",
    "motivation": "Learn",
    "offer": "A tour",
}


def table(*rows: dict[str, str], columns: list[str] = COLUMNS) -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, columns)
    writer.writeheader()
    writer.writerows({name: {**GOOD, **row}[name] for name in columns} for row in rows)
    return text.getvalue().encode()


def run(content: bytes, *, owner: Any = None, **parameters: Any) -> Job:
    parameters = {"dry_run": False, "publish": False, **parameters}
    job = jobs.create(
        KIND, owner=owner, parameters=parameters, input_file=ContentFile(content, "profiles.csv")
    )
    done = jobs.run(job.pk)
    assert done is not None
    return done


def problems(job: Job) -> list[tuple[int, str, str]]:
    return [(e["row"], e["column"], e["message"]) for e in job.result["errors"]]


def counts(job: Job) -> tuple[int, int, int]:
    return job.result["created"], job.result["updated"], job.result["failed"]


def test_a_row_becomes_an_organisation_and_a_profile_that_waits_at_the_desk():
    job = run(table({}))
    profile = Profile.objects.get(ref="R-1")
    organisation = profile.organisation
    assert counts(job) == (1, 0, 0)
    assert (profile.state, profile.role, profile.mode) == ("submitted", "host", "physical")
    assert (organisation.name, organisation.main_sector_id) == ("Moteurs Réunis", "29")
    assert organisation.sectors == ["29", "30"]
    assert [cluster.name for cluster in organisation.clusters.all()] == ["NextMove"]
    assert organisation.other_cluster == "Pôle Véhicule"
    assert profile.languages == ["en", "fr"]
    assert profile.contact_email == "eve@moteurs.example"
    window = profile.windows.get()
    assert (window.starts_on, window.ends_on) == (date(2027, 2, 1), date(2027, 4, 30))


def test_publish_puts_the_profile_into_the_catalogue():
    run(table({}), publish=True)
    assert Profile.objects.get(ref="R-1").state == "published"


def test_a_dry_run_writes_nothing_and_says_what_would_happen():
    job = run(table({}, {"ref": "R-2", "country": "ZZ"}), dry_run=True)
    assert counts(job) == (1, 0, 1)
    assert Profile.objects.count() == Organisation.objects.count() == 0


def test_an_empty_reference_is_assigned():
    run(table({"ref": ""}))
    assert Profile.objects.get().ref.startswith("P-")


def test_a_repeated_reference_updates():
    run(table({}), publish=True)
    job = run(table({"offer": "Two tours", "available_from": "", "available_until": ""}))
    profile = Profile.objects.get()
    assert counts(job) == (0, 1, 0)
    assert (profile.offer, profile.state, profile.windows.count()) == ("Two tours", "published", 0)


def test_changed_key_facts_send_a_published_profile_back_to_the_desk():
    run(table({}), publish=True)
    run(table({"organisation_type": "incubator"}))
    assert Profile.objects.get().state == "submitted"


def test_changed_key_facts_stay_published_when_the_import_publishes():
    run(table({}), publish=True)
    run(table({"organisation_type": "incubator"}), publish=True)
    assert Profile.objects.get().state == "published"


def test_a_reference_of_another_partnership_is_a_row_error_and_changes_nothing():
    published_profile(acronym="EXXTRA", ref="R-1")
    job = run(table({"offer": "stolen"}), publish=True)
    assert problems(job) == [
        (2, "ref", "This reference is taken. Leave it empty to be given another one.")
    ]
    assert Profile.objects.get().offer == ""


def test_the_dry_run_knows_of_references_of_other_partnerships():
    published_profile(acronym="EXXTRA", ref="R-1")
    job = run(table({}), dry_run=True)
    assert [(row, column) for row, column, _ in problems(job)] == [(2, "ref")]


def test_the_dry_run_knows_what_would_be_updated():
    run(table({}))
    assert counts(run(table({}), dry_run=True)) == (0, 1, 0)


def test_what_waits_at_the_desk_is_published_by_an_import_that_publishes():
    run(table({}))
    assert counts(run(table({"offer": "Two tours"}), publish=True)) == (0, 1, 0)
    assert Profile.objects.get().state == "published"


def test_what_waits_at_the_desk_goes_on_waiting_there():
    run(table({}))
    run(table({"offer": "Two tours"}))
    profile = Profile.objects.get()
    assert (profile.state, profile.offer) == ("submitted", "Two tours")


def test_two_profiles_of_one_organisation_share_its_facts():
    run(table({}, {"ref": "R-2", "role": "visiting"}))
    assert Organisation.objects.count() == 1


def test_an_organisation_of_another_partnership_is_left_alone():
    other = published_profile(acronym="EXXTRA").organisation
    Organisation.objects.filter(pk=other.pk).update(name="Moteurs Réunis", country="FR")
    run(table({}))
    other.refresh_from_db()
    assert (Organisation.objects.count(), other.description) == (2, "")


@pytest.mark.parametrize(
    ("change", "column", "message"),
    [
        ({"role": "guest"}, "role", "“guest” is not known. Use one of: host, visiting."),
        ({"role": ""}, "role", "Fill in this cell."),
        ({"organisation": ""}, "organisation", "Fill in this cell."),
        ({"organisation": "X"}, "organisation", "Write the full name of the organisation."),
        ({"country": "FR;DE"}, "country", "Name one country."),
        ({"country": "ZZ"}, "country", "“ZZ” is not known."),
        (
            {"sectors": "29;30;31;32;33;35"},
            "sectors",
            "Name at most 5 sectors, the main one first.",
        ),
        ({"sectors": "00"}, "sectors", "“00” is not known."),
        ({"ref": "R 1"}, "ref", "Use letters, digits and hyphens only, at most 20."),
        ({"min_days": "three"}, "min_days", "“three” is not a whole number from 1 to 31."),
        ({"max_days": "2"}, "max_days", "The longest stay is shorter than the shortest."),
        (
            {"available_from": "31/01/2027"},
            "available_from",
            "“31/01/2027” is not a date. Write it as 2027-03-31.",
        ),
        ({"available_until": ""}, "available_until", "Give both dates or none."),
        ({"available_from": ""}, "available_from", "Give both dates or none."),
        (
            {"available_until": "2027-01-01"},
            "available_until",
            "This date lies before the first one.",
        ),
        (
            {"wanted_countries": "FR"},
            "wanted_countries",
            "An exchange crosses a border: leave out the own country.",
        ),
        ({"contact_email": "eve@"}, "contact_email", "“eve@” is not an e-mail address."),
        (
            {"offer": '=HYPERLINK("http://evil.example")'},
            "offer",
            '“=HYPERLINK("http://evil.exampl” is a spreadsheet formula or its error. '
            "Paste it as a value.",
        ),
        (
            {"organisation": "#REF!"},
            "organisation",
            "“#REF!” is a spreadsheet formula or its error. Paste it as a value.",
        ),
        ({"offer": "x" * 1501}, "offer", "1501 characters are too many. Shorten it to 1500."),
        ({"description": "x" * 1_048_576}, "description", "The cell holds 1048576 characters."),
        ({"offer": "a\x00b"}, "offer", "The cell holds characters that are no text."),
        ({"clusters": "x" * 151}, "clusters", "Name fewer clusters that the portal does not know."),
    ],
)
def test_a_bad_cell_names_row_and_column_and_the_way_out(change, column, message):
    job = run(table({"ref": "R-0"}, change, {"ref": "R-9"}))
    assert problems(job) == [(3, column, message)]
    assert sorted(Profile.objects.values_list("ref", flat=True)) == ["R-0", "R-9"]


def test_an_unknown_partnership_lists_the_known_ones():
    job = run(table({"partnership": "NOBODY"}))
    ((_row, column, message),) = problems(job)
    assert (column, message.startswith("“NOBODY” is not known. Use one of: BLUES")) == (
        "partnership",
        True,
    )


def test_an_officer_imports_for_the_own_partnership_only():
    role = StaffRoleFactory(acronym="EXXTRA")
    job = run(table({}), owner=role.user, partnership_ids=[role.partnership_id])
    assert problems(job) == [
        (2, "partnership", "You can import profiles of your own partnership only.")
    ]


def test_the_import_of_an_officer_is_the_officers_step():
    role = StaffRoleFactory()
    run(table({}), owner=role.user, partnership_ids=[role.partnership_id], publish=True)
    steps = Profile.objects.get().transitions.values_list("transition", "actor")
    assert list(steps) == [("submit", role.user_id), ("publish", role.user_id)]


def test_types_and_countries_that_cannot_take_part_are_not_published():
    rows = table({"organisation_type": "large_company"}, {"ref": "R-2", "country": "GB"})
    assert problems(run(rows, publish=True)) == [
        (2, "organisation_type", "This type of organisation cannot take this role."),
        (3, "country", "United Kingdom does not take part in this round."),
    ]


def test_short_codes_and_country_aliases_are_understood():
    run(table({"sectors": "1", "wanted_countries": "EL;uk", "mode": ""}))
    profile = Profile.objects.get()
    assert profile.organisation.main_sector_id == "01"
    assert profile.wanted_countries == ["GB", "GR"]
    assert profile.mode == "either"


def test_one_bound_of_the_stay_opens_the_other():
    run(
        table(
            {"max_days": ""},
            {"ref": "R-2", "min_days": ""},
            {"ref": "R-3", "min_days": "", "max_days": "2"},
        )
    )
    stays = Profile.objects.order_by("ref").values_list("min_days", "max_days")
    assert list(stays) == [(3, 31), (3, 10), (2, 2)]


def test_the_columns_may_stand_in_any_order_and_optional_ones_may_be_missing():
    columns = ["partnership", "languages", "sectors", "country", "organisation_type"]
    job = run(table({}, columns=[*columns, "organisation", "role"]))
    assert counts(job) == (1, 0, 0)


def test_a_byte_order_mark_does_not_matter():
    assert counts(run(b"\xef\xbb\xbf" + table({}))) == (1, 0, 0)


def test_line_ends_of_any_system_are_read():
    assert counts(run(table({}).replace(b"\r\n", b"\n"))) == (1, 0, 0)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "The file is empty."),
        (
            table({}).decode().encode("utf-16"),
            "The file is encoded as UTF-16. Save it as “CSV UTF-8” and import it again.",
        ),
        (
            b"PK\x03\x04 a workbook",
            "This is a workbook, not a CSV file. Save the sheet as “CSV UTF-8” first.",
        ),
        (
            table({}).decode().encode("cp1252"),
            "Line 2 is not encoded as UTF-8, so that letters such as é would be lost. "
            "Save the file as “CSV UTF-8” and import it again.",
        ),
        (
            ";".join(COLUMNS).encode() + b"\nR-1;host",
            "The columns are separated by semicolons. They must be separated by commas, because "
            "semicolons separate several values within a cell. In the spreadsheet's export choose "
            "the comma as field delimiter.",
        ),
        (
            b"ref,role\nR-1,host",
            "These columns are missing: organisation, organisation_type, country, sectors, "
            "partnership, languages.",
        ),
        (
            ",".join([*COLUMNS, "ref"]).encode() + b"\n",
            "These columns are there twice: ref.",
        ),
    ],
)
def test_a_file_that_cannot_be_read_says_how_to_save_it(content, message):
    job = run(content)
    assert (job.status, job.error) == (JobStatus.FAILED, message)
    assert Profile.objects.count() == 0


def test_an_unknown_column_is_named():
    job = run(",".join([*COLUMNS, "colour"]).encode() + b"\n")
    assert job.error.startswith("Unknown columns: colour. The columns are: ref, role,")


def test_a_quotation_mark_that_is_never_closed_costs_its_own_row_only():
    lines = table({"ref": "R-0"}, {"ref": "R-1"}, {"ref": "R-2"}).decode().splitlines()
    lines[2] = lines[2].replace("Learn", '"Learn')
    job = run("\r\n".join(lines).encode())
    assert problems(job) == [
        (
            3,
            "whole row",
            "A quotation mark is missing or too many. Quotes within a text are doubled.",
        )
    ]
    assert sorted(Profile.objects.values_list("ref", flat=True)) == ["R-0", "R-2"]


def test_a_row_with_too_few_columns_costs_itself_only():
    content = table({"ref": "R-0"}) + b"R-1,host\n\n" + table({"ref": "R-2"}).split(b"\r\n")[1]
    job = run(content)
    assert [(row, column) for row, column, _ in problems(job)] == [(3, "whole row")]
    assert sorted(Profile.objects.values_list("ref", flat=True)) == ["R-0", "R-2"]


def test_a_text_may_run_over_several_lines():
    run(table({"offer": "One\nTwo"}, {"ref": "R-2"}))
    assert Profile.objects.get(ref="R-1").offer == "One\nTwo"


def test_the_result_file_says_row_by_row_what_happened():
    job = run(table({}, {"ref": "R-2", "country": "ZZ"}))
    with job.output_file.open("rb") as file:
        text = file.read().decode("utf-8-sig")
    assert list(csv.reader(io.StringIO(text))) == [
        ["row", "outcome", "ref or column", "message"],
        ["2", "created", "R-1", ""],
        ["3", "refused", "country", "“ZZ” is not known."],
    ]


def test_the_desk_hears_once_of_all_imported_profiles():
    officer = StaffRoleFactory().user
    run(table({}, {"ref": "R-2"}))
    mails = OutgoingMail.objects.filter(kind="profiles/profiles_imported")
    assert [(mail.to, mail.subject) for mail in mails] == [
        (officer.email, "Check 2 imported profiles that wait at your desk")
    ]
    assert OutgoingMail.objects.count() == 1


def test_a_reference_taken_in_between_costs_its_own_row_only(monkeypatch):
    published_profile(ref="P-TAKEN")
    monkeypatch.setattr(imports, "new_ref", lambda: "P-TAKEN")
    job = run(table({"ref": "R-0"}, {"ref": ""}, {"ref": "R-2"}))
    assert [(row, column) for row, column, _ in problems(job)] == [(3, "ref")]
    assert Profile.objects.filter(ref__in=["R-0", "R-2"]).count() == 2


def test_a_row_that_the_database_cannot_take_costs_itself_only(monkeypatch):
    submit = imports.submit_new_profiles

    def refuse(*, profiles, actor):
        if any(profile.ref == "R-1" for profile in profiles):
            raise DatabaseError("value out of range")
        submit(profiles=profiles, actor=actor)

    monkeypatch.setattr(imports, "submit_new_profiles", refuse)
    job = run(table({"ref": "R-0"}, {"ref": "R-1"}))
    assert problems(job) == [
        (
            3,
            "organisation",
            "The row could not be written. Check its characters and import it again.",
        )
    ]
    assert Profile.objects.get().ref == "R-0"


def test_a_refused_step_costs_its_own_row_only(monkeypatch):
    outsider = UserFactory()
    job = run(table({}), owner=outsider)
    assert problems(job) == [(2, "ref", "You may not do this.")]
    assert Organisation.objects.count() == 0


def test_the_command_prints_one_line_per_error_and_fails(tmp_path: Path, capsys):
    path = tmp_path / "profiles.csv"
    path.write_bytes(table({}, {"ref": "R-2", "min_days": "x"}))
    with pytest.raises(CommandError, match=r"1 rows were refused; the others were taken\."):
        call_command("import_profiles", str(path))
    shown = capsys.readouterr()
    assert shown.err == "row 3, min_days: “x” is not a whole number from 1 to 31.\n"
    assert shown.out == "1 created, 0 updated, 1 refused\n"


def test_the_command_checks_only_in_a_dry_run(tmp_path: Path, capsys):
    path = tmp_path / "profiles.csv"
    path.write_bytes(table({}))
    call_command("import_profiles", str(path), "--dry-run", "--publish")
    assert capsys.readouterr().out == "dry run: 1 created, 0 updated, 0 refused\n"
    assert Profile.objects.count() == 0


def test_the_command_names_a_file_that_is_not_there(tmp_path: Path):
    with pytest.raises(CommandError, match="No such file or directory"):
        call_command("import_profiles", str(tmp_path / "none.csv"))


def test_the_command_passes_on_why_a_file_cannot_be_read(tmp_path: Path):
    path = tmp_path / "profiles.csv"
    path.write_bytes(b"")
    with pytest.raises(CommandError, match=r"profiles.csv: The file is empty\."):
        call_command("import_profiles", str(path))
