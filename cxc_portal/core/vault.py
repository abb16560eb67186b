"""Short texts that the database keeps encrypted, such as bank accounts.

Keys come from the setting `VAULT_KEYS`; the first one encrypts, all of them read. Without any the
portal makes its own once, in `var/vault/`. `docs/vault.md` tells how keys are made and changed.
"""

import contextlib
import os
import tempfile
from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.apps import apps
from django.conf import settings
from django.db import models, transaction

Token = bytes | memoryview
"""An encrypted text, as this or any other database gives it back."""


class VaultLocked(Exception):
    """What is encrypted cannot be read, or nothing can be encrypted; the text says why."""


_kept: dict[str, tuple[str, ...]] = {}


def keep(label: str, *fields: str) -> None:
    """Say which fields of a model (`app.Model`) are encrypted; called from `apps.ready()`."""
    _kept[label] = fields


def encrypt(text: str) -> bytes:
    """The text under the first key; each time another token."""
    return _box().encrypt(text.encode())


def decrypt(token: Token) -> str:
    """The text. Raises `VaultLocked` when none of the keys fits."""
    try:
        return _box().decrypt(bytes(token)).decode()
    except InvalidToken as problem:
        raise VaultLocked(
            "None of the keys in VAULT_KEYS opens this text. Put the key that encrypted it back "
            "into the list."
        ) from problem


def encrypt_anew(watch: Callable[[int, int], None] | None = None) -> int:
    """Every text that is kept is under the first key afterwards; says how many rows that were.

    A text that no key opens stops the work with `VaultLocked`; what was done stays done. Works row
    by row, so that the portal goes on meanwhile.
    """
    rows = [
        (model, key, fields)
        for label, fields in sorted(_kept.items())
        for model in [apps.get_model(label)]
        for key in model._base_manager.order_by("pk").values_list("pk", flat=True)
    ]
    for done, (model, key, fields) in enumerate(rows, start=1):
        _encrypt_row(model, key, fields)
        if watch:
            watch(done, len(rows))
    return len(rows)


def _encrypt_row(model: type[models.Model], key: int, fields: Sequence[str]) -> None:
    with transaction.atomic():
        rows = model._base_manager.select_for_update(of=("self",)).filter(pk=key)
        for row in rows:
            for field in fields:
                setattr(row, field, encrypt(decrypt(getattr(row, field))))
            row.save(update_fields=fields)


def _box() -> MultiFernet:
    """All keys, the first of them to encrypt with."""
    if keys := settings.VAULT_KEYS:
        return _opened(tuple(keys))
    return _opened((_self_made(),))


@lru_cache(maxsize=4)
def _opened(keys: tuple[str, ...]) -> MultiFernet:
    try:
        return MultiFernet([Fernet(key.strip()) for key in keys])
    except ValueError as problem:
        raise VaultLocked(
            "A key in VAULT_KEYS is not one: each has 32 random bytes, as 44 characters of "
            "base64. docs/vault.md tells how to make one."
        ) from problem


def _self_made() -> str:
    """A key made by whoever comes first, and readable to us alone."""
    path = Path(settings.VAR_DIR, "vault", "key")
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent) as draft:  # nobody else may read it
            draft.write(Fernet.generate_key())
            draft.flush()
            os.fsync(draft.fileno())
            with contextlib.suppress(FileExistsError):  # somebody else was first
                os.link(draft.name, path)
    return path.read_text()
