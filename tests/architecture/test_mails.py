"""Every kind of mail is whole: a subject of its own, a text, an HTML, and a test."""

import re
import subprocess
import sys
from collections import Counter
from collections.abc import Collection, Mapping
from pathlib import Path

import pytest
from django.template.loader import get_template

from cxc_portal.core.mail import MailKind, Pace, all_topics, kinds
from cxc_portal.core.mail.topics import known_topics
from tests.architecture.deployment_files import ROOT

ENDINGS = ("_subject.txt", ".txt", ".html")
PARENT = re.compile(r'{%\s*extends\s+"([^"]+)"')
VARIABLE = re.compile(r"{{|{%\s*blocktranslate")
TESTS = ROOT / "tests"


def every_kind():
    return [pytest.param(kind, id=kind.name) for kind in kinds()]


def kinds_without_pages() -> set[str]:
    """Those that a process knows which serves no pages, as a worker does not."""
    program = "import django; django.setup(); from cxc_portal.core.mail import kinds; "
    program += "print(*(kind.name for kind in kinds()))"
    run = [sys.executable, "-c", program]
    known = subprocess.run(run, cwd=ROOT, check=True, capture_output=True, text=True)
    return set(known.stdout.split())


def test_every_process_knows_every_kind():
    assert {kind.name for kind in kinds()} - kinds_without_pages() == set()


def source(name: str) -> str:
    return Path(get_template(name).template.origin.name).read_text()


def escapes(name: str) -> bool:
    """Whether a template would write `&amp;` where a person expects `&`."""
    text = source(name)
    if "{% autoescape off %}" in text:
        return False
    if parent := PARENT.search(text):
        return escapes(parent[1])
    return VARIABLE.search(text) is not None


def names_in_code(kind: MailKind) -> set[str]:
    """How a test can name a kind: by its name, its constant, or a collection it is in."""
    names = {kind.name}
    for module_name, module in list(sys.modules.items()):
        if module_name.split(".")[0] != kind.name.split("/")[0]:
            continue
        short = module_name.rpartition(".")[2]
        for attribute, value in vars(module).items():
            if value is kind:
                names.add(attribute)
            elif any(one is kind for one in members(value)):
                names.add(f"{short}.{attribute}")
    return names


def members(value: object) -> Collection[object]:
    """What a collection holds; nothing for what is none."""
    if isinstance(value, Mapping):
        return value.values()
    return value if isinstance(value, list | tuple | set | frozenset) else ()


def words_of_tests() -> str:
    files = [path for path in TESTS.rglob("test_*.py") if "architecture" not in path.parts]
    return "\n".join(path.read_text() for path in files)


@pytest.mark.parametrize("kind", every_kind())
@pytest.mark.parametrize("ending", ENDINGS)
def test_a_kind_has_subject_text_and_html(kind, ending):
    assert source(f"{kind.template}{ending}").strip() != ""


@pytest.mark.parametrize("kind", every_kind())
def test_a_kind_says_for_the_documentation_who_gets_it_and_when(kind):
    assert str(kind.audience)
    assert str(kind.occasion)


@pytest.mark.parametrize("kind", every_kind())
@pytest.mark.parametrize("ending", ENDINGS[:2])
def test_plain_texts_are_not_escaped(kind, ending):
    assert not escapes(f"{kind.template}{ending}")


def test_no_two_kinds_have_the_same_subject():
    subjects = Counter(" ".join(source(f"{k.template}_subject.txt").split()) for k in kinds())
    assert [subject for subject, count in subjects.items() if count > 1] == []


@pytest.mark.parametrize("kind", [kind for kind in kinds() if kind.topic], ids=lambda k: k.name)
def test_a_topic_of_a_kind_is_one_that_people_can_choose_about(kind):
    assert [topic.name for topic in known_topics({kind.topic})] == [kind.topic]


def test_what_somebody_waits_for_has_a_topic_that_cannot_be_switched_off():
    awaited = {topic.name for topic in all_topics() if topic.is_awaited}
    assert {kind.topic for kind in kinds() if kind.pace == Pace.BLOCKING} - awaited == set()


def test_what_is_paced_has_a_topic():
    paced = {kind.name for kind in kinds() if kind.pace != Pace.NOW and not kind.topic}
    assert paced == {"core/summary"}


def test_what_is_confidential_goes_out_at_once():
    secret = [kind.name for kind in kinds() if kind.is_confidential and kind.pace != Pace.NOW]
    assert secret == []


def test_every_kind_has_a_test_that_names_it():
    words = words_of_tests()
    unnamed = [
        kind.name
        for kind in kinds()
        if not any(re.search(rf"\b{re.escape(name)}\b", words) for name in names_in_code(kind))
    ]
    assert unnamed == []


def test_no_text_of_a_mail_is_left_without_its_kind():
    subjects = {path.name for path in (ROOT / "templates").glob("*/emails/*_subject.txt")}
    known = {f"{kind.template}_subject.txt".rpartition("/")[2] for kind in kinds()}
    assert subjects - known == set()
