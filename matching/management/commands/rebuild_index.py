from typing import Any

from django.core.management.base import BaseCommand

from cxc_portal.core.management.progress import progress_bar
from matching.services.index import rebuild_index


class Command(BaseCommand):
    help = "Write the index of published profiles anew. Only needed when it is in doubt."

    def handle(self, *args: Any, **options: Any) -> None:
        with progress_bar("Writing the index") as watcher:
            count = rebuild_index(watcher=watcher)
        self.stdout.write(f"{count} profiles in the index")
