"""Processor seconds of `import marketfold` and `marketfold --help` beside a bare `import numpy`: ten in turn."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from statistics import median

ROUNDS, MOST = 10, 3.0
NUMPY = "import numpy"
STARTS = {
    NUMPY: ("-c", NUMPY),
    "import marketfold": ("-c", "import marketfold"),
    "marketfold --help": ("-m", "marketfold", "--help"),
}


def spent(words: tuple[str, ...]) -> float:
    """Processor seconds of a Python that does this, user and system."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    one_thread = os.environ | {"OMP_NUM_THREADS": "1"}
    subprocess.run([sys.executable, *words], env=one_thread, stdout=subprocess.DEVNULL, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    """Print the medians, and end with 1 where one of ours is beyond the target."""
    took = [{name: spent(words) for name, words in STARTS.items()} for _ in range(ROUNDS)]
    middle = {name: median(one[name] for one in took) for name in STARTS}
    for name, seconds in middle.items():
        print(f"{name:18} {seconds:.3f} s, {seconds / middle[NUMPY]:.1f} times")
    sys.exit(max(middle.values()) > MOST * middle[NUMPY])


if __name__ == "__main__":
    main()
