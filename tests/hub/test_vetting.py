"""What may be asked to be vetted, by whom, how often; what of a look that failed is said; and that nothing is done
twice."""

import signal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guildmark.errors import AskedWrongly, ClaimError, GuildmarkError

pytestmark = pytest.mark.usefixtures("empty")


@pytest.mark.parametrize(
    ("text", "purl"),
    [
        ("pypi:silero-vad", "pkg:pypi/silero-vad"),
        (" pypi:Silero_VAD == 6.2.3 ", "pkg:pypi/silero-vad@6.2.3"),
        ("npm:left-pad@1.3.0", "pkg:npm/left-pad@1.3.0"),
        ("npm:@scope/name", "pkg:npm/%40scope/name"),
        ("npm:@scope/name@2.0.0", "pkg:npm/%40scope/name@2.0.0"),
        ("hf:org/model", "pkg:huggingface/org/model"),
        ("hf:datasets/org/data@main", "pkg:huggingface/datasets/org/data@main"),
        ("pkg:github/org/name@v1.0", "pkg:github/org/name@v1.0"),
        ("pkg:pypi/zope.interface@5.0", "pkg:pypi/zope.interface@5.0"),
    ],
)
def test_a_release_is_asked_by_its_place_and_its_name(text, purl):
    from guildmark_hub.vetting import asked

    assert asked.read(text) == purl


@pytest.mark.parametrize(
    "text",
    [
        "",
        "silero-vad",
        "/etc/passwd",
        "file:///etc/passwd",
        "./model",
        "folder:/",
        "git:https://127.0.0.1/x",
        "git:file:///etc",
        "https://example.org/x.whl",
        "pkg:generic/x?vcs_url=git%2Bfile:///etc",
        "pkg:generic/x?vcs_url=git+https://10.0.0.1/x",
        "pkg:pypi/x?repository_url=http://10.0.0.1",
        "pkg:pypi/x?file_name=x.whl",
        "pkg:pypi/x#sub",
        "pkg:pypi/a/b",
        "pkg:pypi/--index-url=http",
        "pkg:github/name",
        "pkg:github/a/../b",
        "pkg:github/../b",
        "pkg:github/a%2F..%2F..%2Fx/b",
        "pkg:github/a/b@../../x",
        "pkg:github/a%40evil.example/b",
        "pkg:huggingface/a/b/c/d",
        "pkg:docker/x",
        "pkg:pypi/",
        "pkg:",
        "pypi:",
        "npm:",
        "hf:",
        "pypi:x\n--limit",
        "pypi:x y",
        "pypi:" + "x" * 300,
        "pypi:\u202ex",
    ],
)
def test_what_is_no_release_of_a_place_that_is_asked_is_refused_in_words(text):
    from guildmark_hub.vetting import asked

    with pytest.raises(AskedWrongly) as raised:
        asked.read(text)
    assert raised.value.hint


@given(st.text(max_size=60) | st.builds("{}:{}".format, st.sampled_from(["pkg", "pypi", "npm", "hf"]), st.text()))
def test_any_text_is_a_purl_of_a_known_place_or_is_refused(text):
    from packageurl import PackageURL

    from guildmark_hub.vetting import asked

    try:
        purl = PackageURL.from_string(asked.read(text))
    except AskedWrongly:
        return
    assert purl.type in asked.PLACES
    assert not purl.qualifiers
    assert not purl.subpath
    assert asked.read(purl.to_string()) == purl.to_string()


def ended(code=2, errors="", broke="", output=b""):
    from guildmark_hub.vetting.bounded import Ran

    return Ran(code, output, errors, broke)


SAID = "noise\nguildmark: {}\n  {}\n"


@pytest.mark.parametrize(
    ("ran", "says", "hopeless"),
    [
        ({"broke": "seconds"}, "looking at it took longer than 30 minutes", True),
        ({"code": -signal.SIGXCPU}, "looking at it took longer than 30 minutes", True),
        ({"broke": "folder"}, "it is larger than what this hub vets, 2.0 GB", True),
        ({"broke": "output"}, "more is to be said of it than this hub takes", True),
        ({"code": -9}, "the vetting ended before it was done (SIGKILL)", False),
        ({"code": 7}, "the vetting ended before it was done (exit code 7)", False),
        ({"errors": SAID.format("no such project", "check")}, "no such project", True),
        (
            {"errors": SAID.format("x 1 holds 5000000000 bytes", "raise --limit expansion=BYTES")},
            "x 1 holds 5000000000 bytes; this hub vets up to 2.0 GB",
            True,
        ),
        (
            {"errors": SAID.format("it did not answer", "check the network or try again later")},
            "it did not answer",
            False,
        ),
        ({"errors": SAID.format("a fault of Guildmark's own: KeyError: 1", "please report it")}, None, False),
        ({"code": 0, "output": b"nonsense"}, "the vetting said something that is no report", False),
    ],
)
def test_a_look_that_failed_is_explained_and_tried_again_where_that_may_help(monkeypatch, ran, says, hopeless):
    from guildmark_hub.jobs.acts import Hopeless
    from guildmark_hub.vetting import looking

    monkeypatch.setattr(looking, "run", lambda *given: ended(**ran))
    with pytest.raises(GuildmarkError) as raised:
        looking.look("pkg:pypi/x", lambda says: None)
    assert says is None or raised.value.says == says
    assert isinstance(raised.value, Hopeless) is hopeless
    assert raised.value.hint


