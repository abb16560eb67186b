"""A match of its own for each place in a group."""

from datetime import timedelta

import pytest

from cxc_portal.core import clock
from cxc_portal.core.errors import NotAllowed
from matching.models import Match
from matching.services.group_matches import confirm_group_match
from tests.factories import UserFactory
from tests.factories.matches import host_profile, visitor_profile

pytestmark = pytest.mark.usefixtures("reference")


def test_a_stranger_takes_no_place_for_a_visitor():
    day = clock.today() + timedelta(days=60)
    with pytest.raises(NotAllowed):
        confirm_group_match(
            host_id=host_profile().pk,
            visitor_id=visitor_profile().pk,
            actor=UserFactory(),
            mode="physical",
            starts_on=day,
            ends_on=day,
            message="Three days on the coast",
        )
    assert Match.objects.count() == 0
