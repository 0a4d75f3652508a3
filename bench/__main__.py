"""Every bench in turn, each in a process of its own: `python -m bench [NAME ...]`."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def main() -> None:
    """Run `bench/*_bench.py`, or those whose name begins with one of the words given."""
    found = sorted(path.stem for path in Path(__file__).parent.glob("*_bench.py"))
    wanted = [name for name in found if not sys.argv[1:] or name.startswith(tuple(sys.argv[1:]))]
    if not wanted:
        sys.exit(f"There is no such bench; there are {', '.join(found)}.")
    failed = []
    for name in wanted:
        print(f"\n== {name}", flush=True)
        if subprocess.run([sys.executable, "-m", f"bench.{name}"], check=False).returncode:
            failed.append(name)
    if failed:
        sys.exit(f"Failed: {', '.join(failed)}")


if __name__ == "__main__":
    main()
