"""Spark as it is found here: the session that is there, or one of our own."""

from __future__ import annotations

import atexit
import importlib
import importlib.util
import math
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import warnings
from contextlib import suppress
from typing import IO, Any
from urllib.parse import urlsplit

from marketfold.errors import (
    EngineError,
    MarketfoldError,
    MissingDependencyError,
    ParameterError,
)
from marketfold.spark_says import GONE, listen_to, masked, said, text_of, told_in_words

CONNECT = "sc://"
_HERE = "local[*]"
_SECONDS = 5.0
"""So long a master may take to answer; Spark itself would try for a minute."""
_TRIES = 6
"""A question to Spark Connect waits a minute for a connection that is lost; PySpark's own 15 tries are ten minutes."""
_OF_CONNECT = ("grpc", "grpc_status", "google.rpc", "zstandard")
_OWN = {
    "spark.app.name": "marketfold",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.log.level": "ERROR",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.adaptive.coalescePartitions.parallelismFirst": "false",
    "spark.sql.maxPlanStringLength": "100k",
    "spark.sql.ui.retainedExecutions": "10",
    "spark.sql.execution.arrow.maxRecordsPerBatch": "100000",
}
"""Of a session of our own: stages tell the progress, small tables are not cut into many parts, and Java neither writes
down whole plans, which nobody reads, nor keeps many: those of 5 million customers' run filled 3 GB. Rows go to Python
in parts of the size of other engines' (`engine.PART_ROWS`)."""
_LOCAL = {
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.maxResultSize": "0",
    "spark.sql.adaptive.enabled": "false",
}
"""On this machine alone. A run asks many short questions: to ask each in several jobs takes twice as many of them. What
Java sends to Python leaves its memory part by part, whatever all of it takes."""
_QUICK_JAVA = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
_THOROUGH_JAVA = "-XX:+UseParallelGC"
"""Java takes the time to translate well what it runs: its tasks take half the processor seconds."""
QUICK_BYTES = 16_000_000
"""Files up to which that time is not won back: reading, cleaning and features of 17 MB (a million lines) take 90
processor seconds in the place of 85, and of 70 MB 174 in the place of 237 (before what is cached was one step)."""
SMALL_BYTES = 256_000_000
"""Files up to which Spark need not plan as it goes."""
PART_BYTES = 16_000_000
"""Of files: unpacked, some hundred megabytes, of which one is in memory whole when it comes home. When rows change
places each part writes one file for every other: 200 parts of 20 million lines took most of the time for that."""
_MANY_PARTS = 200
"""Spark's own number, of orders that may be very large."""
_PARTS = "marketfold.parts"
"""Setting of a session of our own: into how many parts the largest orders so far were cut."""
_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:/")
_NO_JAVA = re.compile(
    r"(?i)JAVA_HOME|java'?: .*(not found|no such file|not recognized|cannot execute|permission denied|is a directory)"
    r"|(locate|no) .*java runtime|UnsupportedClassVersion"
)
_NO_HEAP = re.compile(r"(?i)reserve enough|maximum heap|insufficient memory")
_REASON = re.compile(
    r"(?i)(?!Error occurred during).*\b(\w*error|\w*exception|unrecognized|could not|conflicting|invalid)\b"
)
"""A line in which Java, or what starts it, says why it does not run."""
_own: list[tuple[Any, str]] = []
"""The session of our own, and its master."""
_one_at_a_time = threading.Lock()


def is_address(place: str) -> bool:
    """Whether it is an address of files, and no table's name.

    >>> is_address("s3a://shop/orders"), is_address("shop.sales.orders")
    (True, False)
    """
    return _ADDRESS.match(place) is not None


def without_token(master: str) -> str:
    """The address of a master as it may be kept.

    >>> without_token("sc://spark.example:15002/;token=abc;user_id=ann")
    'sc://spark.example:15002/;user_id=ann'
    """
    return ";".join(part for part in master.split(";") if not part.lower().strip().startswith("token="))


