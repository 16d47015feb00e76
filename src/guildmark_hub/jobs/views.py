"""The page of jobs, for those who run the hub: what runs, what waits, what was given up and why."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect

from guildmark_hub.jobs import acts
from guildmark_hub.jobs.models import Job
from guildmark_hub.people.doors import door, person_of, show

MOST = 100
"""Jobs that each list shows."""
LISTS = (
    ("dead", "Given up", "Every job that failed at its last try, or without hope.", "-ended_at"),
    ("running", "Running", "What workers do now.", "began_at"),
    ("waiting", "Waiting", "What is to be done, and what will be tried again.", "not_before"),
)


@door("staff", methods=("GET", "HEAD"))
def jobs(request: HttpRequest) -> HttpResponse:
    """All jobs that have not ended well."""
    lists = []
    for state, title, says, order in LISTS:
        rows = Job.objects.filter(state=state).select_related("person").order_by(order, "pk")
        lists.append({"id": state, "title": title, "says": says, "count": rows.count(), "rows": rows[:MOST]})
    return show(request, "jobs/jobs", {"lists": lists, "most": MOST})


@door("staff", methods=("POST",))
def again(request: HttpRequest, pk: int) -> HttpResponse:
    """Try a job again that was given up."""
    acts.again(_job(pk), person_of(request))
    return redirect("jobs:jobs")


@door("staff", methods=("POST",))
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a job up for good."""
    acts.cancel(_job(pk), person_of(request))
    return redirect("jobs:jobs")


def _job(pk: int) -> Job:
    found = Job.objects.filter(pk=pk).first()
    if found is None:
        raise Http404("There is no such job")
    return found
