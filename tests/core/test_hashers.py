"""How passwords are kept."""

import importlib

import pytest
from django.contrib.auth.hashers import check_password, identify_hasher, make_password

ACCOUNTS = importlib.import_module("cxc_portal.settings.accounts")


@pytest.fixture(autouse=True)
def hashers(settings):
    """Those of a portal in earnest; the tests use a quicker one."""
    settings.PASSWORD_HASHERS = ACCOUNTS.PASSWORD_HASHERS


def test_passwords_are_kept_with_argon2id_as_owasp_asks():
    kept = make_password("a-tour-of-the-portal")
    assert kept.startswith("argon2$argon2id$v=19$m=19456,t=2,p=1$")
    assert check_password("a-tour-of-the-portal", kept)
    assert not check_password("a-tour-of-the-porta", kept)


def test_a_password_from_before_holds_and_is_renewed():
    kept = make_password("a-tour-of-the-portal", hasher="pbkdf2_sha256")
    renewed = []
    assert check_password("a-tour-of-the-portal", kept, renewed.append)
    assert renewed == ["a-tour-of-the-portal"]
    assert identify_hasher(kept).algorithm == "pbkdf2_sha256"
