from typing import Any

from django.core.management.base import BaseCommand

from profiles.services.reference import load_reference_data


class Command(BaseCommand):
    help = "Load sectors, countries, types, partnerships, clusters and rules. Safe to repeat."

    def handle(self, *args: Any, **options: Any) -> None:
        for name, count in load_reference_data().items():
            self.stdout.write(f"{name}: {count}")
