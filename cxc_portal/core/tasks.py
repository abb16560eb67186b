"""The portal's own background work: what the clock starts. Tasks take keys and call one service."""

from celery import shared_task
from django.core.management import call_command

from cxc_portal.core import documents, jobs
from cxc_portal.core.mail import delivery, pacing


@shared_task(name="core.sweep_mails")
def sweep_mails() -> int:
    """Deliver every mail that is due; says how many went out."""
    return delivery.sweep()


@shared_task(name="core.post_letters")
def post_letters() -> int:
    """Make and send the letters of the day for whom it is time; says how many went out."""
    return pacing.post()


@shared_task(name="core.sweep_jobs")
def sweep_jobs() -> int:
    """Start the jobs that were never queued or whose worker died; says how many."""
    return jobs.sweep()


@shared_task(name="core.sweep_documents")
def sweep_documents() -> int:
    """Make the documents that were never queued or whose worker died; says how many."""
    return documents.sweep()


@shared_task(name="core.forget_old_jobs")
def forget_old_jobs() -> int:
    """Remove jobs that ended long ago; says how many."""
    return jobs.forget_old()


@shared_task(name="core.clear_expired_sessions")
def clear_expired_sessions() -> None:
    call_command("clearsessions")
