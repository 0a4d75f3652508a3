"""How the studio ends."""

from __future__ import annotations

import socket
import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from tests.studio.conftest import served

from marketfold.studio import Studio

if TYPE_CHECKING:
    from pathlib import Path


def test_what_connects_while_the_studio_ends_is_ended_too(tmp_path: Path):
    """As browsers do that connect ahead; of hundreds some come when uvicorn has looked for the last time."""
    opened, held = Studio.open(tmp_path), list[socket.socket]()
    address = opened.listening.getsockname()

    def knock() -> None:
        with suppress(OSError):
            while True:
                held.append(socket.create_connection(address, timeout=1))
                time.sleep(0.0003)

    with served(opened) as server:
        held.append(socket.create_connection(address, timeout=60))
        knocking = threading.Thread(target=knock)
        knocking.start()
        while len(held) < 20:
            time.sleep(0.001)
    knocking.join(60)
    assert [one for one in server.server_state.connections if not one.transport.is_closing()] == []
    for one in held:
        one.close()
