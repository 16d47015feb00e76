"""What a command line would do, read as text: programs that are fetched or unpacked to be run, and thefts."""

from collections.abc import Iterator
from typing import NamedTuple

from guildmark import late

LONGEST = 100_000
INSERTED = late.compile(r"!`([^`\n]+)`")
"""A command in an agent's prompt or skill: it is run as that is read, and what it says takes its place."""
_SHELL = r"(?:/?(?:usr/)?bin/)?(?:ba|z|da|k)?sh\b|python[\d.]*\b|perl\b|ruby\b|node\b|source\b|iex\b"
_RULES = (
    (
        "fetched",
        rf"\b(curl|wget|fetch|lwp-request|iwr|irm|invoke-webrequest)\b[^|;&\n]*\|\s*((sudo|exec|env|nohup)\s+|\w+=\S*\s+)*({_SHELL})",
    ),
    ("fetched", rf"({_SHELL}|eval)\s+(-\w+\s+)*(<\(|[\"']?\$\(|[\"']?`)\s*(curl|wget)\b"),
    (
        "fetched",
        r"(?s)\b(curl|wget|bitsadmin|certutil|invoke-webrequest|iwr|start-bitstransfer)\b.{0,400}?(&&|;|\|\||\n)\s*"
        r"(chmod\s+(\+x|[0-7]*[1357][0-7]*|a\+x|u\+x)|(sudo\s+)?(ba|z)?sh\s|\./|/tmp/|start\s|start-process|python[\d.]*\s)",
    ),
    (
        "fetched",
        r"(?i)(iex|invoke-expression)\b.{0,200}(downloadstring|downloaddata|webclient|irm|iwr|invoke-restmethod)",
    ),
    (
        "fetched",
        r"(?i)(downloadstring|downloadfile|invoke-restmethod|irm|iwr)\b.{0,300}(iex|invoke-expression|start-process)",
    ),
    (
        "fetched",
        r"(?i)\bmshta\b\s+[\"']?(https?:|javascript:|vbscript:)|regsvr32\b.{0,60}/i:http|\bmsiexec\b.{0,60}https?:",
    ),
    (
        "hidden",
        rf"base64\s+(-d|-D|--decode)[^|\n]*\|\s*(\w+\s[^|\n]*\|\s*)?({_SHELL})|openssl\s+(enc|base64)\s[^|\n]*-d[^|\n]*\|\s*({_SHELL})",
    ),
    (
        "hidden",
        rf"(xz|gzip|bzip2|zcat|xxd|tr|uudecode)\b[^|\n]*\|[^;\n]*?(xz|gzip|bzip2|tr|xxd|base64)\s+[^|\n]*\|\s*({_SHELL})",
    ),
    (
        "hidden",
        r"\b(xz|unxz|xzcat|bunzip2|bzcat|xxd)\b[^|;\n]*\|\s*(/?bin/)?(ba|z)?sh\b|eval\s+[\"']?(\$\(|`)[^)`\n]*(base64|xxd|xz)\b",
    ),
    (
        "hidden",
        r"(?i)powershell(\.exe)?\b.{0,120}\s-e(nc|ncodedcommand|c)?\s+[\"']?[A-Za-z0-9+/=]{24,}|frombase64string\b.{0,200}(iex|invoke|load)",
    ),
    (
        "shell",
        r"/dev/(tcp|udp)/[^\s/]+/\d+|\bn(c|cat|etcat)\b[^|;\n]*\s-\w*[ec]\s|mkfifo\b[^\n]*\bnc\b|\bsocat\b[^\n]*exec:",
    ),
    (
        "sent",
        r"(?i)\b(curl|wget)\b[^;\n]*(\s(-d|--data\S*|-F|-T|--form|--upload-file|--post-(file|data))[= ]?\s*\S*?"
        r"(@?(~|\$HOME|/home|/root)?/?\.(ssh|aws|netrc|npmrc|pypirc|kube|docker|git-credentials|env\b)|\$\(\s*(env|printenv|set)\b|`\s*(env|printenv)\b|"
        r"/etc/(passwd|shadow)|/proc/self/environ))",
    ),
    (
        "sent",
        r"\b(env|printenv|set|cat\s+\S*\.(ssh|aws|netrc|npmrc|pypirc|env)\S*|cat\s+/etc/(passwd|shadow)|whoami|hostname|id)\s*(\|[^|;\n]*)*\|\s*(curl|wget|nc|ncat)\b",
    ),
    ("sent", r"\b(curl|wget|nslookup|dig|ping)\b[^;\n]*(\$\(|`)\s*(whoami|hostname|id|env|printenv|cat|pwd|uname)\b"),
    (
        "startup",
        r"(>>?|tee\s+(-a\s+)?)\s*[\"']?(~|\$HOME|/root|/home/\S+?)?/?\.(bashrc|bash_profile|zshrc|profile|zprofile|ssh/authorized_keys)",
    ),
    (
        "startup",
        r"(?i)\|\s*crontab\b|crontab\s+-(?!l|h|V)\s*\w*|>>?\s*/etc/(cron|rc\.local|systemd|profile)|reg(\.exe)?\s+add\b.{0,120}\\Run\b|schtasks\b.{0,40}/create",
    ),
    (
        "wiped",
        r"\brm\s+-\w*[rf]\w*\s+(-\S+\s+)*[\"']?(/|/\*|~|~/|\$HOME|/home|/etc)[\"']?/?\*?\s*($|[;&|\n])|\bmkfs\.|dd\s+if=/dev/(zero|urandom)\s+of=/dev/sd|\A\s*rm\s+-\w*[rf]\w*\s+\*\s*\Z|(?i:del\s+/[sfq]\s.{0,20}[a-z]:\\\*|format\s+c:)",
    ),
    (
        "weakened",
        r"(?i)\bnetsh\s+(advfirewall\s+)?firewall\s+(add|set|delete)|\b(Add|Set)-MpPreference\b|\bsc(\.exe)?\s+(create|stop|delete)\s+\w|"
        r"\bDisableAntiSpyware\b|\bsetenforce\s+0|\bufw\s+disable|\biptables\s+-F|\bspctl\s+--master-disable|\bcsrutil\s+disable|"
        r"\bvssadmin\s+delete|\bNew-Service\b",
    ),
    ("miner", r"stratum\+(tcp|ssl|tls)://|--donate-level|\bxmrig\b[^\n]*\s-o\s"),
)
_COMPILED = tuple((kind, late.compile(pattern)) for kind, pattern in _RULES)
_QUICK = late.compile(
    r"(?i)curl|wget|base64|\|\s*\S*sh\b|/dev/tcp|/dev/udp|\bnc\b|ncat|netcat|socat|powershell|iex|downloadstring|mshta|regsvr32|certutil|bitsadmin|"
    r"invoke-|msiexec|crontab|bashrc|zshrc|profile|authorized_keys|reg(\.exe)? add|schtasks|\brm -|mkfs|\bdd if|"
    r"stratum|donate|xmrig|printenv|nslookup|\bdig\b|"
    r"netsh|MpPreference|\bsc(\.exe)?\s|DisableAnti|setenforce|ufw|iptables|spctl|csrutil|vssadmin|New-Service|"
    r"openssl|xz|xxd|/etc/|del /|ping|\benv\b"
)
SAYS = {
    "fetched": "runs what it fetches",
    "hidden": "runs what it unpacks",
    "shell": "opens a shell to another machine",
    "sent": "sends secrets away",
    "startup": "writes where programs are started from",
    "wiped": "deletes what is not its own",
    "miner": "mines",
    "weakened": "weakens what guards the machine",
}


class Act(NamedTuple):
    """What a command line would do: its kind (a key of SAYS), and the piece that says so."""

    kind: str
    seen: str


def acts(line: str) -> Iterator[Act]:
    """The harmful acts of a command line or of a script for a shell, each kind once."""
    text = line[:LONGEST]
    if not _QUICK.search(text):
        return
    told: set[str] = set()
    for kind, pattern in _COMPILED:
        if kind not in told and (found := pattern.search(text)):
            told.add(kind)
            yield Act(kind, found[0][:160])
