"""The names, places and programs by which acts are told: what reaches out, starts programs or holds secrets."""

from functools import lru_cache

from guildmark import late


def _pieces(words: str) -> tuple[str, ...]:
    return tuple(words.split("|"))


NETWORK = late.compile(
    r"urllib\.request\.(urlopen|urlretrieve|build_opener\(\)\.open|URLopener\(\)\.\w+)|urllib2?\.(urlopen|urlretrieve)|"
    r"(requests|httpx|niquests|curl_cffi\.requests)\.(?:(?:Session|session|Client|AsyncClient)\(\)\.)?"
    r"(get|post|put|patch|delete|head|request|stream|send)|aiohttp\.(ClientSession\(\)\.(get|post|put|request)|request)|"
    r"urllib3\.(PoolManager|ProxyManager)\(\)\.(request|urlopen)|urllib3\.request|"
    r"http\.client\.HTTPS?Connection\(\)\.(request|connect|putrequest)|httplib2?\.\w+(\(\)\.request)?|"
    r"socket\.(socket\(\)\.(connect|connect_ex|sendto|sendall|send)|create_connection(\(\)\.(sendall|send))?)|ftplib\.FTP(_TLS)?(\(\)\.\w+)?|"
    r"smtplib\.SMTP(_SSL)?(\(\)\.\w+)?|telnetlib\.Telnet|paramiko\.SSHClient\(\)\.connect|pycurl\.Curl\(\)\.perform|"
    r"wget\.download|websocket(s)?\.(create_connection|connect|client\.connect)|boto3\.client\(\)\.(put_object|upload_file)|"
    r"dhooks\.Webhook\(\)\.send|discord_webhook\.DiscordWebhook\(\)\.execute|discord\.SyncWebhook\.from_url\(\)\.send|"
    r"discord\.Client\(\)\.run|telebot\.TeleBot\(\)\.\w+|asyncio\.open_connection|xmlrpc\.client\.ServerProxy\(\)\.\w+"
)
"""A connection is made or used."""
SENDING = late.compile(
    r".*\.(post|put|patch|request|send|sendall|sendto|urlopen|get|execute|upload_file|put_object|storbinary|sendmail|send_message|open|urlretrieve|head)"
)
LOOKUP = late.compile(
    r"socket\.(gethostbyname(_ex)?|getaddrinfo)|dns\.resolver\.(resolve|query)|dns\.resolver\.Resolver\(\)\.(resolve|query)"
)
PROCESS = late.compile(
    r"os\.(system|popen[234]?|startfile|exec[lv]p?e?|spawn[lv]p?e?|posix_spawnp?)|(asyncio\.)?subprocess\.(run|call|check_call|check_output|"
    r"Popen|getoutput|getstatusoutput)|asyncio\.create_subprocess_(exec|shell)|commands\.get(status)?output|pty\.spawn|"
    r"sh\.\w+|pexpect\.(spawn|run)|platform\.popen|posix\.system|nt\.system|_posixsubprocess\.fork_exec|"
    r"ctypes\.\w+\.LoadLibrary\(\)\.system|ctypes\.CDLL\(\)\.system|ctypes\.windll\.shell32\.ShellExecute[AW]"
)
PACKING = late.compile(
    r"(base64\.\w*decode\w*|binascii\.(a2b_\w+|unhexlify)|builtins\.(bytes|bytearray)\.fromhex|zlib\.decompress\w*(\(\)\.decompress)?|"
    r"(gzip|bz2|lzma|brotli|zstandard)\.decompress|marshal\.loads?|codecs\.decode\(\w+\)|cryptography\.fernet\.Fernet\(\)\.decrypt|"
    r"Crypto(dome)?\.Cipher\.\w+\.new\(\)\.decrypt\w*|rsa\.decrypt|nacl\..*\.decrypt|"
    r"cryptography\.hazmat\..*\.(update|finalize))"
)
"""What gives back bytes that nobody can read where they are written down."""
RUNS_CODE = late.compile(
    r"builtins\.(exec|eval|execfile)|types\.FunctionType|code\.InteractiveInterpreter\(\)\.run(code|source)|timeit\.timeit"
)
TELLS_A_TOKEN = late.compile(
    r"\b(gcloud\s+auth\s+(application-default\s+)?print-\S*token|gh\s+auth\s+token|az\s+account\s+get-access-token|"
    r"security\s+find-(generic|internet)-password|git\s+credential\s+fill|aws\s+configure\s+(get|export-credentials)|npm\s+token)\b"
)
"""A program that tells a token of its user."""
ASKS_AGENTS = late.compile(r"--dangerously-skip-permissions|--yolo\b|--trust-all-tools|--dangerously-bypass")
SOUGHT_BY_AGENTS = late.compile(
    r"(?i)\b(wallets?|keystores?|id_rsa|private keys?|seed phrases?|mnemonics?|credentials|\.env files?)\b"
)
HANDS_OVER = late.compile(
    r"send(_?(raw|message|document|photo|file|text|mail|data|transaction)\w*)?|post\w*|publish|upload\w*|create_(gist|issue|file|comment)"
)
INFO = late.compile(
    r"(socket\.(gethostname|getfqdn)|getpass\.getuser|os\.(getlogin|uname|getcwd)|platform\.(node|uname|platform))"
)
SECRET_PLACE = late.compile(
    r"(?i)(?P<keys>\.ssh([/\\]*$|[/\\]+(id_|authorized|known|config|\*))|id_(rsa|ed25519|ecdsa|dsa)\b|\.gnupg)|"
    r"(?P<cloud>\.aws[/\\]+(credentials|config)|\.azure[/\\]|gcloud[/\\](credentials|application_default|access_tokens)|"
    r"application_default_credentials|\.kube[/\\]+config|\.docker[/\\]+config\.json|169\.254\.169\.254|metadata\.google\.internal|"
    r"169\.254\.170\.2|secrets/kubernetes\.io/serviceaccount)|(?P<tokens>\.netrc\b|\.pypirc\b|\.npmrc\b|\.git-credentials|"
    r"\.config[/\\]gh[/\\]hosts|\.vault-token|\.cargo[/\\]credentials|\.env$|/proc/(self|\d*|…|\{\})/(environ|mem|maps))|"
    r"(?P<browser>User Data[/\\]|Login Data|\bLocal State$|[/\\]Web Data|cookies\.sqlite|logins\.json|key4\.db|"
    r"(Google|BraveSoftware|Yandex|Opera Software|Mozilla)[/\\]+(Chrome|Brave-Browser|YandexBrowser|Opera|Firefox)|"
    r"\.mozilla[/\\]firefox|\.config[/\\]google-chrome)|"
    r"(?P<wallet>wallet\.dat|Exodus[/\\]|\.electrum|Ethereum[/\\]keystore|\.ethereum|\.bitcoin|\bMetaMask|nkbihfbeogaeaoehlefnkodbefgpgknn|"
    r"Atomic[/\\]Local Storage|solana[/\\]id\.json)|(?P<chat>discord\w*[/\\]+Local Storage|Local Storage[/\\]+leveldb|"
    r"Telegram Desktop[/\\]tdata|Slack[/\\](Cookies|storage))|(?P<system>/etc/(shadow|passwd|sudoers)|"
    r"Security[/\\]SAM)|"
    r"(?P<history>\.(bash|zsh|python|psql|mysql)_history)"
)
"""Where credentials lie, by what they open; a name of each group is a kind of secret."""
OF_SECRET_PLACES = _pieces(
    ".ssh|id_rsa|id_ed25519|id_ecdsa|id_dsa|.gnupg|.aws|.azure|gcloud|application_default|.kube|.docker|169.254|"
    "metadata.google|kubernetes.io|.netrc|.pypirc|.npmrc|.git-credentials|.config/gh|.vault-token|.cargo|.env|/proc/|"
    "user data|login data|local state|web data|cookies.sqlite|logins.json|key4.db|chrome|brave|yandex|opera|firefox|"
    "wallet.dat|exodus|.electrum|ethereum|.bitcoin|metamask|nkbihfbeogaeaoehlefnkodbefgpgknn|atomic|solana|leveldb|"
    "discord|telegram|slack|/etc/|security|_history|gh/hosts|\\hosts"
)
"""A piece of each place, in small letters: where a source has none of them, it is not searched."""
DROP_OFF = late.compile(
    r"(?i)/api/webhooks/\d+/[\w-]+|/bot\d+:[\w-]+/|pastebin\.\w+(\.\w+)?/(raw|api)|webhook\.site|"
    r"\b(oast|interact)\.(sh|pro|live|me|fun|site|online)\b|\boastify\.|burpcollaborator|pipedream\.net|requestbin|requestcatcher|"
    r"\bngrok(-free)?\.(io|app|dev|com)|transfer\.sh|gofile\.io|anonfiles?\.|file\.io/|0x0\.st|\w{16,56}\.onion\b|serveo\.net|"
    r"trycloudflare\.com|beeceptor\.com|canarytokens|\.dnslog\.|\.ceye\.io|hookbin|rentry\.co/\w+/raw|glitch\.me|\bbit\.ly/|"
    r"https?://\d+\.\d+\.\d+\.\d+(?<!127\.0\.0\.1)(?<!0\.0\.0\.0)(?<!1\.1\.1\.1)(?<!8\.8\.8\.8)[:/]"
)
"""Places to which thieves let data be sent, or from which they take the next stage."""
STARTUP = late.compile(
    r"(?i)(\.(bashrc|bash_profile|zshrc|zprofile|profile|bash_aliases|zshenv|xinitrc)$|/etc/(cron|rc\.local|profile|init\.d|ld\.so\.preload)|"
    r"crontab|/var/spool/cron|LaunchAgents|LaunchDaemons|systemd/(system|user)|\.config/autostart|\.service$|"
    r"Start Menu[/\\]+Programs[/\\]+Startup|CurrentVersion[/\\]+Run|(site|user)customize\.py|"
    r"site-packages[/\\]\S*\.pth$|"
    r"\.git[/\\]hooks|\.ssh[/\\]+authorized_keys|\.github[/\\]workflows[/\\]\S+\.ya?ml$|"
    r"\bmcp\.json$|\.claude(\.json$|[/\\]+(settings\S*\.json|CLAUDE\.md|hooks|commands|skills|agents)\b)|"
    r"claude_desktop_config\.json$|\bcline_mcp_settings\.json$|\.(codex|gemini|windsurf|aider)\S*[/\\]\S+\.(json|toml|md)$|"
    r"\b(CLAUDE|AGENTS|GEMINI)\.md$|\.(cursor|windsurf|cline)rules\b|\.cursor[/\\]rules|copilot-instructions\.md$|"
    r"\.vscode[/\\](tasks|settings|launch)\.json$|Code[/\\]User[/\\](settings|tasks)\.json$|"
    r"\bpip[/\\]+pip\.(conf|ini)$|/etc/pip\.conf$|~[/\\]\.(npmrc|yarnrc|pypirc|gitconfig|condarc|pip[/\\]\S+)$|"
    r"\.config[/\\](git|fish|nvim|pip)[/\\]|\.vimrc$|/etc/(hosts|resolv\.conf|environment|ld\.so)|"
    r"\.ipython[/\\]\S*startup|\.(git-templates|githooks)\b|Microsoft\.PowerShell_profile)"
)
WALLET_FORM = late.compile(r"\{40\}|bc1[^\n]{0,40}[\[{(|]|\{2[5-9],|\[13\]\[a-km-zA-HJ-NP-Z")
"""A pattern by which addresses of wallets are found."""
REACHES = late.compile(r"(?i)https?://|\b(curl|wget|nslookup|certutil|bitsadmin)\b|windowstyle\s+hidden|-w\s+hidden")
BARE_SHELL = late.compile(r"(?i)(/(usr/)?bin/)?((ba|z|da|k)?sh|cmd(\.exe)?|powershell(\.exe)?|pwsh)(\s+-i)?")
CARRIES = late.compile(r"http|curl|\bgit\s+push\b|\b(scp|rsync|rclone|sftp|ftp|nc|ncat|gsutil|azcopy)\s|\baws\s+s3\b")
IN_MEMORY = late.compile(r"^/proc/[^/]{0,20}/fd/")
DOMAIN = late.compile(r"\.[\w-]+\.[a-zA-Z]{2,}\.?$")
ASKS = late.compile(r"(?i)\s(-{1,2}(version|help|v|query\S*|print\S*|list|show\S*)|version)\b")
OWN_PROGRAM = late.compile(
    r"(?s)(python[\d.]*|node|perl|ruby)\s+-(c|e)\s.*(exec|eval|base64|b64|urlopen|__import__|socket|requests|http)"
)
LAUNCHES = late.compile(
    r"(?i)(powershell|pwsh|wscript|cscript|mshta|rundll32|regsvr32|start|cmd(\.exe)?\s+/c\s+start|nohup|setsid|nc|ncat|socat|telnet|"
    r"schtasks|reg(\.exe)? add|crontab|systemctl|launchctl load|at|ssh|scp|ftp|tftp|chattr|useradd|"
    r"net user)(\.exe)?(\s|$)"
)
QUIET = late.compile(
    r"^\s*(nvidia-smi|rocm-smi|rocminfo|hipconfig|nvcc|git|hg|svn|uname|sw_vers|sysctl|lscpu|ldconfig|ldd|which|where|whereis|"
    r"type|file|gcc|g\+\+|cc|c\+\+|clang\+*|ld|llvm-config\S*|pkg-config|\S+-config|cmake\S*|make|gmake|ninja|meson|rustc|cargo|go|javac?|"
    r"node|npm|npx|yarn|pnpm|bun|xcrun|xcodebuild|xcode-select|brew|locale|hostname|id|whoami|tput|stty|clear|cls|color|chcp|echo|"
    r"mode|ver|date|true|test|ls|cat|grep|sed|awk|python\S*|py|pip\S*|pandoc|protoc|swig|cython\S*|f2py\S*|gfortran|f77|ar|ranlib|strip|"
    r"install_name_tool|otool|lipo|codesign|patchelf|autoreconf|autoconf|automake|libtoolize|\.?/?(configure|autogen\.sh|bootstrap\S*)|"
    r"cp|mv|rm|mkdir|ln|tar|unzip|patch|find|dpkg\S*|rpm|apt-cache|lsb_release|getconf|arch|nproc|free|df|ps|tasklist|dumpbin|vswhere\S*|"
    r"cl|link|msbuild|nm|objdump|readelf|ffmpeg|ffprobe|R|Rscript|julia|dot|gs|convert|soffice|tesseract|wmic|msgfmt|sphinx-build|"
    r"ruby|perl|docker|podman|conda|mamba|uv|twine|setup\.py|reg query|update-mime|gunzip|gzip|touch|chmod|sh|"
    r"bash|pyside\d*-\S+|"
    r"pyuic\S*|pyrcc\S*|lrelease\S*|windres|rc|nasm|yasm|flex|bison|mpicc|mpicxx|mpirun|mpiexec|h5cc|nc-config|gdal-config|"
    r"curl-config|kextstat|loginctl|launchctl list|ioreg|scutil|networksetup|defaults read|osascript|"
    r"system_profiler|fc-list)"
    r"(\.exe|\.bat)?(?![\w/])"
)
"""Programs that build, or tell of the machine; what they are given is read besides (`command_lines`)."""
MAY_ACT = late.compile(
    rb"\b(exec|eval|execfile|__import__|import_module|runpy|subprocess|popen\w*|spawn\w*|startfile|execv\w*|execl\w*|posix_spawn\w*|"
    rb"socket|urlopen|urlretrieve|urllib2?(?!\.parse\b)|urllib3|requests|httpx|aiohttp|httplib2?|http\.client|niquests|curl_cffi|pycurl|"
    rb"ctypes|marshal|__builtins?__|builtins|winreg|_winreg|pyperclip|clipboard|pyarmor\w*|ftplib|smtplib|telnetlib|xmlrpc|paramiko|telebot|"
    rb"discord\w*|dhooks|websockets?|wget|pty|pexpect|code|rmtree|keyring|win32crypt|browser_cookie3|atexit|posix|nt|boto3|FunctionType|"
    rb"CodeType|__subclasses__|__getattribute__|__globals__|dup2|commands|environ|bashrc|crontab|LaunchAgents|sh)\b"
    rb"|(?<!platform)\.system\b|\bsystem\b.{0,40}\bimport|\bimport\b.{0,80}\bsystem\b|import[ \t]+\*|"
    rb"(?<!re\.)(?<!torch\.)\bcompile\("
    rb"|\b(authorized_keys|git[/\"', ]+hooks|usercustomize|sitecustomize|get_type_hints|pynput|"
    rb"open_connection|win32clipboard|Unpickler|ImageGrab|removedirs|dns\.resolver|eval_str)\b|\.pth\b"
)
"""Without one of these a file of Python reaches nothing, but by way of REFLECTION."""
REFLECTION = late.compile(rb"\b(getattr|attrgetter|methodcaller|vars|globals|locals|__dict__|sys\.modules)\b")
REFLECTED = late.compile(rb"\b(os|sys|importlib|codecs|base64|zlib|http|asyncio)\b")


