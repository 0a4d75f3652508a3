"""A limit of the shell that leaves no room is said before the work, for the libraries end in a segmentation fault."""

from __future__ import annotations

import subprocess
import sys

import pytest


def ended(command: str, megabytes: int) -> subprocess.CompletedProcess[str]:
    limited = f"ulimit -v {megabytes * 1024}; exec {sys.executable} -m marketfold {command}"
    return subprocess.run(["/bin/sh", "-c", limited], capture_output=True, text=True, check=False)


@pytest.mark.skipif(sys.platform != "linux", reason="the limit holds on Linux alone")
@pytest.mark.parametrize(("command", "needed"), [("run", "3.0"), ("inspect", "1.5"), ("score", "1.5")])
def test_too_little_address_space_is_refused_in_words(command: str, needed: str):
    told = ended(f"{command} nothing.csv", 700)
    assert told.returncode == 2
    assert f"0.7 GB, and marketfold {command} needs {needed} GB" in told.stderr
    assert "ulimit -v unlimited" in told.stderr


@pytest.mark.skipif(sys.platform != "linux", reason="the limit holds on Linux alone")
def test_help_needs_little_and_enough_is_enough():
    assert ended("--version", 700).returncode == 0
    assert "There is no file nothing.csv" in " ".join(ended("inspect nothing.csv", 1600).stderr.split())
