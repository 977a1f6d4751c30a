"""A cluster of Spark on loopback against one process: `python prove.py --rows ROWS`.

Starts a master and two workers with bounded memory, makes the histogram table with sre_stats_spark at 1, 2 and 7 partitions, and compares
it byte by byte with that of one process and with exact arithmetic. Then kills an executor in the map stage, and one in the shuffle, and compares
again. No clock decides what is lost: every task leaves a file that names its executor and waits where it must, so that both executors hold
histograms, the one that is killed has some that are needed again, and nothing goes on before it is dead. Needs PyPI's pyspark with Java 17
and the wheel that the folder `spark` beside this one makes.
"""

import argparse
import hashlib
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
import pyarrow.csv as pc
import pyarrow.parquet as pq

sys.path.insert(0, str(Path(__file__).parent.parent / "sql"))
import exact
import rows
import sre_stats_spark

HOST = "127.0.0.1"
KEYS = ["route", "window_start", "bin"]
BY, EVERY = ["route"], "60s"
# tasks of the stages in which an executor is killed
TASKS = 7
# how long anything may take to come to be, on a machine that others use too
PATIENCE_S = 300


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return probe.getsockname()[1]


@contextmanager
def cluster(folder: Path):
    """The master's address and the processes of two workers of one core and 1 GB each."""
    import pyspark

    home = Path(pyspark.__file__).parent
    environment = {
        **os.environ,
        "SPARK_HOME": str(home),
        "SPARK_LOCAL_IP": HOST,
        "SPARK_DAEMON_MEMORY": "256m",
        "SPARK_LOCAL_DIRS": str(folder / "local"),
        "SPARK_MASTER_OPTS": f"-Dspark.worker.timeout={PATIENCE_S}",
    }
    port, started = free_port(), []

    def start(name: str, *arguments: str) -> subprocess.Popen:
        log = open(folder / f"{name}.log", "wb")
        process = subprocess.Popen([home / "bin/spark-class", *arguments], env=environment, stdout=log, stderr=log, cwd=folder)
        started.append(process)
        return process

    def wait_for(name: str, text: str) -> None:
        for _ in range(PATIENCE_S * 10):
            if text in (folder / f"{name}.log").read_text():
                return
            time.sleep(0.1)
        raise SystemExit(f"the {name} did not start:\n{(folder / f'{name}.log').read_text()[-2000:]}")

    try:
        place = "org.apache.spark.deploy"
        start("master", f"{place}.master.Master", "--host", HOST, "--port", str(port), "--webui-port", str(free_port()))
        wait_for("master", "I have been elected leader")
        master = f"spark://{HOST}:{port}"
        workers = []
        for i in (1, 2):
            bounds = ["--cores", "1", "--memory", "1g", "--webui-port", str(free_port()), "--work-dir", str(folder / f"work{i}")]
            workers.append(start(f"worker{i}", f"{place}.worker.Worker", "--host", HOST, *bounds, master))
            wait_for(f"worker{i}", "Successfully registered with master")
        yield master, workers
    finally:
        for process in reversed(started):
            process.terminate()
        for process in started:
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()


def children(parent: int) -> list[int]:
    found = []
    for file in Path("/proc").glob("[0-9]*/stat"):
        try:
            # after the name in brackets: the state and the parent
            fields = file.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == parent and fields[0] != "Z":
            found.append(int(file.parent.name))
    return found


def executors_of(worker: subprocess.Popen) -> set[int]:
    """The executors that a worker has started: children of its own process."""
    found = set()
    for pid in children(worker.pid):
        try:
            if b"CoarseGrainedExecutorBackend" in Path(f"/proc/{pid}/cmdline").read_bytes():
                found.add(pid)
        except OSError:
            continue
    return found


def session(master: str, folder: Path):
    from pyspark.sql import SparkSession

    os.environ |= {"SPARK_LOCAL_IP": HOST, "PYSPARK_PYTHON": sys.executable}
    settings = {
        "spark.driver.host": HOST,
        "spark.driver.bindAddress": HOST,
        "spark.driver.memory": "1g",
        "spark.executor.memory": "512m",
        "spark.executor.cores": "1",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.sql.session.timeZone": "America/St_Johns",
        "spark.sql.warehouse.dir": str(folder / "warehouse"),
        # tasks go to whoever is free, wherever their input is: no executor is left without some
        "spark.locality.wait": "0",
        "spark.shuffle.reduceLocality.enabled": "false",
        "spark.cores.max": "2",
        "spark.scheduler.minRegisteredResourcesRatio": "1.0",
        "spark.scheduler.maxRegisteredResourcesWaitingTime": f"{PATIENCE_S}s",
        "spark.python.authenticate.socketTimeout": f"{PATIENCE_S}s",
        "spark.network.timeout": f"{PATIENCE_S}s",
        # a lost executor is noticed at once, not after three waits of five seconds
        "spark.shuffle.io.retryWait": "1s",
        "spark.sql.execution.arrow.maxRecordsPerBatch": "10000",
    }
    builder = SparkSession.builder.master(master).appName("sre-stats")
    for name, value in settings.items():
        builder = builder.config(name, value)
    made = builder.getOrCreate()
    made.sparkContext.setLogLevel("OFF")
    return made


def bytes_of(table: pa.Table) -> bytes:
    """The table as text, its rows in order."""
    out = pa.BufferOutputStream()
    pc.write_csv(table.sort_by([(name, "ascending") for name in KEYS]).combine_chunks(), out)
    return out.getvalue().to_pybytes()


