from django.utils import translation
from django.utils.translation import gettext_lazy as _

from cxc_portal.core.errors import DomainError, NotAllowed, StaleVersion, TransitionRefused


def test_an_error_has_a_code_for_programs_and_a_message_for_people():
    refused = TransitionRefused("too_late", "It is too late.")
    assert (refused.code, refused.message, str(refused)) == (
        "too_late",
        "It is too late.",
        "It is too late.",
    )


def test_common_errors_have_codes_of_their_own():
    assert (NotAllowed("No.").code, StaleVersion("Old.").code) == ("not_allowed", "stale_version")


def test_common_errors_take_another_code():
    assert NotAllowed("No.", code="own_organisation").code == "own_organisation"


def test_all_errors_are_domain_errors():
    assert all(issubclass(e, DomainError) for e in (NotAllowed, StaleVersion, TransitionRefused))


def test_a_message_is_read_in_the_language_of_its_reader():
    refused = DomainError("january", _("January"))
    with translation.override("fr"):
        assert str(refused) == "janvier"