def test_an_answer_about_something_else_is_not_believed(monkeypatch):
    from tests.hub import editions

    from guildmark import plain
    from guildmark_hub.jobs.acts import Hopeless
    from guildmark_hub.vetting import looking

    told = plain.json(editions.assessment(name="other")).encode()
    monkeypatch.setattr(looking, "run", lambda *given: ended(0, output=told))
    with pytest.raises(Hopeless, match="spoke of pkg:pypi/other"):
        looking.look("pkg:pypi/guard", lambda says: None)
    assert looking.look("pkg:pypi/Other@1.0", lambda says: None).subject.name == "other"


def test_what_the_process_is_given_holds_nothing_of_the_hub(monkeypatch):
    from guildmark_hub.vetting import looking

    seen = {}
    monkeypatch.setenv("GUILDMARK_HUB_MAIL", "secret")
    monkeypatch.setattr(looking, "run", lambda words, given, *rest: seen.update(given) or ended(7))
    with pytest.raises(GuildmarkError):
        looking.look("pkg:pypi/x", lambda says: None)
    assert not [name for name in seen if "HUB" in name or "DJANGO" in name or "TOKEN" in name or "KEY" in name]
    assert "PATH" in seen


@pytest.fixture
def ada(database):
    from tests.hub import alliance

    return alliance.person("Ada")


def test_what_one_person_asks_twice_is_one_submission_and_what_two_ask_are_two(ada):
    from tests.hub import alliance

    from guildmark_hub.people.models import Act
    from guildmark_hub.vetting import acts

    first = acts.submit(ada, "pypi:guard")
    assert acts.submit(ada, "pkg:pypi/Guard") == first
    other = acts.submit(alliance.person("Ben"), "pypi:guard")
    assert other.job != first.job
    assert acts.ask("pkg:pypi/guard") == acts.ask("pkg:pypi/guard") != other
    assert [act.after for act in Act.objects.filter(did="vetting.submit", person=ada)] == [{"purl": "pkg:pypi/guard"}]


def test_one_person_has_so_many_open_and_so_many_a_day_and_staff_have_more(ada, monkeypatch):
    from datetime import timedelta

    from tests.hub import alliance

    from guildmark_hub.jobs.models import Job
    from guildmark_hub.vetting import acts
    from guildmark_hub.vetting.models import Submission

    for number in range(acts.OPEN_MOST):
        acts.submit(ada, f"pypi:a{number}")
    with pytest.raises(AskedWrongly, match="3 vettings of yours are not done yet"):
        acts.submit(ada, "pypi:b")
    for number in range(acts.DAY_MOST - acts.OPEN_MOST):
        Job.objects.update(state="done")
        acts.submit(ada, f"pypi:c{number}")
    Job.objects.update(state="done")
    with pytest.raises(AskedWrongly, match="asked for 20 vettings in 24 hours"):
        acts.submit(ada, "pypi:d")
    staff = alliance.person("Staff", staff=True)
    for number in range(acts.DAY_MOST + 1):
        acts.submit(staff, f"pypi:s{number}")
    for one in Submission.objects.filter(person=ada):
        one.asked_at -= timedelta(days=1)
        one.save()
    assert acts.submit(ada, "pypi:d")


def looked(monkeypatch, **outcomes):
    """The look finds this, without looking."""
    from tests.hub import editions

    from guildmark_hub.vetting import work

    made = editions.assessment(made_at=_now(), name="guard", **(outcomes or editions.GOOD))
    monkeypatch.setattr(work.looking, "look", lambda purl, tell: made)
    return made


def _now():
    from guildmark.download import now

    return now()


@pytest.fixture
def data(tmp_path):
    from django.test import override_settings

    with override_settings(DATA=tmp_path):
        yield tmp_path


def run_one():
    from guildmark_hub import worker
    from guildmark_hub.vetting import work

    crew = worker.Crew(worker.Work(work.HANDLERS, {}), 1)
    assert crew.one()


