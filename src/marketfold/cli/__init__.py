"""The command line: each command parses, calls and prints."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line; a deliberate error is printed without a traceback and ends with 2."""
    import click  # noqa: PLC0415  (nothing is imported before it is needed: help must come at once)

    from marketfold.cli.app import app  # noqa: PLC0415
    from marketfold.errors import EXIT_CODE, MarketfoldError  # noqa: PLC0415

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
