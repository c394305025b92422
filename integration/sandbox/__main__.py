"""`python -m integration.sandbox odoo|wms [options]` starts one stand-in and runs it until Ctrl-C."""

import sys
from importlib import import_module

SYSTEMS = {"odoo": "integration.sandbox.odoo.cli", "wms": "integration.sandbox.wms.cli"}


def main(arguments: list[str]) -> int:
    """Hand the remaining arguments to the `main(arguments) -> int` of the chosen system."""
    if not arguments or arguments[0] not in SYSTEMS:
        sys.stderr.write(f"usage: python -m integration.sandbox {{{'|'.join(SYSTEMS)}}} [options]\n")
        return 2
    code: int = import_module(SYSTEMS[arguments[0]]).main(arguments[1:])
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
