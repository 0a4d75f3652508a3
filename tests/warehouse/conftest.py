"""Warehouses to run the statements in: a PostgreSQL server of the tests' own, on a socket and no port."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

_OWNER = "postgres"
"""User of the system's package: the server refuses to be run by root."""


def _program(name: str) -> str | None:
    places = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    return shutil.which(name) or (str(places[-1]) if places else None)


class _Server:
    def __init__(self, home: Path) -> None:
        self.home = home
        self.as_owner: list[str] = []
        if os.geteuid() == 0:
            owner = pwd.getpwnam(_OWNER)
            os.chown(home, owner.pw_uid, owner.pw_gid)
            self.as_owner = ["setpriv", f"--reuid={owner.pw_uid}", f"--regid={owner.pw_gid}", "--clear-groups"]

    def run(self, name: str, *arguments: str) -> None:
        command = [*self.as_owner, str(_program(name)), *arguments]
        log = self.home / "commands.log"
        with log.open("a", encoding="utf-8") as said:
            done = subprocess.run(command, cwd=self.home, stdout=said, stderr=said, check=False, env={"LC_ALL": "C"})
        assert done.returncode == 0, log.read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def postgres() -> Iterator[Any]:
    """A connection to a PostgreSQL of its own, which ends with the tests."""
    if _program("initdb") is None:
        if os.environ.get("CI"):
            pytest.fail("PostgreSQL is not here, and in CI it must be: sh tests/system_packages.sh")
        pytest.skip("PostgreSQL is not here: sh tests/system_packages.sh")
    import psycopg  # noqa: PLC0415  (only where a server is)

    home = Path(tempfile.mkdtemp(prefix="marketfold-pg-"))
    server = _Server(home)
    data = str(home / "data")
    try:
        server.run(
            "initdb", "--pgdata", data, "--username", _OWNER, "--auth", "trust", "--encoding", "UTF8", "--no-sync"
        )
        quick = f"-k {home} -c listen_addresses='' -c fsync=off -c jit=off"
        server.run("pg_ctl", "start", "--wait", "--pgdata", data, "--log", str(home / "server.log"), "--options", quick)
        try:
            with psycopg.connect(host=str(home), user=_OWNER, dbname=_OWNER, autocommit=True) as connection:
                yield connection
        finally:
            server.run("pg_ctl", "stop", "--wait", "--mode", "immediate", "--pgdata", data)
    finally:
        shutil.rmtree(home, ignore_errors=True)
