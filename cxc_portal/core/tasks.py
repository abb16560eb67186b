"""The portal's own background work: what the clock starts. Tasks take keys and call one service."""

from celery import shared_task
from django.core.management import call_command

from cxc_portal.core import jobs
from cxc_portal.core.mail import delivery


@shared_task(name="core.sweep_mails")
def sweep_mails() -> int:
    """Deliver every mail that is due; says how many went out."""
    return sum(delivery.deliver(mail_id) for mail_id in delivery.due_mail_ids())


@shared_task(name="core.sweep_jobs")
def sweep_jobs() -> int:
    """Start the jobs that were never queued or whose worker died; says how many."""
    return jobs.sweep()


@shared_task(name="core.clear_expired_sessions")
def clear_expired_sessions() -> None:
    call_command("clearsessions")
