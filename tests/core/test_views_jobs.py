"""Long work, as the one who started it sees it."""

import pytest
from django.core.files.base import ContentFile

from cxc_portal.core import clock, jobs
from cxc_portal.core.models import Job
from tests.factories import UserFactory


@pytest.fixture(autouse=True)
def kinds(monkeypatch):
    monkeypatch.setattr(jobs, "_kinds", {})
    jobs.register("trial", lambda job, progress: {}, title="Counting sheep")


@pytest.fixture
def queued(monkeypatch):
    keys = []
    monkeypatch.setattr(jobs.run_job, "enqueue", keys.append)
    return keys


@pytest.fixture
def owner(db):
    return UserFactory()


@pytest.fixture
def job(owner, queued):
    return jobs.create("trial", owner=owner)


@pytest.fixture
def mine(client, owner):
    client.force_login(owner)
    return client


def become(job, **fields):
    Job.objects.filter(pk=job.pk).update(**fields)


def page(client, job, **options):
    """The page with its white space folded: how a template is laid out does not matter."""
    response = client.get(f"/jobs/{job.pk}/", **options)
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


@pytest.mark.parametrize("path", ["", "file/", "again/"])
def test_nobody_unknown_sees_a_job(client, job, path):
    response = client.get(f"/jobs/{job.pk}/{path}")
    assert response["Location"] == f"/accounts/login/?next=/jobs/{job.pk}/{path}"


@pytest.mark.parametrize("path", ["", "file/"])
def test_nobody_else_sees_a_job(client, job, path):
    job.output_file.save("result.csv", ContentFile(b"a,b"))
    client.force_login(UserFactory())
    assert client.get(f"/jobs/{job.pk}/{path}").status_code == 404


def test_nobody_else_runs_a_job_again(client, job, queued):
    become(job, status="failed", finished_at=clock.now())
    client.force_login(UserFactory())
    assert client.post(f"/jobs/{job.pk}/again/").status_code == 404
    assert queued == []


def test_a_waiting_job_is_called_by_its_title_and_asks_for_itself(mine, job):
    shown = page(mine, job)
    assert "<h1>Counting sheep</h1>" in shown
    assert "Waiting" in shown
    assert f'hx-get="/jobs/{job.pk}/" hx-trigger="every 1s"' in shown
    assert f'<a class="button button-quiet" href="/jobs/{job.pk}/">' in shown


def test_a_running_job_says_how_far_it_is(mine, job):
    become(job, status="running", done=30, total=120)
    shown = page(mine, job)
    assert "30 of 120 done (25 %)" in shown
    assert '<progress id="job-progress" class="job-progress" max="100" value="25">' in shown


def test_htmx_gets_the_part_that_changes(mine, job):
    shown = page(mine, job, headers={"HX-Request": "true", "HX-Target": "job"})
    assert shown.strip().startswith('<div id="job"')
    assert "<html" not in shown


def test_a_job_that_is_done_asks_no_more(mine, job):
    become(job, status="done", finished_at=clock.now())
    shown = page(mine, job)
    assert "Finished" in shown
    assert "hx-get" not in shown.split('id="job"')[1].split("</div>")[0]
    assert "Download" not in shown


def test_a_job_that_is_done_shows_its_result(mine, job, settings, tmp_path):
    (tmp_path / "trial_result.html").write_text("<p>{{ result.sheep }} sheep</p>")
    first = settings.TEMPLATES[0]
    settings.TEMPLATES = [{**first, "DIRS": [*first["DIRS"], tmp_path]}]
    jobs.register("trial", lambda job, progress: {}, result_template="trial_result.html")
    become(job, status="done", finished_at=clock.now(), result={"sheep": 12})
    assert "<p>12 sheep</p>" in page(mine, job)


def test_a_file_can_be_taken_away(mine, job):
    job.output_file.save("result.csv", ContentFile(b"a,b"))
    become(job, status="done", finished_at=clock.now())
    assert f'href="/jobs/{job.pk}/file/"' in page(mine, job)
    response = mine.get(f"/jobs/{job.pk}/file/")
    assert b"".join(response.streaming_content) == b"a,b"
    assert response["Content-Disposition"] == 'attachment; filename="counting-sheep.csv"'
    assert "private" in response["Cache-Control"]


def test_a_job_without_a_file_has_none_to_take_away(mine, job):
    assert mine.get(f"/jobs/{job.pk}/file/").status_code == 404


def test_a_job_that_failed_says_why_and_can_be_run_again(mine, job, queued):
    become(job, status="failed", finished_at=clock.now(), error="The file has no header.")
    shown = page(mine, job)
    assert "The file has no header." in shown
    assert f'action="/jobs/{job.pk}/again/"' in shown
    response = mine.post(f"/jobs/{job.pk}/again/", follow=True)
    assert response.redirect_chain == [(f"/jobs/{job.pk}/", 302)]
    assert "The job has been started again." in response.content.decode()
    assert queued == [job.pk]


def test_a_job_that_did_not_fail_is_not_run_again(mine, job, queued):
    response = mine.post(
        f"/jobs/{job.pk}/again/",
        headers={"referer": f"http://testserver/jobs/{job.pk}/"},
        follow=True,
    )
    assert "Only a job that failed can be run again." in response.content.decode()
    assert queued == []


def test_reading_runs_nothing_again(mine, job):
    assert mine.get(f"/jobs/{job.pk}/again/").status_code == 405


def test_a_page_about_moving_work_is_never_kept(mine, job):
    assert "no-store" in mine.get(f"/jobs/{job.pk}/")["Cache-Control"]
