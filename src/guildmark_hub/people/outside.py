"""On the way to a provider that says who somebody is: a page leads there, for no form of ours may lead elsewhere."""

from allauth.socialaccount.providers.openid_connect import views
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.utils.cache import add_never_cache_headers
from django.utils.http import url_has_allowed_host_and_scheme


def login(request: HttpRequest, provider_id: str) -> HttpResponseBase:
    """As allauth's, but that a redirect to another site becomes a page that goes on by itself.

    A browser holds a redirect that answers a form against `form-action` of our policy, and goes nowhere."""
    found: HttpResponseBase = views.login(request, provider_id)
    if not isinstance(found, HttpResponseRedirect) or url_has_allowed_host_and_scheme(found.url, None):
        return found
    answer: HttpResponse = render(request, "socialaccount/login_redirect.html", {"redirect_to": found.url})
    add_never_cache_headers(answer)
    return answer
