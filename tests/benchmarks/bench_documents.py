"""How much of a worker's time a document of three pages and a commitment of five days in person
take, from the snapshot to a sealed file. `commitment.json` is the snapshot of such a commitment.

Run by hand: `python -m tests.benchmarks.bench_documents [count]`. What counts is
processor time, so that others on the machine do not matter. The yardsticks are the same document
without any content, and hashing 100 MB, which tells how fast the machine is.
"""

import hashlib
import io
import json
import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from statistics import median
from typing import Any

os.environ["DJANGO_SETTINGS_MODULE"] = "cxc_portal.settings.dev"
os.environ["VAR_DIR"] = tempfile.mkdtemp(prefix="cxc-bench-")

import django

django.setup()

from django.conf import settings  # noqa: E402
from pypdf import PdfReader  # noqa: E402

from cxc_portal.core import documents  # noqa: E402
from cxc_portal.core.documents import DocumentKind  # noqa: E402
from exchanges.documents import COMMITMENT  # noqa: E402
from tests.core.document_trial import CODE, NAME, SAMPLE, SIGNATURE, SNAPSHOT  # noqa: E402

COUNT = 30
MOST_SECONDS = 1.0
HASHED = b"\x00" * (100 * 1024 * 1024)
CONTENT = {
    **SNAPSHOT,
    "text": "The host prepares the visit, and names one person who answers for it. " * 40,
    "rows": [f"Day {number}: we look at what was agreed" for number in range(30)],
    "signatures": [SIGNATURE] * 4,
}

COMMITMENT_SNAPSHOT = json.loads(Path(__file__).with_name("commitment.json").read_bytes())


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else COUNT
    templates = Path(__file__).parents[1] / "core" / "templates"
    settings.TEMPLATES[0]["DIRS"].append(templates)
    first = seconds_of(lambda: sealed(CONTENT))
    pages = pages_of(sealed(CONTENT))
    memory = used_memory()
    each = median(seconds_of(lambda: sealed(CONTENT)) for _time in range(count))
    growth = used_memory() - memory
    signed = sealed(COMMITMENT_SNAPSHOT, COMMITMENT)
    commitment = median(
        seconds_of(lambda: sealed(COMMITMENT_SNAPSHOT, COMMITMENT)) for _time in range(count)
    )
    blank = median(seconds_of(lambda: sealed({"text": ""})) for _time in range(count))
    hashing = median(seconds_of(lambda: hashlib.sha256(HASHED).digest()) for _time in range(5))
    say(f"document of {pages} pages: {each:.3f} s (median of {count})")
    say(
        f"commitment of five days, {pages_of(signed)} pages, {len(signed) / 1024:.0f} KB: "
        f"{commitment:.3f} s; {commitment / blank:.1f} times the document without content"
    )
    say(f"first one in a process, with all that it loads: {first:.2f} s")
    say(f"document without content: {blank:.3f} s; the pages cost {each / blank:.1f} times that")
    say(f"hashing 100 MB: {hashing:.3f} s; the document costs {each / hashing:.2f} times that")
    say(f"memory after {count} more documents: {growth:+.1f} MB")
    if max(each, commitment) > MOST_SECONDS:
        sys.exit(f"A document takes more than {MOST_SECONDS} s.")


def sealed(snapshot: Mapping[str, Any], kind: DocumentKind = SAMPLE) -> bytes:
    # Only here, so that loading counts towards the first document.
    from cxc_portal.core.documents.seal import seal

    content = documents.render(kind, snapshot, language="en", code=CODE, name=NAME)
    return seal(content, code=CODE).content


def pages_of(content: bytes) -> int:
    return len(PdfReader(io.BytesIO(content)).pages)


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


def seconds_of(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def used_memory() -> float:
    """The most that this process has held so far, in megabytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
