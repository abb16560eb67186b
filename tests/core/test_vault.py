"""Texts that the database keeps encrypted."""

import stat
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from django.core.management import CommandError, call_command

from cxc_portal.core import vault
from cxc_portal.core.vault import VaultLocked, decrypt, encrypt
from reports.models import BankAccount
from tests.factories.exchanges import opened_exchange, person_of

IBAN = "FR7630006000011234567890189"
OLD, NEW = Fernet.generate_key().decode(), Fernet.generate_key().decode()


def account(iban=IBAN):
    exchange = opened_exchange()
    return BankAccount.objects.create(
        exchange=exchange,
        iban=encrypt(iban),
        bic=encrypt("AGRIFRPPXXX"),
        holder=encrypt("Motores, Lda"),
        ending="0189",
        entered_by=person_of(exchange, "VO"),
    )


def test_what_was_encrypted_is_read_again(settings):
    settings.VAULT_KEYS = [NEW]
    token = encrypt("Σωκράτης & Söhne")
    assert decrypt(token) == "Σωκράτης & Söhne"
    assert decrypt(memoryview(token)) == "Σωκράτης & Söhne"


def test_the_token_neither_shows_the_text_nor_repeats_itself(settings):
    settings.VAULT_KEYS = [NEW]
    tokens = {encrypt(IBAN), encrypt(IBAN)}
    assert len(tokens) == 2
    assert [token for token in tokens if IBAN.encode() in token] == []


def test_the_first_key_encrypts_and_all_read(settings):
    settings.VAULT_KEYS = [OLD]
    before = encrypt(IBAN)
    settings.VAULT_KEYS = [NEW, f" {OLD} "]
    assert decrypt(before) == IBAN
    assert Fernet(NEW).decrypt(encrypt(IBAN)).decode() == IBAN


def test_a_missing_key_is_told(settings):
    settings.VAULT_KEYS = [OLD]
    token = encrypt(IBAN)
    settings.VAULT_KEYS = [NEW]
    with pytest.raises(VaultLocked, match="None of the keys in VAULT_KEYS opens this text"):
        decrypt(token)


def test_something_that_is_no_key_is_told(settings):
    settings.VAULT_KEYS = ["short"]
    with pytest.raises(VaultLocked, match="A key in VAULT_KEYS is not one"):
        encrypt(IBAN)


def test_without_keys_the_portal_makes_its_own_once(settings, tmp_path):
    settings.VAULT_KEYS, settings.VAR_DIR = [], tmp_path
    token = encrypt(IBAN)
    path = Path(tmp_path, "vault", "key")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [one.name for one in path.parent.iterdir()] == ["key"]
    assert Fernet(path.read_text()).decrypt(token).decode() == IBAN
    assert decrypt(token) == IBAN


def test_rotating_puts_every_row_under_the_first_key(reference, settings, capsys):
    settings.VAULT_KEYS = [OLD]
    row = account()
    settings.VAULT_KEYS = [NEW, OLD]
    call_command("rotate_vault")
    assert capsys.readouterr().out == "Rows under the first key: 1.\n"
    settings.VAULT_KEYS = [NEW]
    row.refresh_from_db()
    texts = [decrypt(token) for token in (row.iban, row.bic, row.holder)]
    assert texts == [IBAN, "AGRIFRPPXXX", "Motores, Lda"]


def test_rotating_tells_how_far_it_is(reference, settings):
    settings.VAULT_KEYS = [NEW]
    account()
    seen = []
    assert vault.encrypt_anew(lambda done, total: seen.append((done, total))) == 1
    assert seen == [(1, 1)]


def test_rotating_without_the_key_changes_nothing(reference, settings):
    settings.VAULT_KEYS = [OLD]
    row = account()
    before = bytes(row.iban)
    settings.VAULT_KEYS = [NEW]
    with pytest.raises(CommandError, match="None of the keys"):
        call_command("rotate_vault")
    row.refresh_from_db()
    assert bytes(row.iban) == before
