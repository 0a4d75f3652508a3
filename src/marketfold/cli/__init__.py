"""The command line: each command parses, calls and prints."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line; a deliberate error is printed without a traceback and ends with 2."""
    import click

    from marketfold.cli.app import app
    from marketfold.errors import EXIT_CODE, MarketfoldError

    try:
        code = app(standalone_mode=False)
    except MarketfoldError as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(EXIT_CODE)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        sys.stderr.write("Stopped. Nothing half-written was left.\n")
        sys.exit(130)
    sys.exit(code if isinstance(code, int) else 0)
