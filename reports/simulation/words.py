"""What the people of the replay write in forms."""

import random
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from exchanges import demo_visits
from exchanges.enums import Capacity
from profiles.answers import EXCHANGE, ORGANISATION, ROLE, SECTOR
from reports.simulation.plan import Journey, Participant

PAPER = Path(demo_visits.CV).read_bytes()
"""A small document that stands for a CV, a ticket or a bill."""

HELLO = (
    "Your work is close to ours. We would like to spend some days with your people, show you what "
    "we do, and write down at the end what we could try together."
)
RETURNED = "Please say in a few words what you take home, so that the report is complete."
REFUSED = "The date cannot be read on this picture. Please send the ticket itself."
PHONE = "+33144556677"
SATISFACTION = ("overall", "partner", "preparation", "programme", "duration", "match_score")
IBAN = "DE89370400440532013000"
BIC = "COBADEFFXXX"


def registration_pages(one: Participant) -> dict[str, dict[str, Any]]:
    """The answers of the short path, page by page."""
    return {
        ROLE: {"role": one.role},
        ORGANISATION: {
            "name": one.name,
            "organisation_type": one.kind,
            "country": one.country,
            "website": "",
            "summary": f"{one.name} works from {one.town} with partners all over Europe.",
        },
        SECTOR: {
            "main_sector": one.sector,
            "cluster": "",
            "other_cluster": f"Cluster of {one.town}",
        },
        EXCHANGE: {"purpose": list(one.purpose), "languages": list(one.languages)},
    }


def organisation_words(one: Participant) -> dict[str, str]:
    """What an organisation adds before it can sign."""
    return {
        "legal_form": "Limited company",
        "registration_number": f"REG-{one.number:06}",
        "street": f"{one.number % 90 + 1} Market Street",
        "postcode": f"{10000 + one.number}",
        "city": one.town,
    }


def profile_words(one: Participant) -> dict[str, Any]:
    """What a participant adds before signing."""
    words: dict[str, Any] = {
        "contact_name": one.full_name,
        "contact_position": "International projects",
        "contact_phone": PHONE,
        "motivation": "We would like to see how others solve what we struggle with.",
        "offer": "Twenty years of trying, and people who like to show it.",
    }
    if one.role == "visiting":
        words["has_declared_residence"] = True
    return words


def report_answers(one: Journey, side: Capacity, prefilled: Mapping[str, Any]) -> dict[str, Any]:
    """What a side of the plan says of the exchange."""
    chance = random.Random(f"{one.visitor.email} {one.host.email} {side}")  # noqa: S311 - repeatable
    return own_view(prefilled, chance)


def own_view(prefilled: Mapping[str, Any], chance: random.Random) -> dict[str, Any]:
    """What stands in a report already, and all that its side has to add."""
    answers = dict(prefilled)
    parts = ("fully", "fully", "fully", "partly")
    answers["objectives"] = [
        {**line, "part": line.get("part") or chance.choice(parts)}
        for line in prefilled.get("objectives") or []
    ]
    answers["satisfaction"] = {
        line: chance.choice((3, 4, 4, 5, 5)) for line in SATISFACTION
    } | prefilled.get("satisfaction", {})
    answers["outcomes"] = {"contacts": chance.randint(1, 9), "meetings": chance.randint(1, 5)}
    answers["recommend"] = chance.choice((7, 8, 9, 9, 10, 10))
    answers["follow_up"] = [{"what": "Write to each other next month", "who": "Both", "by": ""}]
    answers["declaration"] = True
    return answers


def paper(journey: Journey, what: str) -> bytes:
    """A document of its own: after its end a PDF may carry a comment."""
    return PAPER + f"\n% {what} of exchange {journey.number}\n".encode()
