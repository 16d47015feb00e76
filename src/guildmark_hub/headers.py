"""What every answer tells the browser: to load nothing from elsewhere, to run nothing that stands in a page."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

Answering = Callable[[HttpRequest], HttpResponseBase]

PERMISSIONS = "camera=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()"


def headers(answer: Answering) -> Answering:
    """The middleware; a view may say a stricter policy of its own, and then that stands."""
    policy = "; ".join(f"{name} {value}" for name, value in settings.CONTENT_SECURITY_POLICY.items())

    def answered(request: HttpRequest) -> HttpResponseBase:
        response = answer(request)
        response.headers.setdefault("Content-Security-Policy", policy)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS)
        return response

    return answered
