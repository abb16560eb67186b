"""Whose report, story and later answer a person reads: one rule for rows and for an exchange."""

import pytest
from django.contrib.auth.models import AnonymousUser

from exchanges.models import Exchange
from reports.models import Report
from reports.permissions import sides_read_by
from tests.factories import MembershipFactory, StaffRoleFactory, UserFactory
from tests.factories.exchanges import person_of
from tests.factories.reports import finished_exchange

pytestmark = pytest.mark.usefixtures("reference")


def test_an_exchange_tells_what_the_rows_tell():
    exchange = finished_exchange()
    both = MembershipFactory(organisation=exchange.host.organisation).user
    StaffRoleFactory(user=both, partnership=exchange.visitor_partnership, role="officer")
    people = {
        "visitor": (person_of(exchange, "VO"), ["VO"]),
        "host": (person_of(exchange, "HO"), ["HO"]),
        "visitor's partnership": (person_of(exchange, "VOP"), ["HO", "VO"]),
        "host's partnership": (person_of(exchange, "HOP"), ["HO", "VO"]),
        "host and officer": (both, ["HO", "VO"]),
        "support": (StaffRoleFactory(role="support", partnership=None).user, ["HO", "VO"]),
        "observer": (StaffRoleFactory(role="observer", partnership=None).user, []),
        "stranger": (UserFactory(), []),
        "nobody": (AnonymousUser(), []),
    }
    shown = Exchange.objects.with_parties().get(pk=exchange.pk)
    of_exchange = {
        who: sorted(sides_read_by(user, shown)) for who, (user, _sides) in people.items()
    }
    of_rows = {
        who: sorted(Report.objects.visible_to(user).values_list("capacity", flat=True))
        for who, (user, _sides) in people.items()
    }
    assert of_exchange == of_rows == {who: sides for who, (_user, sides) in people.items()}
