"""Arrow and Parquet files by another writer: batches that are packed, dictionaries, views, nulls, and encrypted columns.

    pip install pyarrow==26.0.1 && python generate.py

Every field follows from its row by a formula, which the tests that read the files compute for themselves
(`stats/src/load/frame/ipc_tests.rs`). The encrypted file differs with every run.
"""

import base64
import pathlib

import pyarrow
import pyarrow.ipc
import pyarrow.parquet
import pyarrow.parquet.encryption as encryption

ROWS = 1000
HERE = pathlib.Path(__file__).parent


def column(kind, field, missing=lambda i: False):
    return pyarrow.array([None if missing(i) else field(i) for i in range(ROWS)], kind)


word = column(pyarrow.string(), lambda i: f"svc-{i * i % 17}", lambda i: i % 19 == 2)
table = pyarrow.table(
    {
        "time": column(pyarrow.timestamp("ms", "UTC"), lambda i: 1_767_225_600_000 + 250 * i),
        "lists": column(pyarrow.list_(pyarrow.int64()), lambda i: list(range(i % 3))),
        "latency_ms": column(pyarrow.float64(), lambda i: i / 8, lambda i: i % 5 == 0),
        "status": column(pyarrow.int16(), lambda i: 503 if i % 50 == 7 else 200),
        "service": word.dictionary_encode(),
        "view": word.cast(pyarrow.string_view()),
        "plain": word,
        "nothing": pyarrow.nulls(ROWS),
    }
)
for name in ["lz4", "zstd", None]:
    options = pyarrow.ipc.IpcWriteOptions(compression=name, unify_dictionaries=True)
    with pyarrow.ipc.new_file(HERE / f"{name or 'plain'}.arrow", table.schema, options=options) as writer:
        writer.write_table(table, max_chunksize=300)


class Keys(encryption.KmsClient):
    """Keys that are wrapped by being written down: the file must be encrypted, not safe."""

    def __init__(self, config):
        super().__init__()

    def wrap_key(self, key, name):
        return base64.b64encode(key)

    def unwrap_key(self, key, name):
        return base64.b64decode(key)


factory = encryption.CryptoFactory(Keys)
config = encryption.EncryptionConfiguration(
    footer_key="footer", column_keys={"columns": ["latency_ms"]}, plaintext_footer=True
)
properties = factory.file_encryption_properties(encryption.KmsConnectionConfig(), config)
few = table.select(["time", "latency_ms"]).slice(0, 50)
with pyarrow.parquet.ParquetWriter(HERE / "encrypted.parquet", few.schema, encryption_properties=properties) as writer:
    writer.write_table(few)
