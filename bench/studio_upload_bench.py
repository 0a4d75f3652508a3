"""Memory and seconds of the studio's server while a large file is dropped into it."""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tempfile
import time
from http.client import HTTPConnection
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator

BLOCK = b"Customer,Date,Total\n" + b"".join(b"c%06d,2024-02-13,9.50\n" % n for n in range(40_000))
SERVE = """
import sys
from pathlib import Path
from marketfold.studio import Studio
studio = Studio.open(Path(sys.argv[1]))
print(studio.address, flush=True)
studio.run()
"""


def blocks(n_bytes: int) -> Iterator[bytes]:
    """So many bytes of an order file."""
    while n_bytes > 0:
        yield BLOCK[:n_bytes]
        n_bytes -= len(BLOCK)


def most_memory(process: int) -> float:
    """Most memory that a process has held so far, in MB."""
    found = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{process}/status").read_text(encoding="ascii"))
    return int(found[1]) / 1000 if found else float("nan")


def main() -> None:
    """Drop a file, and print what it took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=int, default=500)
    n_bytes = parser.parse_args().megabytes * 1_000_000
    with tempfile.TemporaryDirectory() as root:
        command = [sys.executable, "-c", SERVE, root]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
            address = urlsplit(server.stdout.readline().strip() if server.stdout else "")
            connection = HTTPConnection(address.netloc)
            connection.request("GET", f"/?{address.query}")
            opened = connection.getresponse()
            opened.read()
            cookie = (opened.headers["set-cookie"] or "").partition(";")[0]
            before, begun = most_memory(server.pid), time.perf_counter()
            headers = {"Cookie": cookie, "Origin": f"http://{address.netloc}", "Content-Length": str(n_bytes)}
            connection.request("POST", "/upload?name=large.csv", blocks(n_bytes), headers)
            answer = connection.getresponse()
            took, after = time.perf_counter() - begun, most_memory(server.pid)
            memory = f"server {before:.0f} -> {after:.0f} MB at most"
            print(f"{answer.status}: {n_bytes / 1e6:.0f} MB in {took:.1f} s; {memory}")
            server.terminate()


if __name__ == "__main__":
    main()