def find_session(master: str | None = None, memory: str | None = None, *, n_bytes: int | None) -> Any:
    """The Spark session that is there, as it is; else one of our own, which ends with this process.

    Parameters
    ----------
    master
        Where Spark is to run, as in `local[4]`, `spark://host:7077` or `sc://host:15002`. Without one it is where
        Spark's own configuration says, else all cores of this machine.
    memory
        Of the driver, as in `2GB`; of a session of our own on this machine alone.
    n_bytes
        Size of the orders, None where nobody knows it: a session of our own on this machine cuts large ones into parts
        that fit, from then on. Its Java is that which suits the first.

    Raises
    ------
    MissingDependencyError
        If PySpark, Java or what Spark Connect needs is not installed.
    ParameterError
        If a session is there, and runs elsewhere than is asked for.
    EngineError
        If the master does not answer, or Spark does not start.
    """
    java = _QUICK_JAVA if n_bytes is not None and n_bytes <= QUICK_BYTES else _THOROUGH_JAVA
    with _one_at_a_time:
        session = _found_or_begun(master, memory, java)
    _cut_into_parts(session, n_bytes)
    return session


def _found_or_begun(master: str | None, memory: str | None, java: str) -> Any:
    found = _session_there()
    if found is not None:
        _refuse_another(found, master)
        return found
    remote = master or os.environ.get("SPARK_REMOTE", "")
    if remote.startswith(CONNECT):
        session = _connected(remote)
    else:
        if master is None and not {"SPARK_HOME", "SPARK_CONF_DIR"} & os.environ.keys():
            master = _HERE
        session = _begun(master, memory, java)
    _own[:] = [(session, remote or master or "")]
    return session


