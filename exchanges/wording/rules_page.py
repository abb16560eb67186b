"""The page of the documentation about the rules of a commitment, drawn from their tables."""

from collections.abc import Iterator

from django.utils import translation

from cxc_portal.core.documentation import NOTE, places, table
from cxc_portal.core.types import Text
from exchanges.commitment.differences import immaterial_fields
from exchanges.commitment.findings import KINDS, WARNING
from exchanges.enums import Section
from exchanges.wording.findings import SAYINGS
from profiles.rules import origins

INTRODUCTION = """\
What the text of a commitment has to keep before it can be frozen and signed. The same check runs on
every page on which the text is written, and once more under lock when it is frozen
(`exchanges/commitment/rules.py`, shown by `exchanges/queries/findings.py`).

- A **stop** has to be put right.
- A **warning** can be let pass by one of the two partnerships, which says why. It holds for the
  values that the warning named: when the text changes them, the warning stands again.
- Numbers are programme rules that the Support Office edits (column *rule*, where a key stands); no
  number of the scheme is in the code.
- Days are counted in the host's country: Monday to Friday without its public holidays and without
  days of travel; a day of the weekend counts when the agenda has an entry on it.
- Words that speak of an internship or of recruitment are listed in
  `exchanges/data/words_of_recruitment.csv` (a star stands for any ending)."""

PROFILES = """\
## What signing asks of the profiles

Of the fields that are needed to sign (`profiles/strength.py`), those that stand on the
commitment, or decide about the money or about who may travel, are stops: legal form, address,
the participant's position and telephone, and for visitors CV and residence declaration. The
texts that partners read (what you hope for, what you bring, what your organisation does) are
warnings, because nothing in the commitment depends on them. Whoever belongs to that side is led
to its profile; all others read who completes it."""

LUMP_SUM = """\
## The lump sum

In person only. The full amount is that of the host country, or the own one of the visitor's
partnership for that country where it is lower. It is halved once, rounded down to whole EUR,
when the visit has fewer working days than `lump_sum.full_rate_min_days` or the two organisations
are less than `lump_sum.near_km` apart (great circle between the positions of their towns). While
the days are open the amount is that of a short visit, and a distance that nobody knows counts as
far; both are said."""

CHANGES = """\
## What needs no new signatures

Any change of the text after freezing makes the signatures void, except in these fields
(`exchanges/data/immaterial_fields.csv`):"""


def rules_page() -> str:
    """Each rule with its severity, its source and the way out."""
    with translation.override("en"):
        parts = [
            "# The rules of a commitment",
            NOTE,
            INTRODUCTION,
            *_sections(),
            PROFILES,
            LUMP_SUM,
            CHANGES,
            "\n".join(f"- `{name}`" for name in sorted(immaterial_fields())),
        ]
        return "\n\n".join(parts) + "\n"


def _sections() -> Iterator[str]:
    head = ("code", "severity", "what it says", "rule", "source", "way out")
    for section in Section:
        codes = [code for code, kind in KINDS.items() if kind.section == section]
        yield f"## {section.label}"
        yield table(head, (_row(code) for code in codes))


def _row(code: str) -> list[Text]:
    kind, saying = KINDS[code], SAYINGS[code]
    rule, source = saying.origin or origins()[kind.rule]
    return [
        f"`{code}`",
        "warning" if kind.severity == WARNING else "stop",
        places(saying.text),
        f"{rule} (`{kind.rule}`)" if kind.rule else rule,
        source,
        places(saying.way_out),
    ]
