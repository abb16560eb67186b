"""What tests find in the database when they begin."""

import secrets
from io import StringIO

from django.core.management import call_command

from matching.models import IndexState
from profiles.services.reference import load_reference_data
from tests.kept_rows import KeptRows


def _load_demo_world() -> None:
    load_reference_data()
    _give_the_index_a_history()
    call_command("load_demo", stdout=StringIO())


_reference_data = KeptRows(load_reference_data)
_demo_world = KeptRows(_load_demo_world, at=None)


def put_reference_data() -> None:
    """The reference data, in a database that has nothing yet."""
    _reference_data()
    _give_the_index_a_history()


def put_demo_world() -> None:
    """The reference data and the demo world, in a database that has nothing yet."""
    _demo_world()
    _give_the_index_a_history()


def _give_the_index_a_history() -> None:
    """What is held in memory belongs to another database, whose keys are the same."""
    IndexState.objects.update(history=secrets.token_hex(16))
