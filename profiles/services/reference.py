"""Loading and changing the reference data."""

import csv
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from cxc_portal.core import audit, clock
from cxc_portal.core.errors import NotAllowed, StaleVersion, TransitionRefused
from profiles.models import (
    Cluster,
    Country,
    Indicator,
    IndicatorTarget,
    OrganisationType,
    Partnership,
    ProgrammeRules,
    ReasonText,
    Sector,
    User,
)
from profiles.permissions import can_keep_reference_data
from profiles.rules import read_rules_anew
from profiles.signals import reference_loaded

DATA = Path(__file__).resolve().parents[1] / "data"


def rows(name: str) -> list[dict[str, str]]:
    """The rows of one of the app's data files."""
    with (DATA / name).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def _add(model: Any, key: str, objects: list[Any], updated: list[str] | None = None) -> int:
    """Add the rows that are missing; of known ones bring the `updated` fields up to date."""
    if updated:
        model.objects.bulk_create(
            objects, update_conflicts=True, unique_fields=[key], update_fields=updated
        )
    else:
        model.objects.bulk_create(objects, ignore_conflicts=True)
    return len(objects)


def load_reference_data() -> dict[str, int]:
    """Sectors, countries, types, partnerships, clusters, texts and the first rules, then what the
    apps above have.

    Safe to repeat: missing rows are added and classifications brought up to date; what the Support
    Office may change at the desk stays as it is. Says how many rows of each there are.
    """
    with audit.transaction():
        counts = {
            "countries": _load_countries(),
            "sectors": _load_sectors(),
            "organisation types": _load_types(),
            "partnerships": _load_partnerships(),
            "clusters": _load_clusters(),
            "indicators": _load_indicators(),
            "targets": _load_targets(),
            "ready-made texts": _load_texts(),
            "programme rules": _load_rules(),
        }
        answers: list[tuple[Any, Any]] = reference_loaded.send(sender=None)
        for _receiver, further in answers:
            counts |= further
    return counts


def _load_countries() -> int:
    objects = [
        Country(
            code=row["iso2"],
            name=row["name"],
            group=row["group"],
            is_eligible=row["eligible"] == "yes",
            lump_sum_full=int(row["lump_sum_full_eur"]),
            note=row["note"],
        )
        for row in rows("participating_countries.csv")
    ]
    return _add(Country, "code", objects, ["name", "group"])


def _load_sectors() -> int:
    keywords = {row["division"]: row["keywords"] for row in rows("nace_keywords.csv")}
    objects = [
        Sector(
            code=row["division"],
            section=row["section"],
            title=row["title"],
            keywords=keywords.get(row["division"], ""),
        )
        for row in rows("nace_rev2_divisions.csv")
    ]
    return _add(Sector, "code", objects, ["section", "title", "keywords"])


def _load_types() -> int:
    objects = [
        OrganisationType(
            code=row["code"],
            label=row["label"],
            family=row["family"],
            needs_cluster_membership=row["needs_cluster_membership"] == "yes",
            may_visit=row["may_visit"] == "yes",
            may_host=row["may_host"] == "yes",
            kpi_category=row["kpi_category"],
            position=position,
        )
        for position, row in enumerate(rows("organisation_types.csv"), start=1)
    ]
    return _add(OrganisationType, "code", objects, ["family", "kpi_category", "position"])


def _load_partnerships() -> int:
    sectors = {row["acronym"]: row["sectors"] for row in rows("partnership_sectors.csv")}
    objects = [
        Partnership(
            acronym=row["acronym"],
            field=row["field"],
            coordinator_name=row["coordinator"],
            planned_exchanges=int(row["planned_exchanges"]),
            sectors=sectors.get(row["acronym"], "").split(";"),
        )
        for row in rows("partnerships.csv")
    ]
    return _add(Partnership, "acronym", objects)


def _load_clusters() -> int:
    partnerships = {partnership.acronym: partnership for partnership in Partnership.objects.all()}
    objects = [
        Cluster(
            name=row["name"],
            country_id=row["country"] or None,
            partnership=partnerships.get(row["partnership"]),
        )
        for row in rows("clusters.csv")
    ]
    return _add(Cluster, "name", objects)


def _load_indicators() -> int:
    """Parents stand before their parts."""
    objects = [
        Indicator(
            code=row["code"],
            label=row["label"],
            parent_id=row["parent"] or None,
            counted_from=row["counted_from"],
            category=row["category"],
            position=position,
        )
        for position, row in enumerate(rows("indicators.csv"), start=1)
    ]
    kept = ["label", "parent", "counted_from", "category", "position"]
    return _add(Indicator, "code", objects, kept)


def _load_targets() -> int:
    """What a coordinator changed stays as it is."""
    partnerships = {partnership.acronym: partnership for partnership in Partnership.objects.all()}
    objects = [
        IndicatorTarget(
            partnership=partnerships[row["partnership"]],
            indicator_id=row["code"],
            number=int(row["target"]),
            due=row["due"],
        )
        for row in rows("indicator_targets.csv")
    ]
    IndicatorTarget.objects.bulk_create(objects, ignore_conflicts=True)
    return len(objects)


def _load_texts() -> int:
    for row in rows("reason_texts.csv"):
        ReasonText.objects.get_or_create(
            decision=row["decision"], title=row["title"], defaults={"text": row["text"]}
        )
    return ReasonText.objects.count()


def _rule_value(row: dict[str, str]) -> int | str | bool:
    if row["kind"] == "flag":
        return row["value"] == "yes"
    return int(row["value"]) if row["kind"] == "integer" else row["value"]


def _load_rules() -> int:
    values = {row["key"]: _rule_value(row) for row in rows("programme_rules.csv")}
    latest = ProgrammeRules.objects.order_by("-version").first()
    if latest is None:
        publish_rules(values=values, note="As the scheme was published.", actor=None)
    elif missing := {key: value for key, value in values.items() if key not in latest.values}:
        publish_rules(
            values={**latest.values, **missing}, note="New rules added by the portal.", actor=None
        )
    return len(values)


def publish_rules(
    *, values: dict[str, Any], note: str, actor: User | None, seen_version: int | None = None
) -> ProgrammeRules:
    """Put a new version of the rules in force; earlier versions are kept.

    `seen_version` is the version that the person started from; a newer one raises `StaleVersion`.
    An actor of None is the portal itself.
    """
    with audit.transaction():
        if actor is not None and not can_keep_reference_data(actor):
            raise NotAllowed(_("Only the Support Office changes the rules."))
        latest = ProgrammeRules.objects.select_for_update(of=("self",)).first()
        if latest and seen_version not in (None, latest.version):
            raise StaleVersion(
                _("Somebody has published version %s meanwhile. Look at it and change it there.")
                % latest.version
            )
        _require_order(values)
        rules = ProgrammeRules.objects.create(
            version=latest.version + 1 if latest else 1,
            values=values,
            note=note,
            created_at=clock.now(),
            created_by=actor,
        )
        audit.record("rules.published", subject=rules, actor=actor, data={"version": rules.version})
    read_rules_anew()
    return rules


def _require_order(values: dict[str, Any]) -> None:
    """Those who are told later must not be told first."""
    days = [values[f"validation.{who}_days"] for who in ("reminder", "coordinator", "support")]
    if days != sorted(days):
        raise TransitionRefused(
            "order",
            _("Officers are reminded first, then the coordinator, then the Support Office."),
        )
