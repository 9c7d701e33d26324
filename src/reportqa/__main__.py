"""``python -m reportqa``: the command line."""

import sys

from reportqa.cli import main

sys.exit(main())
