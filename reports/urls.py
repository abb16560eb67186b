from django.urls import URLPattern, path

from reports.views import (
    alumni,
    hand_records,
    later,
    on_behalf,
    outreach,
    outreach_link,
    papers,
    review,
    stories,
    story,
    targets,
)

app_name = "reports"
urlpatterns: list[URLPattern] = [
    path("exchanges/<str:ref>/report/", review.report_review, name="report"),
    path("exchanges/<str:ref>/report/review/", review.report_review, name="report_review"),
    path(
        "exchanges/<str:ref>/report/<str:capacity>/on-behalf/",
        on_behalf.report_on_behalf,
        name="report_on_behalf",
    ),
    path("indicators/records/", hand_records.hand_records, name="hand_records"),
    path("indicators/records/new/", hand_records.new_hand_record, name="new_hand_record"),
    path("indicators/records/<int:pk>/", hand_records.hand_record, name="hand_record"),
    path(
        "indicators/records/<int:pk>/remove/",
        hand_records.remove_hand_record,
        name="remove_hand_record",
    ),
    path(
        "indicators/records/<int:pk>/proof/",
        hand_records.hand_record_proof,
        name="hand_record_proof",
    ),
    path("indicators/targets/", targets.targets, name="targets"),
    path("indicators/targets/<str:acronym>/<str:code>/", targets.target, name="target"),
    path("outreach/", outreach.outreach, name="outreach"),
    path("outreach/new/", outreach.new_outreach, name="new_outreach"),
    path("outreach/<int:pk>/", outreach.outreach_action, name="outreach_action"),
    path("outreach/<int:pk>/edit/", outreach.edit_outreach, name="edit_outreach"),
    path("outreach/<int:pk>/remove/", outreach.remove_outreach, name="remove_outreach"),
    path("outreach/<int:pk>/qr.<str:ending>", outreach.outreach_qr, name="outreach_qr"),
    path("o/<str:code>/", outreach_link.outreach_link, name="outreach_link"),
    path(
        "exchanges/<str:ref>/report/<str:capacity>/document/",
        papers.report_file,
        name="report_document",
    ),
    path(
        "exchanges/<str:ref>/certificate/<str:capacity>/", papers.certificate, name="certificate"
    ),
    path("exchanges/<str:ref>/story/", story.story, name="story"),
    path("stories/", stories.stories, name="stories"),
    path("stories/review/", stories.stories_desk, name="stories_desk"),
    path("stories/<int:pk>/", stories.story_page, name="story_page"),
    path("stories/<int:pk>/photo/", stories.story_photo, name="story_photo"),
    path("stories/<int:pk>/publish/", story.publish_story, name="publish_story"),
    path("stories/<int:pk>/return/", story.return_story, name="return_story"),
    path("stories/<int:pk>/withdraw/", story.withdraw_story, name="withdraw_story"),
    path("alumni/", alumni.alumni, name="alumni"),
    path("alumni/mine/", alumni.alumni_entry, name="alumni_entry"),
    path("exchanges/<str:ref>/later/<int:months>/", later.later, name="later"),
]
