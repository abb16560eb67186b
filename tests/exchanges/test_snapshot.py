"""What a version prints: every value, frozen, in the language of the commitment."""

from datetime import UTC, datetime

import pytest
import time_machine

from cxc_portal.core.documents import digest_of
from exchanges.commitment.terms import Clauses, Purpose, When
from exchanges.models import CommitmentFile
from exchanges.queries.drafts import draft_of
from exchanges.queries.findings import findings_of
from exchanges.queries.snapshot import language_of, snapshot_of
from exchanges.services.overrides import override_warning
from profiles.rules import current_rules
from tests.factories.exchanges import (
    drafted_exchange,
    free_week,
    opened_exchange,
    person_of,
    write_sections,
)

pytestmark = pytest.mark.usefixtures("reference")
MOMENT = datetime(2026, 11, 2, 9, 30, 5, tzinfo=UTC)


def frozen(exchange, **options):
    return snapshot_of(
        exchange,
        draft_of(exchange),
        number=options.pop("number", 1),
        frozen_at=MOMENT,
        frozen_by=person_of(exchange, "VO"),
        **options,
    )


def test_the_four_parties_stand_with_their_facts():
    exchange = drafted_exchange()
    parties = {party["capacity"]: party for party in frozen(exchange)["parties"]}
    assert list(parties) == ["HO", "VO", "HOP", "VOP"]
    assert parties["HO"] == {
        "capacity": "HO",
        "label": "Host organisation",
        "name": "AQUIMER",
        "about": "We make things that move.",
        "legal_form": "Ltd",
        "type": "Small or medium-sized enterprise (SME)",
        "address": "1 Main Street, 1000 Lyon",
        "country": "France",
    }
    assert parties["HOP"]["name"] == "EXXTRA"


def test_dates_stand_in_words():
    exchange = drafted_exchange()
    dates = frozen(exchange)["dates"]
    assert dates["starts"] == f"{exchange.starts_on:%A} {exchange.starts_on.day} " + (
        f"{exchange.starts_on:%B %Y}"
    )
    assert (dates["working_days"], dates["working_days_text"]) == (5, "5 working days")


def test_the_agenda_stands_day_by_day_with_labels():
    agenda = frozen(drafted_exchange())["agenda"]
    assert len(agenda) == 5
    assert agenda[0]["rows"] == [
        {
            "part": "Whole day",
            "time": "09:00–17:00",
            "activity": "Workplace observation",
            "title": "Day 1 at the workshop",
            "responsible": "Host",
            "place": "Workshop",
        }
    ]


def test_a_visit_in_person_says_how_much_and_why():
    found = frozen(drafted_exchange())
    assert found["lump_sum"]["words"]["amount"] == "900 EUR"
    assert found["lump_sum"]["days"] == 5
    assert found["distance_km"] == found["lump_sum"]["km"]


def test_an_online_exchange_brings_no_lump_sum():
    exchange = drafted_exchange()
    week = free_week()
    write_sections(
        exchange,
        {"when": When(mode="virtual", starts_on=week[0], ends_on=week[-1], platform="BBB")},
    )
    found = frozen(exchange)
    assert (found["lump_sum"], found["distance_km"]) == (None, "")
    assert found["mode"] == {"code": "virtual", "label": "Online"}


def test_what_was_let_pass_and_attached_stands_there():
    exchange = drafted_exchange()
    officer = person_of(exchange, "VOP")
    text = "We look at a traineeship together."
    write_sections(exchange, {"purpose": Purpose(objectives=("learn",), text=text)})
    (warning,) = findings_of(exchange)
    with time_machine.travel(MOMENT, tick=False):
        override_warning(
            exchange_id=exchange.pk, code=warning.code, reason="They offer none.", actor=officer
        )
    CommitmentFile.objects.create(
        exchange=exchange, title="Map", file="map.pdf", size=12, digest="ab" * 32, added_by=officer
    )
    found = frozen(exchange)
    assert found["overrides"] == [
        {
            "code": warning.code,
            "warning": warning.text,
            "partnership": "RECIPE4MOBILITY",
            "by": str(officer),
            "reason": "They offer none.",
            "at": "2026-11-02T09:30:05+00:00",
        }
    ]
    assert found["attachments"] == [{"title": "Map", "size": 12, "digest": "ab" * 32}]


def test_each_party_has_its_own_sentence():
    exchange = drafted_exchange()
    sentences = frozen(exchange, number=3)["sentences"]
    assert set(sentences) == {"HO", "VO", "HOP", "VOP"}
    assert len(set(sentences.values())) == 4
    assert all(
        f"version 3 of the Commitment of Quality {exchange.ref}" in s for s in sentences.values()
    )


def test_versions_of_rules_and_template_stand_there():
    found = frozen(drafted_exchange(), is_amendment=True, reason="Later.")
    assert (found["format"], found["template_version"]) == (1, 1)
    assert found["rules_version"] == current_rules().version
    assert (found["is_amendment"], found["reason"]) == (True, "Later.")


def test_the_same_draft_gives_the_same_digest_and_another_one_another():
    exchange = drafted_exchange()
    digest = digest_of(frozen(exchange))
    assert digest_of(frozen(exchange)) == digest
    write_sections(exchange, {"clauses": Clauses(language="en", further="No smoking.")})
    assert digest_of(frozen(exchange)) != digest


def test_an_empty_draft_can_be_looked_at():
    exchange = opened_exchange()
    write_sections(exchange, {"clauses": Clauses(language="")})
    found = frozen(exchange)
    assert found["dates"]["starts"] == ""
    assert found["working_language"] == {"code": "", "label": ""}


@pytest.mark.parametrize(("wanted", "language"), [("fr", "fr"), ("en", "en"), ("ga", "en")])
def test_it_is_written_in_the_working_language_where_the_portal_speaks_it(
    settings, wanted, language
):
    settings.LANGUAGES = [("en", "English"), ("fr", "French")]
    exchange = drafted_exchange()
    write_sections(exchange, {"clauses": Clauses(language=wanted)})
    assert language_of(draft_of(exchange)) == language
    assert frozen(exchange)["language"] == language


def test_an_entry_without_times_stands_without():
    exchange = drafted_exchange()
    row = exchange.sections.get(name="agenda")
    row.content["slots"][0] |= {"starts": None, "ends": None, "responsible": "both", "day": None}
    row.save()
    rows = [row for day in frozen(exchange)["agenda"] for row in day["rows"]]
    bare = next(row for row in rows if not row["time"])
    assert bare["responsible"] == "Both"