def _session_there() -> Any:
    """A session that somebody made, in this thread or another, or that `spark-submit` stands for; None where none."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it warns of versions of pandas, of which nothing here makes use
            from pyspark import SparkContext  # noqa: PLC0415  (slow, and only where Spark is asked for)
            from pyspark.sql import SparkSession  # noqa: PLC0415

            importlib.import_module("pyspark.testing.utils")  # PySpark loads it later, and it warns then
    except ImportError as error:
        raise MissingDependencyError(
            "Spark is not installed: pip install 'marketfold[spark]'. It needs Java 17 or later, too. Or leave out "
            "--engine, and the embedded engine reads."
        ) from error
    active = SparkSession.getActiveSession()
    if active is not None:
        return active
    for own, _ in _own:  # which another thread does not see; to ask for one anew would ask SPARK_REMOTE, too
        if not is_remote(own) and SparkContext._active_spark_context is own.sparkContext:  # noqa: SLF001
            return own
    begun = SparkContext._active_spark_context is not None  # noqa: SLF001  (there is no public question)
    submitted = "PYSPARK_GATEWAY_PORT" in os.environ
    return SparkSession.builder.getOrCreate() if begun or submitted else None


def _refuse_another(session: Any, master: str | None) -> None:
    if master is None:
        return
    own = next((where for one, where in _own if one is session), "")
    there = own or (CONNECT if is_remote(session) else session.sparkContext.master)
    if without_token(there) != without_token(master):
        raise ParameterError(
            f"A Spark session is there already, on {without_token(there)}, and is used as it is. Leave out "
            f"--master {without_token(master)}, or stop that session first."
        )


def _cut_into_parts(session: Any, n_bytes: int | None) -> None:
    """Let a session of our own on this machine cut what it has into parts that fit, at least one for each core."""
    if not (any(one is session for one, _ in _own) and runs_here(session)):
        return
    n_cores, settings = session.sparkContext.defaultParallelism, session.conf
    before = int(settings.get(_PARTS, "0"))  # of larger orders, which may still be worked on
    parts = _MANY_PARTS if n_bytes is None else max(n_cores, math.ceil(n_bytes / PART_BYTES), before)
    for name in (_PARTS, "spark.sql.shuffle.partitions"):
        settings.set(name, str(parts))
    chosen = any(one is session and master.startswith("local") for one, master in _own)
    if chosen and (n_bytes is None or n_bytes > SMALL_BYTES):
        settings.set("spark.sql.adaptive.enabled", "true")
        settings.set("spark.sql.adaptive.coalescePartitions.parallelismFirst", "true")  # or one core has all the work


def is_remote(session: Any) -> bool:
    """Whether a session is one of Spark Connect."""
    return ".connect." in type(session).__module__


def runs_here(session: Any) -> bool:
    """Whether Spark computes on this machine, and so sees its files."""
    return not is_remote(session) and session.sparkContext.master.startswith("local")


def _connected(master: str) -> Any:
    lacking = [name for name in _OF_CONNECT if not _is_there(name)]
    if lacking:
        raise MissingDependencyError(
            f"Spark Connect ({CONNECT}) needs more than PySpark: pip install 'marketfold[spark-connect]'. Not there: "
            f"{', '.join(lacking)}."
        )
    _refuse_silent(master)
    from pyspark.sql import SparkSession  # noqa: PLC0415

    with told_in_words(f"Spark at {without_token(master)}"):
        from pyspark.sql.connect.client.retries import DefaultPolicy  # noqa: PLC0415

        session: Any = SparkSession.builder.remote(master).getOrCreate()
        session.client.set_retry_policies([DefaultPolicy(max_retries=_TRIES)])
        _ = session.version  # the first question to it
    warnings.filterwarnings("ignore", r"\[RETRIES_EXCEEDED\]")  # by threads of PySpark's, too; it is said in words
    listen_to()
    atexit.register(_stop, session)
    return session


def _is_there(name: str) -> bool:
    try:
        return importlib.util.find_spec(name) is not None
    except ImportError:
        return False


def ask_once(session: Any) -> None:
    """Let a connection of our own that is lost be waited for no more: what is asked at the end is for tidiness."""
    if is_remote(session) and any(one is session for one, _ in _own):
        session.client.set_retry_policies([])


def _stop(session: Any) -> None:
    with suppress(Exception):  # it may be gone, and so are we
        ask_once(session)
        session.stop()


def _begun(master: str | None, memory: str | None, java: str) -> Any:
    """A session on a Java of our own, which speaks into a file that nobody reads unless it fails."""
    if master is not None and master.startswith("spark://"):
        _refuse_silent(master)
    from pyspark import SparkConf, SparkContext  # noqa: PLC0415
    from pyspark.java_gateway import launch_gateway  # noqa: PLC0415
    from pyspark.sql import SparkSession  # noqa: PLC0415

    is_local = master is not None and master.startswith("local")
    settings = _OWN | ({"spark.master": master} if master else {})
    if is_local:
        settings |= _LOCAL | {"spark.driver.extraJavaOptions": java}
    if memory and is_local:
        settings["spark.driver.memory"] = _as_java(memory)
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    log = tempfile.TemporaryFile()  # noqa: SIM115  (of the Java process, for as long as it lives)
    asked = signal.getsignal(signal.SIGINT)
    elsewhere = os.environ.pop("SPARK_REMOTE", None)  # with it PySpark begins nothing, whatever the master
    try:
        gateway = launch_gateway(SparkConf().setAll(list(settings.items())), {"stdout": log, "stderr": log})
        atexit.register(_end, gateway)
        SparkContext(conf=SparkConf().setAll(list(settings.items())), gateway=gateway)
        session: Any = SparkSession.builder.getOrCreate()
        listen_to(log)
        _let_end(session)
        atexit.register(_stop, session)  # before Java ends: what its Python workers say would break off
    except Exception as error:  # of PySpark, of Py4J, of Java: each in its own words
        raise _not_begun(error, log, master) from error
    finally:
        if elsewhere is not None:
            os.environ["SPARK_REMOTE"] = elsewhere
        if threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGINT, asked)  # PySpark's own asks Java first, in the middle of another question
    return session


def _let_end(session: Any) -> None:
    """Let Java end where a thread lacks memory, and that it ended be told once, where it is asked next.

    Where only the thread of Java ended that sends a result, PySpark would wait for that for ever; and its server of
    sums, whose client is gone, would write a traceback of its own. Neither has a public word.
    """
    with suppress(Exception):
        java = session._jvm  # noqa: SLF001
        uncaught = java.org.apache.spark.util.SparkUncaughtExceptionHandler(False)  # noqa: FBT003  (Java knows no names)
        java.java.lang.Thread.setDefaultUncaughtExceptionHandler(uncaught)
        server = session.sparkContext._accumulatorServer  # noqa: SLF001
        tell = server.handle_error
        server.handle_error = lambda *given: None if isinstance(sys.exception(), GONE) else tell(*given)


def _end(gateway: Any) -> None:
    """Java ends, with all that it keeps, and what is collected later asks it no more."""
    process: subprocess.Popen[bytes] = gateway.proc
    with suppress(Exception):  # it may be gone
        gateway.shutdown()
    with suppress(OSError, subprocess.TimeoutExpired):
        if process.stdin:
            process.stdin.close()
        process.wait(_SECONDS)
    if process.poll() is None:
        process.kill()
        process.wait()  # or its seconds would be nobody's


def _not_begun(error: Exception, log: IO[bytes], master: str | None) -> MarketfoldError:
    wrote = text_of(log) if "GATEWAY" in str(error) else ""
    lines = [line.strip(" .") for line in wrote.splitlines() if line.strip()]
    why = masked(next(filter(_REASON.match, lines), lines[0] if lines else ""))[:300]
    if _NO_HEAP.search(wrote):
        return EngineError(
            f"Java does not get the memory that it is to have: {why}. Mend --memory-limit or its options."
        )
    if _NO_JAVA.search(f"{error} {wrote}"):
        return MissingDependencyError(
            "Spark needs Java 17 or later, and finds none that runs. Install it (a JRE does), or say where it is with "
            "JAVA_HOME; or leave out --engine, and the embedded engine reads."
        )
    if why:
        return EngineError(f"Java does not start: {why}. Mend its options, or name another with JAVA_HOME.")
    where = f" on {without_token(master)}" if master else ""
    return EngineError(
        f"Spark does not start{where}: {said(error)}. Give --master as in local[4] or spark://host:7077."
    )


def _refuse_silent(master: str) -> None:
    """`EngineError` where nobody answers at an address: Spark would try for long, and say it in many lines."""
    scheme, _, places = master.partition("://")
    faults = []
    for place in places.partition("/")[0].partition(";")[0].split(","):
        host, port = _host_of(scheme, place)
        try:
            with socket.create_connection((host, port), timeout=_SECONDS):
                return
        except OSError as error:
            faults.append(f"{host}:{port} ({error.strerror or error})")
    raise EngineError(
        f"Nobody answers for Spark at {', '.join(faults)}. Check the --master, and that it runs and can be reached "
        "from this machine."
    )


def _host_of(scheme: str, place: str) -> tuple[str, int]:
    usual = 7077 if scheme == "spark" else 15002
    try:
        parts = urlsplit(f"//{place}")
        port = parts.port or usual
    except ValueError as error:
        raise ParameterError(f"--master {scheme}://{place} is no address: give {scheme}://host:{usual}.") from error
    return parts.hostname or "localhost", port


def _as_java(size: str) -> str:
    """A size as Java takes it.

    >>> _as_java("2GB"), _as_java("1.5 GiB")
    ('2048m', '1536m')
    """
    found = re.fullmatch(r"\s*([\d.]+)\s*([KMGT])i?B\s*", size, re.IGNORECASE)
    if found is None:
        raise ParameterError(f"--memory-limit {size} is a share, and Spark wants a size: give one such as 4GB.")
    mega = float(found[1]) * {"K": 1 / 1024, "M": 1, "G": 1024, "T": 1024**2}[found[2].upper()]
    return f"{max(512, round(mega))}m"  # Spark itself needs as much


def refuse_passing_table(session: Any, place: str) -> None:
    """`ParameterError` where a session of our own would forget a table when it ends."""
    kept = session.conf.get("spark.sql.catalogImplementation", "in-memory") != "in-memory"
    if not kept and any(one is session for one, _ in _own):
        raise ParameterError(
            f"{place} would be a table of a Spark session that forgets its tables when it ends. Give --out an address "
            "for a folder of Parquet files, as in file:///scored or s3a://shop/scored, or a file; or run it where a "
            "session with a catalogue is."
        )
