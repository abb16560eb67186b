from django.urls import path

from cxc_portal.core.views import clock, health, jobs, links, mailbox, styleguide, verify

app_name = "core"
urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("styleguide/", styleguide.styleguide, name="styleguide"),
    path("mailbox/", mailbox.mailbox, name="mailbox"),
    path("mailbox/<int:pk>/", mailbox.read, name="mail"),
    path("mailbox/<int:pk>/html/", mailbox.read_html, name="mail_html"),
    path("mailbox/<int:pk>/send/", mailbox.send_now, name="send_mail_now"),
    path("clock/", clock.clock_page, name="clock"),
    path("go/<uuid:key>/", links.go, name="go"),
    path("go/<uuid:key>/new/", links.renew, name="new_link"),
    path("go/<uuid:key>/<str:token>/", links.enter, name="enter"),
    path("mails/<uuid:key>/<str:token>/fewer/", links.fewer_mails, name="fewer_mails"),
    path("jobs/<int:pk>/", jobs.job, name="job"),
    path("jobs/<int:pk>/file/", jobs.job_file, name="job_file"),
    path("jobs/<int:pk>/again/", jobs.job_again, name="job_again"),
    path("verify/", verify.verify, name="verify"),
    path("verify/<str:code>/", verify.verify_code, name="verify_code"),
]
