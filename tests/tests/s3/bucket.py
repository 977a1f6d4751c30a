"""A server that speaks S3's protocol, on the loopback interface: `python bucket.py FOLDER`.

Fills FOLDER with seeded files, starts moto's server, which from then on checks every signature, puts the files into the bucket `lake` under
their paths, and prints one line of JSON: the port, a key that may do everything, and one that may read nothing. Ends with its input.
"""

import json
import os
import sys
from pathlib import Path

# so many requests need no key: those that make the keys
os.environ["INITIAL_NO_AUTH_ACTION_COUNT"] = "5"
os.environ["AWS_EC2_METADATA_DISABLED"] = "true"

import boto3
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from moto.server import ThreadedMotoServer

START_S, DAY_S = 1_767_225_600, 86_400
SERVICES = [f"service-{i:02}" for i in range(20)]


def rows(path: Path) -> None:
    """Latencies with a column beside them that nobody asks for, in row groups of 20,000."""
    draw = np.random.default_rng(1)
    count = 200_000
    table = pa.table(
        {
            "time": pa.array(START_S * 1000 + np.arange(count) * 50, pa.timestamp("ms", "UTC")),
            "service": pa.array(np.array(SERVICES[:4])[draw.integers(0, 4, count)]),
            "latency": np.round(np.exp(draw.normal(-3, 0.6, count)), 4),
            "trace": pa.array([draw.bytes(24).hex() for _ in range(count)]),
        }
    )
    pq.write_table(table, path, row_group_size=20_000)


def labelled(folder: Path) -> None:
    """Latencies of two services, which the folders alone name."""
    for i, service in enumerate(["cart", "search:v2"]):
        own = folder / f"service={service.replace(':', '%3A')}" / f"day={i + 1}"
        own.mkdir(parents=True)
        time = pa.array(START_S * 1000 + np.arange(1000) * 1000, pa.timestamp("ms", "UTC"))
        pq.write_table(pa.table({"time": time, "latency": (np.arange(1000) + 1.0) * 10.0**-i}), own / "p.parquet")


def histograms(folder: Path) -> None:
    """A histogram table of three days, a file a day, a row group a service; log-linear, 60 s."""
    draw = np.random.default_rng(2)
    windows, bins = 1440, 16
    for day in range(3):
        starts = np.tile(np.repeat(START_S + day * DAY_S + np.arange(windows) * 60, bins), len(SERVICES))
        rows = len(starts)
        # bins of 10 ms to 99 ms: the number is that of the power of ten, biased by 128, and the two digits
        digits = np.sort(draw.permuted(np.tile(np.arange(10, 100), (rows // bins, 1)), axis=1)[:, :bins], axis=1).ravel()
        table = pa.table(
            {
                "series": pa.array(["latency"] * rows).dictionary_encode().cast(pa.string()),
                "window_start": pa.array(starts * 1000, pa.timestamp("ms", "UTC")),
                "width": pa.array(np.full(rows, 60)),
                "schema": pa.array(["log-linear"] * rows),
                "bin": pa.array(bin_of(digits)),
                "count": pa.array(draw.integers(1, 100_000, rows)),
                "service": pa.array(np.repeat(np.array(SERVICES), rows // len(SERVICES))),
                "unit": pa.array(["s"] * rows),
            }
        )
        pq.write_table(table, folder / f"day={day}" / "part-0.parquet", row_group_size=rows // len(SERVICES))
    (folder / "_SUCCESS").touch()


def bin_of(digits: np.ndarray) -> np.ndarray:
    """The numbers of the bins from `digits` thousandths on."""
    sys.path.insert(0, str(Path(__file__).parents[3] / "stats" / "engines" / "sql"))
    import exact

    return exact.bins((digits + 0.5) / 1000, "log-linear")


def main() -> None:
    folder = Path(sys.argv[1])
    for name in ["histograms/day=0", "histograms/day=1", "histograms/day=2", "text"]:
        (folder / name).mkdir(parents=True)
    rows(folder / "rows.parquet")
    labelled(folder / "labelled")
    histograms(folder / "histograms")
    for i, lines in enumerate(["0,0.5\n1,0.25\n", "2,0.125\n"]):
        (folder / "text" / f"part {i}+ä.csv").write_text("time,latency_s\n" + lines)
    (folder / "text" / "none.csv").touch()

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    port = server.get_host_and_port()[1]
    made = {"endpoint_url": f"http://127.0.0.1:{port}", "region_name": "us-east-1"}
    iam = boto3.client("iam", **made, aws_access_key_id="x", aws_secret_access_key="x")
    keys = []
    for user in ["reader", "nobody"]:
        iam.create_user(UserName=user)
        keys.append(iam.create_access_key(UserName=user)["AccessKey"])
    everything = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
    iam.put_user_policy(UserName="reader", PolicyName="everything", PolicyDocument=json.dumps(everything))
    pairs = [{"id": key["AccessKeyId"], "secret": key["SecretAccessKey"]} for key in keys]
    s3 = boto3.client("s3", **made, aws_access_key_id=pairs[0]["id"], aws_secret_access_key=pairs[0]["secret"])
    s3.create_bucket(Bucket="lake")
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            # a key may hold what a folder may not everywhere
            key = str(path.relative_to(folder)).replace("%3A", ":")
            s3.put_object(Bucket="lake", Key=key, Body=path.read_bytes())
    print(json.dumps({"port": port, "reader": pairs[0], "nobody": pairs[1]}), flush=True)
    sys.stdin.readline()


if __name__ == "__main__":
    main()
