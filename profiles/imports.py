"""Importing profiles from a CSV file: what each column may hold, and the job that does it."""

import csv
import io
import re
from dataclasses import dataclass, field
from datetime import date
from operator import attrgetter
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from cxc_portal.core import jobs
from cxc_portal.core.models import Job
from profiles import notifications
from profiles.cells import REQUIRED, Cells, RowError, unknown_code
from profiles.csv_records import FileRefused, Record, read_header, read_lines, records
from profiles.enums import Activity, Mode, Objective, ProfileState, Role
from profiles.languages import language_codes
from profiles.models import Cluster, Country, OrganisationType, Partnership, Sector, User
from profiles.models.organisation import MAX_SECTORS
from profiles.models.profile import LONGEST_STAY
from profiles.rules import current_rules
from profiles.services.imports import (
    Imported,
    ProfileRow,
    RowRefused,
    import_profiles,
    preview_profile,
)

KIND = "profiles.import"
COLUMNS = (
    "ref role organisation organisation_type country sectors clusters partnership contact_name "
    "contact_email languages wanted_types wanted_countries wanted_sectors objectives activities "
    "min_days max_days available_from available_until mode description motivation offer"
).split()
REF = re.compile(r"\A[A-Za-z0-9-]{1,20}\Z")
COUNTRY_ALIASES = {"UK": "GB", "EL": "GR"}
SHOWN_ERRORS = 1000
BATCH = 200


@dataclass
class Vocabulary:
    """The codes that a row may use, read once per import."""

    partnership_ids: set[int] | None = None
    types: dict[str, OrganisationType] = field(default_factory=dict)
    countries: dict[str, Country] = field(default_factory=dict)
    sectors: set[str] = field(default_factory=set)
    clusters: dict[str, int] = field(default_factory=dict)
    partnerships: dict[str, Partnership] = field(default_factory=dict)
    shortest_stay: int = 1

    @classmethod
    def load(cls, partnership_ids: set[int] | None) -> "Vocabulary":
        """All of them; partnerships only those the importing person works for."""
        partnerships = Partnership.objects.filter(is_active=True)
        if partnership_ids is not None:
            partnerships = partnerships.filter(pk__in=partnership_ids)
        return cls(
            partnership_ids,
            types=OrganisationType.objects.in_bulk(),
            countries=Country.objects.in_bulk(),
            sectors=set(Sector.objects.values_list("code", flat=True)),
            clusters={c.name.casefold(): c.pk for c in Cluster.objects.all()},
            partnerships={p.acronym.casefold(): p for p in partnerships},
            shortest_stay=current_rules().integer("physical.min_days"),
        )


def _sector(code: str) -> str:
    return code.zfill(2)


def _country(code: str) -> str:
    return COUNTRY_ALIASES.get(code.upper(), code.upper())


def parse_row(
    row_number: int, values: dict[str, str], vocabulary: Vocabulary, *, publish: bool
) -> ProfileRow | list[RowError]:
    """The checked row, or all that is wrong with it."""
    cells = Cells(row_number, values)
    ref = cells.text("ref", 20)
    if ref and not REF.match(ref):
        cells.refuse("ref", _("Use letters, digits and hyphens only, at most 20."))
    partnership = _partnership(cells, vocabulary)
    organisation, clusters = _organisation(cells, vocabulary)
    profile = _profile(cells, vocabulary, organisation)
    window = _window(cells)
    if publish:
        _refuse_ineligible(cells, vocabulary, organisation, profile["role"])
    if cells.errors or partnership is None:
        return cells.errors
    return ProfileRow(
        ref=ref,
        partnership=partnership,
        organisation=organisation,
        profile=profile,
        cluster_ids=tuple(clusters),
        window=window,
        contact_email=profile["contact_email"],
    )


def _partnership(cells: Cells, vocabulary: Vocabulary) -> Partnership | None:
    name = cells.text("partnership", 30)
    partnership = vocabulary.partnerships.get(name.casefold())
    if partnership is None and name:
        if vocabulary.partnership_ids is None:
            known = [p.acronym for p in vocabulary.partnerships.values()]
            cells.refuse("partnership", unknown_code(name, known))
        else:
            cells.refuse("partnership", _("You can import profiles of your own partnership only."))
    return partnership


