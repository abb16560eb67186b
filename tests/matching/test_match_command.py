"""`manage.py match`: the same numbers as the page, for other programs and for people."""

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from matching.models import IndexRecord
from matching.scoring.criteria import Criterion
from profiles.enums import Role
from profiles.services.generation import generate_profiles
from tests.factories import OrganisationFactory, published_profile, submitted_profile

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference")]


def run(*arguments: str) -> str:
    output = StringIO()
    call_command("match", *arguments, stdout=output)
    return output.getvalue()


def report(*arguments: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(run(*arguments, "--json"))
    return found


def visitor(ref: str, name: str, country: str = "PT", **fields: Any) -> None:
    organisation = OrganisationFactory(name=name, country_id=country)
    published_profile(ref=ref, role=Role.VISITING, organisation=organisation, **fields)


@pytest.fixture
def host():
    organisation = OrganisationFactory(name="AQUIMER", organisation_type_id="cluster")
    return published_profile(ref="P-HOST", role=Role.HOST, organisation=organisation)


def test_the_report_has_the_promised_shape(host):
    visitor("P-ONE", "Rodas", languages=["pt"], wanted_sectors=["29", "30"])
    visitor("P-HOME", "Voisin", country="FR")
    published_profile(ref="P-RIVAL", role=Role.HOST)
    assert (
        run("P-HOST", "--json")
        == json.dumps(
            {
                "profile": "P-HOST",
                "ruleset": 1,
                "matches": [
                    {
                        "ref": "P-ONE",
                        "organisation": "Rodas",
                        "score": 90.0,
                        "band": "green",
                        "parts": {
                            "sector": 25.0,
                            "purpose": 20.0,
                            "organisation_type": 15.0,
                            "country": 15.0,
                            "language": 0.0,
                            "length": 10.0,
                            "availability": 5.0,
                        },
                    }
                ],
                "stopped": [
                    {"ref": "P-HOME", "reasons": ["same_country"]},
                    {"ref": "P-RIVAL", "reasons": ["same_country", "same_role"]},
                ],
            }
        )
        + "\n"
    )


def test_names_are_written_as_they_are(host):
    visitor("P-ONE", "Łódź Überfluß")
    assert "Łódź Überfluß" in run("P-HOST", "--json")


def test_the_best_come_first_and_ties_by_reference(host):
    visitor("P-B", "B", languages=["pt"])
    visitor("P-C", "C")
    visitor("P-A", "A")
    assert [one["ref"] for one in report("P-HOST")["matches"]] == ["P-A", "P-C", "P-B"]


def test_parts_add_up_and_come_in_the_order_of_the_criteria(host):
    generate_profiles(count=60, seed=1)
    matches = report("P-HOST")["matches"]
    assert len(matches) > 10
    assert [one for one in matches if round(sum(one["parts"].values()), 1) != one["score"]] == []
    assert {tuple(one["parts"]) for one in matches} == {tuple(c.value for c in Criterion)}


def test_numbers_have_one_decimal(host):
    generate_profiles(count=60, seed=1)
    numbers = [
        text
        for line in run("P-HOST", "--json").split(",")
        for key, _colon, text in [line.rpartition(": ")]
        if '"score"' in key or '"parts"' in key
    ]
    assert len(numbers) > 20
    assert [text for text in numbers if text.partition(".")[2].strip("}]").isdigit() is False] == []


def test_top_limits_the_matches_only(host):
    for number in range(4):
        visitor(f"P-{number}", f"Firm {number}")
        visitor(f"P-H{number}", f"Voisin {number}", country="FR")
    found = report("P-HOST", "--top", "2")
    assert [one["ref"] for one in found["matches"]] == ["P-0", "P-1"]
    assert len(found["stopped"]) == 4


def test_fifty_are_enough_unless_told_otherwise(host):
    generate_profiles(count=200, seed=2)
    assert len(report("P-HOST")["matches"]) == 50


def test_a_profile_that_the_index_has_lost_is_reported_on(host):
    visitor("P-ONE", "Rodas")
    IndexRecord.objects.filter(profile=host).delete()
    assert [one["ref"] for one in report("P-HOST")["matches"]] == ["P-ONE"]


def test_people_read_a_table(host):
    visitor("P-ONE", "Rodas", languages=["pt"])
    visitor("P-HOME", "Voisin", country="FR")
    published_profile(ref="P-RIVAL", role=Role.HOST)
    lines = run("P-HOST").splitlines()
    assert lines[1].split() == ("90.0 green P-ONE Rodas 25.0 20.0 15.0 15.0 0.0 10.0 5.0".split())
    assert lines[2:] == [
        "P-HOST has 1 green, 0 orange, 0 red, by ruleset 1.",
        "Not possible: 2 (Same country 2, Same role 1).",
    ]


def test_where_nobody_is_excluded_nothing_is_said_of_it(host):
    assert run("P-HOST").splitlines()[-1] == "P-HOST has 0 green, 0 orange, 0 red, by ruleset 1."


@pytest.mark.parametrize("form", [[], ["--json"]])
def test_an_unknown_reference_is_an_error_of_one_line(form):
    with pytest.raises(CommandError, match=r"^There is no profile P-NONE\.$") as refusal:
        run("P-NONE", *form)
    assert refusal.value.returncode == 1


def test_a_profile_out_of_the_catalogue_is_an_error_of_one_line():
    submitted_profile(ref="P-WAITS")
    with pytest.raises(
        CommandError,
        match=r"^The profile P-WAITS is not published \(submitted\): it has no matches\.$",
    ):
        run("P-WAITS")


@pytest.mark.parametrize("top", ["0", "-3"])
def test_top_is_a_number_from_1(host, top):
    with pytest.raises(CommandError, match=r"--top must be at least 1\."):
        run("P-HOST", f"--top={top}")


def test_rebuilding_says_how_many_there_are(host):
    visitor("P-ONE", "Rodas")
    output = StringIO()
    call_command("rebuild_index", stdout=output)
    assert output.getvalue() == "2 profiles in the index\n"
