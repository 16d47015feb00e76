"""What an example says of itself: on every page, with every answer, and in what can be taken along."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase

from guildmark_hub.people import own

HEADER = "X-Guildmark-Example"
SAYS = "Example: everything here is invented"
Answering = Callable[[HttpRequest], HttpResponseBase]


def watermark(answer: Answering) -> Answering:
    """The middleware: each answer of an example has its header, and asks search engines to leave it alone."""

    def answered(request: HttpRequest) -> HttpResponseBase:
        response = answer(request)
        if own.is_example():
            response.headers[HEADER] = "1"
            response.headers["X-Robots-Tag"] = "noindex"
        return response

    return answered


def says() -> str:
    """The sentence that an example puts on its pages; empty where this is none."""
    return SAYS if own.is_example() else ""


def headers() -> dict[str, str]:
    """What goes with all that an example sends by itself."""
    return {HEADER: "1"} if own.is_example() else {}


def context(request: HttpRequest) -> dict[str, str]:
    """The same for the pages of staff."""
    return {"watermark": says()}


def named(name: str) -> str:
    """A name as it leaves this hub: that of an example says that it is one."""
    return f"{name} (example)" if own.is_example() and "example" not in name.casefold() else name


def subject(line: str) -> str:
    """The subject of a mail."""
    return f"[Example] {line}" if own.is_example() else line


def letter(text: str) -> str:
    """The text of a mail."""
    return f"{SAYS}.\n\n{text}" if own.is_example() else text
