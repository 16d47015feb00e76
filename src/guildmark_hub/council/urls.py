"""The addresses of the council."""

from django.urls import URLPattern, path

from guildmark_hub.council import ballot_views, decision_views, group_views, meeting_views, stake_views

app_name = "council"
GROUPS: list[URLPattern] = [
    path("groups/", group_views.every, name="groups"),
    path("groups/new/", group_views.new, name="group_new"),
    path("groups/steering/", group_views.steering, name="steering"),
    path("groups/<slug:slug>/", group_views.group, name="group"),
    path("groups/<slug:slug>/activate/", group_views.activate, name="activate"),
    path("groups/<slug:slug>/rest/", group_views.rest, name="rest"),
    path("groups/<slug:slug>/close/", group_views.close, name="close_group"),
    path("groups/<slug:slug>/join/", group_views.join, name="join"),
    path("groups/<slug:slug>/leave/", group_views.leave, name="leave"),
    path("groups/<slug:slug>/step-down/", group_views.step_down, name="step_down"),
    path("groups/<slug:slug>/appoint/", group_views.appoint, name="appoint"),
    path("groups/<slug:slug>/seats/<int:number>/end/", group_views.end_seat, name="end_seat"),
    path("groups/<slug:slug>/seats/<int:number>/chair/", group_views.chair, name="chair"),
    path("groups/<slug:slug>/charter/write/", group_views.write_charter, name="write_charter"),
    path("groups/<slug:slug>/charter/<int:number>/", group_views.charter, name="charter"),
    path("groups/<slug:slug>/meetings/new/", meeting_views.plan, name="plan_meeting"),
    path("groups/<slug:slug>/milestones/new/", meeting_views.milestone, name="milestone"),
    path("groups/<slug:slug>/milestones/<int:number>/end/", meeting_views.end_milestone, name="end_milestone"),
    path("groups/<slug:slug>/reports/<int:year>/", meeting_views.report, name="report"),
    path("groups/<slug:slug>/reports/<int:year>/write/", meeting_views.write_report, name="write_report"),
    path("meetings/<int:pk>/", meeting_views.meeting, name="meeting"),
    path("meetings/<int:pk>/edit/", meeting_views.replan, name="replan_meeting"),
    path("meetings/<int:pk>/answer/", meeting_views.answer, name="answer_meeting"),
    path("meetings/<int:pk>/minutes/", meeting_views.minutes, name="minutes"),
    path("meetings/<int:pk>/cancel/", meeting_views.cancel, name="cancel_meeting"),
    path("desk/waiting/", meeting_views.waits, name="waiting"),
]
PROPOSALS: list[URLPattern] = [
    path("proposals/", ballot_views.proposals, name="proposals"),
    path("groups/<slug:slug>/propose/", ballot_views.propose, name="propose"),
    path("proposals/<int:number>/", ballot_views.proposal, name="proposal"),
    path("proposals/<int:number>/revisions/<int:revision>/", ballot_views.revision, name="revision"),
    path("proposals/<int:number>/revisions/<int:revision>.txt", ballot_views.document, name="document"),
    path("proposals/<int:number>/revise/", ballot_views.revise, name="revise"),
    path("proposals/<int:number>/remark/", ballot_views.remark, name="remark"),
    path("proposals/<int:number>/last-call/", ballot_views.last_call, name="last_call"),
    path("proposals/<int:number>/withdraw/", ballot_views.withdraw, name="withdraw"),
    path("proposals/<int:number>/open/", ballot_views.open, name="open"),
    path("proposals/<int:number>/cast/", ballot_views.cast, name="cast"),
    path("proposals/<int:number>/close/", ballot_views.close, name="close"),
    path("ballots/<int:number>.json", ballot_views.record, name="record"),
]
CONFLICTS: list[URLPattern] = [
    path("conflicts/", stake_views.every, name="conflicts"),
    path("conflicts/declare/", stake_views.declare, name="declare"),
    path("conflicts/<int:pk>/end/", stake_views.end, name="end_conflict"),
]
DECISIONS: list[URLPattern] = [
    path("decisions/", decision_views.decisions, name="decisions"),
    path("decisions/<int:number>/", decision_views.decision, name="decision"),
    path("decisions/<int:number>/offered.json", decision_views.offered, name="offered"),
    path("decisions/<int:number>/sign/", decision_views.sign, name="sign"),
    path("decisions/<int:number>/bundle.json", decision_views.bundle, name="bundle"),
    path("decisions/<int:number>/svr.json", decision_views.result, name="svr"),
    path("proposals/<int:number>/impact.json", decision_views.impact, name="impact"),
    path("log/<path:path>", decision_views.log, name="log"),
]
urlpatterns: list[URLPattern] = [*CONFLICTS, *GROUPS, *PROPOSALS, *DECISIONS]
