"""`python -m taker311`."""

import sys

from taker311.cli import main

sys.exit(main())
