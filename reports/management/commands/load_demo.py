from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from profiles import demo
from reports.demo import add_to_demo


class Command(BaseCommand):
    help = "Make a believable small world of invented organisations. Demo mode only."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("The demo world is for demo mode only: set DEMO=1.")
        try:
            counts = demo.load(more=add_to_demo)
        except demo.AlreadyLoaded as loaded:
            self.stdout.write(str(loaded))
            return
        self.stdout.write(", ".join(f"{name}: {count}" for name, count in counts.items()))
