"""`marketfold studio`: what it opens, where it listens, and how it ends."""

from __future__ import annotations

import os
import secrets
import shlex
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path

import pytest
from tests.studio.visitor import Visitor
from typer.testing import CliRunner

from marketfold.cli.app import app
from marketfold.cli.summary import next_commands
from marketfold.errors import ParameterError
from marketfold.runs import Run
from marketfold.studio import Jobs, Studio, Workspace, open_orders, open_run
from marketfold.studio.server import _names

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")


@dataclass
class Running:
    """A studio in a process of its own."""

    process: subprocess.Popen[str]
    address_file: Path
    root: Path

    @property
    def visitor(self) -> Visitor:
        return Visitor(self.address_file.read_text("utf-8").strip(), self.root)

    def end(self, number: int) -> tuple[int, str, str]:
        self.process.send_signal(number)
        out, err = self.process.communicate(timeout=120)
        return self.process.returncode, out, err


@contextmanager
def running(root: Path, *words: str) -> Iterator[Running]:
    told = root / f"address-{secrets.token_hex(4)}.txt"
    command = [sys.executable, "-m", "marketfold", "studio", *words, "--no-browser", "--token-file", str(told)]
    with subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            end = time.monotonic() + 300
            while not told.exists():
                assert process.poll() is None, process.communicate()
                assert time.monotonic() < end
                time.sleep(0.05)
            yield Running(process, told, root)
        finally:
            process.kill()


@pytest.fixture
def orders(tmp_path: Path, examples: Path) -> Path:
    return Path(shutil.copy(examples / "sales.csv", tmp_path / "sales.csv"))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_says_where_it_is_and_ends_when_asked(tmp_path: Path, number: int):
    with running(tmp_path) as studio:
        assert studio.address_file.stat().st_mode & 0o777 == 0o600
        assert studio.visitor.enter().get("/").status == 200
        address = studio.visitor.address
        code, out, err = studio.end(number)
    assert (code, err) == (0, "")
    assert address in out
    assert "Everything stays on this machine" in out
    assert "Ctrl-C ends it" in out
    assert address.startswith("http://127.0.0.1:")


def test_a_file_opens_its_project_and_the_same_one_again(orders: Path):
    with running(orders.parent, orders.name) as studio:
        visitor = studio.visitor
        assert "/p/sales/data?token=" in visitor.address
        assert visitor.enter().get("/p/sales/data").status == 200
        (job,) = visitor.wait_for_jobs()
        assert (job.kind, job.state) == ("look", "done")
        studio.end(signal.SIGTERM)
    workspace = Workspace(orders.parent)
    jobs = Jobs(workspace.home / "jobs")
    assert open_orders(workspace, jobs, orders).key == "sales"
    assert len(workspace.projects()) == 1


def test_a_run_opens_with_its_file_its_settings_and_its_result(tmp_path: Path, made_run: Path):
    home = Path(shutil.copytree(made_run, tmp_path / "runs" / "spring"))
    workspace = Workspace(tmp_path)
    project = open_run(workspace, Jobs(workspace.home / "jobs"), home)
    assert (project.key, project.run, project.source) == ("spring", "runs/spring", None)  # its lines came from no file
    assert project.settings["clustering"]["segments"] == 3
    assert open_run(workspace, Jobs(workspace.home / "jobs"), home).key == "spring"


@pytest.mark.parametrize("name", ["orders of May.csv", "a'b.csv"])
def test_what_lies_elsewhere_is_refused_with_the_command_that_works(
    tmp_path: Path, examples: Path, monkeypatch: pytest.MonkeyPatch, name: str
):
    elsewhere, root = tmp_path / "else where", tmp_path / "root"
    for folder in (elsewhere, root):
        folder.mkdir()
    path = shutil.copy(examples / "sales.csv", elsewhere / name)
    monkeypatch.chdir(root)
    refused = CliRunner().invoke(app, ["studio", str(path), "--no-browser"])
    assert isinstance(refused.exception, ParameterError)
    told = str(refused.exception)
    assert str(root) in told
    program, command, *words = shlex.split(told[told.index("marketfold studio") :])
    assert (program, command) == ("marketfold", "studio")
    with running(tmp_path, *words) as studio:
        assert studio.visitor.enter().get("/").status == 200


def test_what_is_not_there_is_refused(tmp_path: Path):
    with pytest.raises(ParameterError, match="no folder"):
        Studio.open(tmp_path / "none")
    refused = CliRunner().invoke(app, ["studio", "none.csv", "--no-browser"])
    assert isinstance(refused.exception, ParameterError)
    with pytest.raises(ParameterError, match="no port 70000"):
        Studio.open(tmp_path, port=70_000)


def test_a_port_in_use_is_refused(tmp_path: Path):
    first = Studio.open(tmp_path)
    port = first.listening.getsockname()[1]
    with pytest.raises(ParameterError, match=f"port {port}"):
        Studio.open(tmp_path, port=port)
    first.listening.close()


def test_another_host_is_warned_of(tmp_path: Path):
    with running(tmp_path, "--host", "0.0.0.0") as studio:  # noqa: S104
        assert studio.visitor.enter().get("/").status == 200
        _, out, err = studio.end(signal.SIGTERM)
    assert "?token=" in out
    assert "not encrypted" in err


@pytest.mark.parametrize(
    ("host", "bound", "names"),
    [
        ("127.0.0.1", "127.0.0.1", ["127.0.0.1", "localhost"]),
        ("localhost", "127.0.0.1", ["127.0.0.1", "localhost"]),
        ("Mine.local", "127.0.1.1", ["127.0.1.1", "localhost", "mine.local"]),
        ("Shop.local", "192.168.0.7", ["shop.local", "192.168.0.7"]),
        ("192.168.7", "192.168.0.7", ["192.168.0.7"]),
        ("2001:0DB8:0:0:0:0:0:1", "2001:db8::1", ["[2001:db8::1]"]),
        ("fe80::1%eth0", "fe80::1", ["[fe80::1]"]),
    ],
)
def test_the_names_of_a_host(host: str, bound: str, names: list[str]):
    assert _names(host, ip_address(bound)) == names


def test_the_first_page_loads_nothing_heavy(tmp_path: Path, examples: Path):
    shutil.copy(examples / "sales.csv", tmp_path / "sales.csv")
    program = (
        "import sys, threading\nfrom pathlib import Path\nfrom tests.studio.visitor import Visitor\n"
        "from marketfold.studio import Studio\n"
        "opened = Studio.open(Path(sys.argv[1]))\nserver = opened.server()\n"
        "thread = threading.Thread(target=server.run, kwargs={'sockets': [opened.listening]})\nthread.start()\n"
        "assert Visitor(opened.address, Path(sys.argv[1])).enter().get('/').status == 200\n"
        "server.should_exit = True\nthread.join()\n"
        "heavy = {'tensorflow', 'keras', 'sklearn', 'plotly', 'pandas', 'scipy', 'duckdb'}\n"
        "print('LOADED', sorted(heavy & set(sys.modules)))\n"
    )
    shown = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path)], capture_output=True, text=True, check=True,
        cwd=Path(__file__).parents[2],
    )  # fmt: skip
    assert "LOADED []" in shown.stdout


def test_a_run_says_how_to_open_it(made_run: Path):
    command = next_commands(Run.read(made_run), but="run")[0]
    assert command == f"marketfold studio {made_run} --root {made_run.parent}"