def _organisation(cells: Cells, vocabulary: Vocabulary) -> tuple[dict[str, Any], list[int]]:
    name = cells.text("organisation", 150)
    if len(name) == 1:
        cells.refuse("organisation", _("Write the full name of the organisation."))
    sectors = cells.codes("sectors", vocabulary.sectors, _sector)
    if len(sectors) > MAX_SECTORS:
        cells.refuse("sectors", _("Name at most %s sectors, the main one first.") % MAX_SECTORS)
    countries = cells.codes("country", vocabulary.countries, _country)
    if len(countries) > 1:
        cells.refuse("country", _("Name one country."))
    clusters, others = [], []
    for part in (part.strip() for part in cells.text("clusters", 2000).split(";")):
        if part.casefold() in vocabulary.clusters:
            clusters.append(vocabulary.clusters[part.casefold()])
        elif part:
            others.append(part)
    other_cluster = "; ".join(others)
    if len(other_cluster) > 150:
        cells.refuse("clusters", _("Name fewer clusters that the portal does not know."))
    kind = cells.code("organisation_type", vocabulary.types)
    facts = {
        "name": name,
        "organisation_type_id": kind,
        "country_id": countries[0] if countries else "",
        "main_sector_id": sectors[0] if sectors else "",
        "sectors": sectors,
        "other_cluster": other_cluster,
        "description": cells.text("description", 2000),
        "is_declared_sme": kind == "sme",
    }
    return facts, clusters


def _profile(cells: Cells, vocabulary: Vocabulary, organisation: dict[str, Any]) -> dict[str, Any]:
    min_days = cells.number("min_days", LONGEST_STAY)
    max_days = cells.number("max_days", LONGEST_STAY)
    if min_days and max_days and max_days < min_days:
        cells.refuse("max_days", _("The longest stay is shorter than the shortest."))
    wanted_countries = cells.codes("wanted_countries", vocabulary.countries, _country)
    if organisation["country_id"] and organisation["country_id"] in wanted_countries:
        cells.refuse(
            "wanted_countries", _("An exchange crosses a border: leave out the own country.")
        )
    email = cells.text("contact_email", 254)
    if email:
        try:
            validate_email(email)
        except ValidationError:
            cells.refuse("contact_email", _("“%s” is not an e-mail address.") % email[:60])
    return {
        "role": cells.code("role", Role.values),
        "contact_name": cells.text("contact_name", 160),
        "contact_email": email.lower(),
        "languages": cells.codes("languages", language_codes()),
        "wanted_types": cells.codes("wanted_types", vocabulary.types),
        "wanted_countries": wanted_countries,
        "wanted_sectors": cells.codes("wanted_sectors", vocabulary.sectors, _sector),
        "objectives": cells.codes("objectives", Objective.values),
        "activities": cells.codes("activities", Activity.values),
        "min_days": min_days or (min(vocabulary.shortest_stay, max_days) if max_days else None),
        "max_days": max_days or (LONGEST_STAY if min_days else None),
        "mode": cells.code("mode", Mode.values, default=Mode.EITHER.value),
        "motivation": cells.text("motivation", 1500),
        "offer": cells.text("offer", 1500),
    }


def _window(cells: Cells) -> tuple[date, date] | None:
    start, end = cells.day("available_from"), cells.day("available_until")
    if start and end:
        if end < start:
            cells.refuse("available_until", _("This date lies before the first one."))
        return start, end
    for column, value, other in (
        ("available_until", end, start),
        ("available_from", start, end),
    ):
        if other and not value and not cells.has_error(column):
            cells.refuse(column, _("Give both dates or none."))
    return None


def _refuse_ineligible(
    cells: Cells, vocabulary: Vocabulary, organisation: dict[str, Any], role: str
) -> None:
    kind = vocabulary.types.get(organisation["organisation_type_id"])
    if kind and role and not (kind.may_host if role == Role.HOST else kind.may_visit):
        cells.refuse("organisation_type", _("This type of organisation cannot take this role."))
    country = vocabulary.countries.get(organisation["country_id"])
    if country and not country.is_eligible:
        cells.refuse("country", _("%s does not take part in this round.") % country.name)


