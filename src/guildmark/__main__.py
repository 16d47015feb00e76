"""`python -m guildmark`."""

import sys

from guildmark.commands import main

sys.exit(main())
