from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from cxc_portal.core.management.progress import progress_bar
from profiles.services.generation import generate_profiles


class Command(BaseCommand):
    help = "Add synthetic published profiles, for load and scale. The same seed gives the same."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--count", type=int, required=True)
        parser.add_argument("--seed", type=int, required=True)

    def handle(self, *args: Any, **options: Any) -> None:
        if options["count"] < 1 or not 0 <= options["seed"] <= 99_999_999:
            raise CommandError("--count must be at least 1, --seed from 0 to 99999999.")
        with progress_bar("Generating profiles") as watcher:
            made = generate_profiles(count=options["count"], seed=options["seed"], watcher=watcher)
        self.stdout.write(f"{made} profiles generated")
