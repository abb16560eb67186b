"""What the rules of a commitment ask of the world around its text. No Django in here."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, kw_only=True)
class Side:
    """One of the two organisations. `lacks` are the fields of its profile that signing asks for,
    `lacks_texts` those that partners would like to read."""

    country: str
    is_country_eligible: bool = True
    is_type_eligible: bool = True
    is_standing: bool = True
    lacks: tuple[str, ...] = ()
    lacks_texts: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Facts:
    """`numbers` and `open_until` are the programme's rules in force. `holidays` are the host
    country's within the stay. `visits_taken` counts the other visits in person of the visiting
    organisation; `is_running` says that the exchange has begun, so that this is a change of it."""

    today: date
    host: Side
    visitor: Side
    numbers: Mapping[str, int]
    open_until: date
    holidays: frozenset[date] = frozenset()
    required_clauses: tuple[str, ...] = ()
    visits_taken: int = 0
    is_running: bool = False
    is_distance_known: bool = True
