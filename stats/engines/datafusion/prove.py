"""The aggregate function of DataFusion against exact arithmetic: `python prove.py PROGRAM --rows ROWS`.

PROGRAM is the built `sre-histogram-table`. All layouts, in 1, 2 and 7 partitions; in files and in a bucket of moto's server on the loopback interface; and
what is refused, without a secret.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

os.environ["INITIAL_NO_AUTH_ACTION_COUNT"] = "3"

import pyarrow as pa
import pyarrow.parquet as pq

sys.path.insert(0, str(Path(__file__).parent.parent / "sql"))
import exact
import rows

LAYOUTS = ["log-linear", *(f"exp:{schema}" for schema in range(-4, 9))]
COLUMNS = ["--time", "time", "--value", "v", "--by", "route", "--series", "latency"]


def run(program: str, arguments: list, environment: dict | None = None) -> subprocess.CompletedProcess:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    return subprocess.run([program, *map(str, arguments)], env=clean | (environment or {}), capture_output=True, text=True)


def equal(what: str, found: pa.Table, want: pa.Table) -> None:
    if not exact.ordered(found).equals(want):
        raise SystemExit(f"{what}: DIFFERENT")
    print(f"{what:<45}equal, {want.num_rows} bins", flush=True)


def files(program: str, table: pa.Table, folder: Path) -> None:
    # several files, so that partitions have something to share out
    (folder / "rows").mkdir()
    piece = -(-table.num_rows // 5)
    for part in range(5):
        pq.write_table(table.slice(part * piece, piece), folder / "rows" / f"{part}.parquet", row_group_size=piece // 3)
    out = folder / "table.parquet"
    for layout in LAYOUTS:
        want = exact.table(table, layout)
        for partitions in [1, 2, 7] if layout in ("log-linear", "exp:5") else [2]:
            out.unlink(missing_ok=True)
            done = run(program, [f"{folder}/rows/", out, *COLUMNS, "--layout", layout, "--partitions", partitions])
            if done.returncode:
                raise SystemExit(done.stderr)
            equal(f"{layout}, {partitions} partitions", pq.read_table(out), want)
    out.unlink()
    done = run(program, [f"{folder}/rows/", out, *COLUMNS, "--every", 300])
    if done.returncode:
        raise SystemExit(done.stderr)
    equal("log-linear, five minutes", pq.read_table(out), exact.table(table, "log-linear", 300))


def bucket(program: str, table: pa.Table, folder: Path) -> None:
    import boto3
    import json
    import logging
    from moto.server import ThreadedMotoServer

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    endpoint = f"http://127.0.0.1:{server.get_host_and_port()[1]}"
    made = {"endpoint_url": endpoint, "region_name": "us-east-1"}
    iam = boto3.client("iam", **made, aws_access_key_id="x", aws_secret_access_key="x")
    iam.create_user(UserName="reader")
    key = iam.create_access_key(UserName="reader")["AccessKey"]
    allowed = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
    iam.put_user_policy(UserName="reader", PolicyName="all", PolicyDocument=json.dumps(allowed))
    s3 = boto3.client("s3", **made, aws_access_key_id=key["AccessKeyId"], aws_secret_access_key=key["SecretAccessKey"])
    s3.create_bucket(Bucket="lake")
    for path in sorted((folder / "rows").iterdir()):
        s3.upload_file(str(path), "lake", f"rows/{path.name}")
    environment = {"AWS_ACCESS_KEY_ID": key["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"]}
    environment |= {"AWS_REGION": "us-east-1", "AWS_ENDPOINT_URL": endpoint}
    places = ["s3://lake/rows/", "s3://lake/histograms/table.parquet"]
    done = run(program, [*places, *COLUMNS], environment)
    if done.returncode:
        raise SystemExit(done.stderr)
    s3.download_file("lake", "histograms/table.parquet", str(folder / "back.parquet"))
    equal("log-linear, from S3 and into it", pq.read_table(folder / "back.parquet"), exact.table(table, "log-linear"))
    wrong = environment | {"AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY"}
    for what, places, environment in [
        ("a wrong secret", places, wrong),
        ("no bucket", ["s3://nowhere/rows/", places[1]], environment),
    ]:
        refused(program, what, [*places, *COLUMNS], environment)
    server.stop()


def refused(program: str, what: str, arguments: list, environment: dict | None = None) -> None:
    done = run(program, arguments, environment)
    told = done.stderr.strip().splitlines()
    secret = (environment or {}).get("AWS_SECRET_ACCESS_KEY", "no secret")
    if done.returncode == 0 or not told or secret in done.stderr:
        raise SystemExit(f"{what} was taken, or told wrongly: {done.stderr}")
    print(f"{what:<45}refused: {told[0][:160]}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--rows", type=int, default=200_000)
    asked = parser.parse_args()
    table = rows.rows(asked.rows, 3)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        files(asked.program, table, folder)
        bucket(asked.program, table, folder)
        out = folder / "out.parquet"
        for what, flags in [
            ("kll:200", ["--layout", "kll:200"]),
            ("a width of 0 s", ["--every", "0"]),
            ("text as time", ["--time", "route"]),
            ("numbers as time", ["--time", "v"]),
            ("a column that is not there", ["--value", "none"]),
            ("a column that the table has itself", ["--by", "bin"]),
        ]:
            refused(asked.program, what, [f"{folder}/rows/", out, *COLUMNS, *flags])


if __name__ == "__main__":
    main()