def until(so, what: str, seconds: float = PATIENCE_S) -> None:
    """Waits for what must come to be."""
    end = time.monotonic() + seconds
    while not so():
        if time.monotonic() > end:
            raise TimeoutError(f"{what} did not come to be in {seconds:.0f} s")
        time.sleep(0.02)


class Task(NamedTuple):
    """One that has begun: the part of the data that it works on, the executor's process, and when it began."""

    partition: int
    executor: int
    at_ns: int


def tasks(folder: Path) -> list[Task]:
    """Those that began in a folder, by their files, in the order in which they did."""
    return sorted((Task(*map(int, file.name.split("-"))) for file in folder.iterdir()), key=lambda task: task.at_ns)


def watched(begun: Path, may_go):
    """A step that changes nothing: each task leaves a file of who it is, and goes on when it may."""
    begun.mkdir()

    def step(batches):
        from pyspark import TaskContext

        # a task's Python is a child of a child of its executor
        executor = os.getpid()
        while b"CoarseGrainedExecutorBackend" not in Path(f"/proc/{executor}/cmdline").read_bytes():
            executor = int(Path(f"/proc/{executor}/stat").read_text().rpartition(")")[2].split()[1])
        (begun / f"{TaskContext.get().partitionId()}-{executor}-{time.time_ns()}").touch()
        until(may_go, "what a task waits for")
        yield from batches

    return step


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--layout", default="log-linear")
    asked = parser.parse_args()
    failures = 0
    with tempfile.TemporaryDirectory(prefix="sre-stats-cluster-") as name:
        folder = Path(name)
        data = folder / "rows.parquet"
        table = rows.rows(asked.rows, 3)
        pq.write_table(table, data, row_group_size=max(1, asked.rows // 8))

        def check(what: str, found: pa.Table, started: float) -> None:
            nonlocal failures
            text = bytes_of(found)
            equal = text == want
            failures += not equal
            digest = hashlib.sha256(text).hexdigest()[:16]
            print(f"{what:<44}{'identical' if equal else 'DIFFERENT':<11}{digest}  {time.monotonic() - started:6.1f} s", flush=True)

        started = time.monotonic()
        alone = sre_stats_spark.histogram_table(pq.ParquetFile(data).iter_batches(10_000), "time", "v", BY, EVERY, asked.layout)
        want = bytes_of(alone)
        if not exact.ordered(alone).equals(exact.table(table, asked.layout)):
            raise SystemExit("one process and exact arithmetic differ")
        print(f"{asked.rows} rows, {alone.num_rows} bins, {len(want)} bytes; one process equals exact arithmetic", flush=True)
        check("one process", alone, started)

        with cluster(folder) as (master, workers):
            spark = session(master, folder)
            frame = spark.read.parquet(str(data))

            def made(partitions: int, before=None, after=None):
                source = frame.repartition(partitions)
                if before is not None:
                    source = source.mapInArrow(before, source.schema)
                found = sre_stats_spark.histograms(source, "time", "v", BY, EVERY, asked.layout, partitions=partitions)
                return found if after is None else found.mapInArrow(after, found.schema)

            for partitions in (1, 2, TASKS):
                started = time.monotonic()
                check(f"cluster, partitions: {partitions}", made(partitions).toArrow(), started)

            for place in ("map stage", "shuffle"):
                mapped, reduced, killed = folder / f"{place} maps", folder / f"{place} reduces", folder / f"{place} killed"
                in_maps = place == "map stage"

                def both() -> bool:
                    return len({task.executor for task in tasks(mapped)}) > 1

                def map_may_go() -> bool:
                    # each executor has one; in the map stage those after the first two are held
                    return both() and (not in_maps or killed.exists() or len(tasks(mapped)) < 3)

                before, after = watched(mapped, map_may_go), watched(reduced, killed.exists)
                lost: list[Task] = []
                trouble: list[BaseException] = []

                def kill() -> None:
                    try:
                        if in_maps:
                            # the executor of a third task has ended another, whose histograms die with it
                            until(lambda: len(tasks(mapped)) > 2, "a third task")
                            victim = tasks(mapped)[2].executor
                        else:
                            # the map stage is done; all but two of the other stage's tasks have yet to fetch from both executors
                            until(lambda: len(tasks(reduced)) > 0, "a task of the shuffle")
                            count = Counter(task.executor for task in tasks(mapped))
                            if len(count) < 2 or {task.partition for task in tasks(mapped)} != set(range(TASKS)):
                                raise RuntimeError(f"the map stage was not that of two executors: {tasks(mapped)}")
                            victim = count.most_common(1)[0][0]
                        os.kill(victim, signal.SIGKILL)
                        until(lambda: all(victim not in executors_of(worker) for worker in workers), "its end")
                        lost.extend(task for task in tasks(mapped) if task.executor == victim)
                    except BaseException as e:
                        trouble.append(e)
                    killed.touch()

                watcher = threading.Thread(target=kill, daemon=True)
                watcher.start()
                started = time.monotonic()
                # in the shuffle, the step stands behind the histograms' merge, which fetches them
                found = made(TASKS, before=before, after=None if in_maps else after).toArrow()
                watcher.join()
                if trouble:
                    raise SystemExit(f"no executor was killed in the {place}: {trouble[0]}")
                check(f"executor killed in the {place}", found, started)
                died = killed.stat().st_mtime_ns
                again = {task.partition for task in tasks(mapped) if task.at_ns > died}
                gone = {task.partition for task in lost}
                recomputed = bool(gone) and gone <= again
                failures += not recomputed
                print(
                    f"    of {TASKS} map tasks the killed executor had {sorted(gone)}; run again after its death: {sorted(again)}"
                    f"{'' if recomputed else ': NOT RECOMPUTED'}",
                    flush=True,
                )
            spark.stop()
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
