"""`python -m integration.sandbox.wms [options]`."""

import sys

from integration.sandbox.wms.cli import main

sys.exit(main(sys.argv[1:]))