@dataclass
class Outcome:
    """What an import did: counts, errors, and a line for each row for the result file."""

    created: int = 0
    updated: int = 0
    failed: int = 0
    errors: list[RowError] = field(default_factory=list)
    lines: list[tuple[int, str, str, str]] = field(default_factory=list)
    waiting: dict[int, int] = field(default_factory=dict)

    def took(self, row: int, imported: Imported, partnership_id: int) -> None:
        setattr(self, imported.outcome, getattr(self, imported.outcome) + 1)
        self.lines.append((row, imported.outcome, imported.ref, ""))
        if imported.state == ProfileState.SUBMITTED:
            self.waiting[partnership_id] = self.waiting.get(partnership_id, 0) + 1

    def refused(self, row: int, errors: list[RowError]) -> None:
        self.failed += 1
        self.errors.extend(errors)
        for error in errors:
            self.lines.append((row, "refused", error.column, error.message))

    def as_result(self) -> dict[str, Any]:
        first = sorted(self.errors, key=attrgetter("row"))[:SHOWN_ERRORS]
        return {
            "created": self.created,
            "updated": self.updated,
            "failed": self.failed,
            "errors": [
                {"row": error.row, "column": error.column, "message": error.message}
                for error in first
            ],
        }

    def as_csv(self) -> str:
        text = io.StringIO()
        writer = csv.writer(text)
        writer.writerow(["row", "outcome", "ref or column", "message"])
        writer.writerows(sorted(self.lines))
        return text.getvalue()


def _check_header(header: list[str]) -> None:
    if unknown := [name for name in header if name not in COLUMNS]:
        raise FileRefused(
            _("Unknown columns: %(unknown)s. The columns are: %(known)s.")
            % {"unknown": ", ".join(unknown)[:200], "known": ", ".join(COLUMNS)}
        )
    if missing := [name for name in REQUIRED if name not in header]:
        raise FileRefused(_("These columns are missing: %s.") % ", ".join(missing))
    if twice := sorted({name for name in header if header.count(name) > 1}):
        raise FileRefused(_("These columns are there twice: %s.") % ", ".join(twice))


def run_import(job: Job, progress: jobs.Progress) -> dict[str, Any]:
    """Import the job's file. Parameters: `dry_run`, `publish`, `partnership_ids` (None for all).

    Each row is written whole or not at all. The result counts what was created, updated and
    refused; the output file says it line by line.
    """
    dry_run, publish = bool(job.parameters["dry_run"]), bool(job.parameters["publish"])
    allowed = job.parameters.get("partnership_ids")
    with job.input_file.open("rb") as file:
        lines = read_lines(file.file)
    header = read_header(lines)
    _check_header(header)
    vocabulary = Vocabulary.load(None if allowed is None else set(allowed))
    outcome, seen = Outcome(), 0
    batch = Batch(dry_run=dry_run, publish=publish, actor=job.owner, outcome=outcome)
    for seen, record in enumerate(records(lines, len(header)), start=1):
        row = _parsed(record, header, vocabulary, outcome, publish)
        if row is not None:
            batch.add(record.row, row)
        progress(seen, max(len(lines) - 1, seen))
    batch.flush()
    progress(seen, seen)
    if not dry_run:
        notifications.profiles_imported(outcome.waiting, job)
    job.output_file.save(
        f"import-{job.pk}.csv", ContentFile(outcome.as_csv().encode("utf-8-sig")), save=False
    )
    return outcome.as_result()


def _parsed(
    record: Record, header: list[str], vocabulary: Vocabulary, outcome: Outcome, publish: bool
) -> ProfileRow | None:
    """The row if it is sound; else its errors are noted."""
    if record.problem:
        outcome.refused(record.row, [RowError(record.row, _("whole row"), record.problem)])
        return None
    values = dict(zip(header, record.cells, strict=True))
    row = parse_row(record.row, values, vocabulary, publish=publish)
    if isinstance(row, list):
        outcome.refused(record.row, row)
        return None
    return row


@dataclass
class Batch:
    """Sound rows that are written together."""

    dry_run: bool
    publish: bool
    actor: User | None
    outcome: Outcome
    rows: dict[int, ProfileRow] = field(default_factory=dict)

    def add(self, number: int, row: ProfileRow) -> None:
        """Take a row in; one that repeats a reference waits until the first is written."""
        if row.ref and any(row.ref == other.ref for other in self.rows.values()):
            self.flush()
        self.rows[number] = row
        if len(self.rows) >= BATCH:
            self.flush()

    def flush(self) -> None:
        """Write what has gathered, or say what would happen to it."""
        rows = list(self.rows.values())
        results = (
            [preview_profile(row=row, publish=self.publish) for row in rows]
            if self.dry_run
            else import_profiles(rows=rows, actor=self.actor, publish=self.publish)
        )
        for (number, row), result in zip(self.rows.items(), results, strict=True):
            if isinstance(result, RowRefused):
                error = RowError(number, result.column, str(result))
                self.outcome.refused(number, [error])
            else:
                self.outcome.took(number, result, row.partnership.pk)
        self.rows = {}
