"""The command line: each command parses, calls and prints."""

from __future__ import annotations

import sys

INTERRUPTED = 130


def main() -> None:
    """Run the command line; a deliberate error is printed without a traceback and ends with 2."""
    from marketfold.cli.app import app
    from marketfold.errors import EXIT_CODE, MarketfoldError

    try:
        app()
    except MarketfoldError as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(EXIT_CODE)
    except SystemExit as ended:
        if ended.code == INTERRUPTED:
            sys.stderr.write("Stopped. Nothing half-written was left.\n")
        raise