_ERASES = ((b"walk", b"rglob"), (b"expanduser", b"home()"), (b"remove", b"unlink", b"rmtree"))
"""One word of each: what deletes every file of the user."""
_PLACES = (
    *(b"pip.conf", b"pip.ini", b"mcp.json", b"CLAUDE.md", b"AGENTS.md", b".claude", b".cursor", b".vscode", b"npmrc"),
    *(b"pypirc", b"gitconfig", b".vimrc", b".zshrc", b"/etc/", b"systemd/", b"autostart", b"git-templates"),
)
"""Places that editors, agents and package managers take orders from."""
_WORD = late.compile(rb"\w+")
_ACTING = frozenset(
    b"CodeType FunctionType ImageGrab LaunchAgents Unpickler __builtin__ __builtins__ __getattribute__ __globals__ "
    b"__import__ __subclasses__ _winreg aiohttp atexit authorized_keys bashrc boto3 browser_cookie3 builtins "
    b"clipboard code commands crontab ctypes curl_cffi dhooks dup2 environ eval eval_str exec execfile ftplib "
    b"get_type_hints httplib httplib2 httpx import_module keyring marshal niquests nt open_connection paramiko "
    b"pexpect posix pty pycurl pynput pyperclip removedirs requests rmtree runpy sh sitecustomize smtplib socket "
    b"startfile subprocess telebot telnetlib urllib3 urlopen urlretrieve usercustomize websocket websockets wget "
    b"win32clipboard win32crypt winreg xmlrpc find_spec spec_from_file_location SourceFileLoader SourcelessFileLoader "
    b"HTTPHandler SocketHandler SMTPHandler solana solders web3 base58".split()
)
"""The plain words of MAY_ACT."""
_PERHAPS = frozenset(
    b"__dict__ attrgetter compile dns getattr globals hooks http locals methodcaller modules pth rglob system "
    b"urllib urllib2 vars walk".split()
)
"""Words of the others of its forms, of REFLECTION and of what erases: one of them is in all that these take."""
_ACTING_BEGIN = (b"popen", b"spawn", b"execv", b"execl", b"posix_spawn", b"pyarmor", b"discord")
_ALL_NAMES = late.compile(rb"import[ \t]+\*")


def names(source: bytes) -> frozenset[bytes]:
    """The words of a source."""
    return frozenset(_WORD.findall(source))


def may_act(source: bytes, found: frozenset[bytes] = frozenset()) -> bool:
    """Whether a source could reach anything: told by its words (`found`), before any tree is made."""
    found = found or names(source)
    if not found.isdisjoint(_ACTING) or any(name.startswith(_ACTING_BEGIN) for name in found):
        return True
    if any(place in source for place in _PLACES):
        return True
    if found.isdisjoint(_PERHAPS) and not _ALL_NAMES.search(source):
        return False
    if MAY_ACT.search(source) or (REFLECTION.search(source) and REFLECTED.search(source)):
        return True
    return all(any(word in source for word in words) for words in _ERASES)


@lru_cache(1 << 14)
def sort(name: str) -> str:
    """Which sort of call a dotted name is: code, process, network, lookup, packing, info, or none of them."""
    for word, pattern in (
        ("code", RUNS_CODE),
        ("process", PROCESS),
        ("network", NETWORK),
        ("lookup", LOOKUP),
        ("packing", PACKING),
        ("info", INFO),
    ):
        if pattern.fullmatch(name):
            return word
    return ""
