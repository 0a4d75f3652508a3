from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import uvicorn
from tests.studio.runs import with_run
from tests.studio.visitor import Visitor

from marketfold.studio import Studio
from marketfold.studio.workspace import Project


@contextmanager
def served(opened: Studio, *, is_last: bool = False) -> Iterator[uvicorn.Server]:
    """A studio that answers meanwhile; nobody waits for the end of the last one of its root, which takes a while."""
    server = opened.server()

    def serve() -> None:
        server.run(sockets=[opened.listening])
        opened.listening.close()

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield server
    finally:
        server.should_exit = True
        if not is_last:
            thread.join(120)


@pytest.fixture
def stranger(tmp_path: Path) -> Iterator[Visitor]:
    """Somebody who knows the address of a studio that runs, and did not open it yet."""
    opened = Studio.open(tmp_path)
    with served(opened, is_last=True):
        yield Visitor(opened.address, tmp_path)


@pytest.fixture
def visitor(stranger: Visitor) -> Visitor:
    return stranger.enter()


@pytest.fixture
def project(visitor: Visitor, made_run: Path) -> Project:
    """A project with a run that was made with its settings."""
    return with_run(visitor.root, made_run)
