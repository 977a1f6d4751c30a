"""A cluster of Spark on loopback against one process: `python prove.py --rows ROWS`.

Starts a master and two workers with bounded memory, makes the histogram table with sre_stats_spark at 1, 2 and 7 partitions, and compares
it byte by byte with that of one process and with exact arithmetic. Then kills an executor in the map stage, and one in the shuffle, and compares
again. Needs PyPI's pyspark with Java 17 and the wheel that the folder `spark` beside this one makes.
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
from contextlib import contextmanager
from pathlib import Path

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
    }
    port, started = free_port(), []

    def start(name: str, *arguments: str) -> subprocess.Popen:
        log = open(folder / f"{name}.log", "wb")
        process = subprocess.Popen([home / "bin/spark-class", *arguments], env=environment, stdout=log, stderr=log, cwd=folder)
        started.append(process)
        return process

    def wait_for(name: str, text: str) -> None:
        for _ in range(600):
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


def executors_of(worker: subprocess.Popen) -> list[int]:
    """The executors that a worker has started: children of its own process."""
    return [pid for pid in children(worker.pid) if b"CoarseGrainedExecutorBackend" in Path(f"/proc/{pid}/cmdline").read_bytes()]


def executor_of(worker: subprocess.Popen) -> int:
    while not (found := executors_of(worker)):
        time.sleep(0.1)
    return found[0]


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


def slowly(begun: Path, seconds: float = 1.5):
    """A step that changes nothing, leaves a file for each task that begins it, and takes its time, so that there is a stage to be killed in."""
    begun.mkdir()

    def step(batches):
        os.close(tempfile.mkstemp(dir=begun)[0])
        time.sleep(seconds)
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
                begun = folder / place
                step = slowly(begun)
                early = place == "map stage"
                seen: list[int] = []

                def kill() -> None:
                    # two cores: where a third task begins, one is done and one runs
                    while len(list(begun.iterdir())) < 3:
                        time.sleep(0.05)
                    os.kill(executor_of(workers[0]), signal.SIGKILL)
                    seen.append(len(list(begun.iterdir())))

                watcher = threading.Thread(target=kill, daemon=True)
                watcher.start()
                started = time.monotonic()
                # in the second, the step comes before the histograms are fetched from where the killed executor kept them
                found = made(TASKS, before=step if early else None, after=None if early else step).toArrow()
                if not seen:
                    raise SystemExit(f"no executor was killed in the {place}")
                check(f"executor killed in the {place}", found, started)
                again = len(list(begun.iterdir()))
                print(f"    killed when {seen[0]} of {TASKS} tasks had begun; {again} were begun in all", flush=True)
                failures += again <= TASKS
                # the worker starts another in its place
                while not executors_of(workers[0]):
                    time.sleep(0.1)
            spark.stop()
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