def test_what_is_found_is_signed_by_this_hub_and_its_entry_shows_it(ada, data, monkeypatch):
    from guildmark.attest import read_bundle
    from guildmark_hub.people.own import own, signer
    from guildmark_hub.vetting import acts
    from guildmark_hub.vetting.models import Submission

    made = looked(monkeypatch)
    one = acts.submit(ada, "pypi:guard")
    run_one()
    found = Submission.objects.get(pk=one.pk)
    assert found.job.state == "done"
    assert (found.claim.organisation, found.claim.digest, found.claim.slug) == (own(), made.subject.digest, "guard")
    assert found.claim.key.public == signer().public.line
    assert (found.claim.expires_at - found.claim.made_at).days == 30
    assert read_bundle(found.claim.bundle.raw).kind == "assessment"
    assert found.claim.bundle.person == ada
    assert found.job.gave["address"] == "/entry/guard/"


def test_a_worker_that_lost_its_job_publishes_nothing(ada, data, monkeypatch):
    from guildmark_hub.catalog.models import Bundle, Claim
    from guildmark_hub.jobs import acts as jobs
    from guildmark_hub.jobs.models import Job
    from guildmark_hub.vetting import acts, work

    looked(monkeypatch)
    one = acts.submit(ada, "pypi:guard")
    real = work.signing.signed
    monkeypatch.setattr(work.signing, "signed", lambda found: (jobs.cancel(one.job, None), real(found))[1])
    run_one()
    assert Job.objects.get().state == "cancelled"
    assert not Claim.objects.exists()
    assert not Bundle.objects.exists()


def test_what_cannot_be_published_is_given_up_with_the_reason(ada, data, monkeypatch):
    from guildmark_hub.vetting import acts, work

    looked(monkeypatch)

    def refuse(found):
        raise ClaimError("it has no digest", "vet it whole")

    monkeypatch.setattr(work.signing, "signed", refuse)
    one = acts.submit(ada, "pypi:guard")
    run_one()
    one.job.refresh_from_db()
    assert (one.job.state, one.job.hint) == ("dead", "vet it whole")
    assert one.job.says == "it was looked at, and cannot be published: it has no digest"


@pytest.fixture
def index(tmp_path):
    from django.conf import settings
    from django.test import override_settings
    from tests.hub import local_index

    address = local_index.write(tmp_path / "index", "lantern")
    with override_settings(VETTING_ENVIRONMENT=settings.VETTING_ENVIRONMENT | {"PIP_INDEX_URL": address}):
        yield address


def test_a_real_look_is_taken_in(ada, data, index):
    from guildmark_hub.vetting import acts
    from guildmark_hub.vetting.models import Submission

    acts.submit(ada, "pypi:lantern")
    run_one()
    found = Submission.objects.get()
    assert found.job.state == "done", found.job.says
    assert found.claim.purl == "pkg:pypi/lantern@1.0"


def test_a_real_look_at_what_is_not_there_is_given_up_and_one_at_a_place_that_is_silent_is_tried_again(index):
    from django.conf import settings
    from django.test import override_settings

    from guildmark_hub.jobs.acts import Hopeless
    from guildmark_hub.vetting import looking

    with pytest.raises(Hopeless, match="has no project other"):
        looking.look("pkg:pypi/other", lambda says: None)
    silent = settings.VETTING_ENVIRONMENT | {"PIP_INDEX_URL": "http://127.0.0.1:9/simple"}
    with override_settings(VETTING_ENVIRONMENT=silent), pytest.raises(GuildmarkError, match="did not answer") as raised:
        looking.look("pkg:pypi/other", lambda says: None)
    assert not isinstance(raised.value, Hopeless)


def test_a_real_look_at_what_is_too_large_is_refused_with_what_to_do(index, monkeypatch):
    from tests.sources.servers import Project, serving

    from guildmark_hub.jobs.acts import Hopeless
    from guildmark_hub.vetting import looking

    project = Project("large", "large-1.0.tar.gz")
    project.state("large-1.0.tar.gz", size=5_000_000_000)
    with serving(project.answer) as server:
        from django.conf import settings
        from django.test import override_settings

        there = settings.VETTING_ENVIRONMENT | {"PIP_INDEX_URL": f"{server.url}/simple"}
        with override_settings(VETTING_ENVIRONMENT=there), pytest.raises(Hopeless) as raised:
            looking.look("pkg:pypi/large", lambda says: None)
        assert server.paths() == ["/simple/large/"]
    assert raised.value.says == "large 1.0 holds 5000000000 bytes; this hub vets up to 2.0 GB"
    assert raised.value.hint == looking.YOURSELF
