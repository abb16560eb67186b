from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from cxc_portal.core.documentation import PAGES


class Command(BaseCommand):
    help = "Draw the pages of docs/ that come from the code: lifecycles and mails."

    def handle(self, *args: Any, **options: Any) -> None:
        folder = Path(settings.BASE_DIR) / "docs"
        for name, draw in PAGES.items():
            (folder / name).write_text(draw(), encoding="utf-8")
            self.stdout.write(f"docs/{name}")
