from typing import Any

from django.core.management.base import BaseCommand, CommandError

from cxc_portal.core import vault
from cxc_portal.core.management.progress import progress_bar


class Command(BaseCommand):
    help = (
        "Encrypt everything anew under the first key of VAULT_KEYS. Afterwards the other keys are "
        "needed for backups only."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with progress_bar("Encrypting anew") as watcher:
                count = vault.encrypt_anew(watcher)
        except vault.VaultLocked as problem:
            raise CommandError(str(problem)) from problem
        self.stdout.write(f"Rows under the first key: {count}.")
