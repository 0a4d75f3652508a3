"""Whose the other end of a connection is, where both ends are on this machine and the system says it (Linux)."""

from __future__ import annotations

import socket
import struct
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

TELLS_OWNERS = sys.platform == "linux"
"""Whether the system says it at all."""
_TABLES = {socket.AF_INET: Path("/proc/net/tcp"), socket.AF_INET6: Path("/proc/net/tcp6")}


def owner_of(client: Sequence[str | int], server: Sequence[str | int]) -> int | None:
    """The number of the user whose process asks; None where that is not known.

    `client` and `server` begin with an address and a port, as ASGI and sockets tell them.
    """
    family = socket.AF_INET6 if ":" in str(client[0]) else socket.AF_INET
    try:
        wanted = [_as_listed(family, *end[:2]) for end in (client, server)]
        with _TABLES[family].open(encoding="ascii") as table:
            rows = (line.split() for line in table)
            return next((int(row[7]) for row in rows if row[1:3] == wanted), None)
    except (OSError, ValueError):
        return None


def _as_listed(family: socket.AddressFamily, address: str | int, port: str | int) -> str:
    """An end as the table writes it: words of four bytes in the order of this machine.

    >>> _as_listed(socket.AF_INET, "127.0.0.1", 80) in {"0100007F:0050", "7F000001:0050"}
    True
    """
    packed = socket.inet_pton(family, str(address).partition("%")[0])
    words = struct.unpack(f"={len(packed) // 4}I", packed)
    return f"{''.join(f'{word:08X}' for word in words)}:{int(port):04X}"
