"""A table of histograms of 200 rows whose table of contents claims 4 000 000 000 of them.

    pip install pyarrow==26.0.1 && python claims.py

The file is written by pyarrow; then its table of contents is read as Thrift's compact protocol, the numbers of rows and of values are
replaced, and it is written again.
"""

import pathlib
import struct

import pyarrow
import pyarrow.parquet

HERE = pathlib.Path(__file__).parent
ROWS, CLAIMED = 200, 4_000_000_000
# kinds of the compact protocol
TRUE, FALSE, BYTE, SHORT, INT, LONG, DOUBLE, BINARY, LIST, SET, STRUCT = 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12


class Reader:
    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, n):
        self.at += n
        return self.data[self.at - n : self.at]

    def number(self):
        value, shift = 0, 0
        while True:
            byte = self.take(1)[0]
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value

    def value(self, kind):
        if kind in (TRUE, FALSE):
            return None
        if kind == BYTE:
            return self.take(1)
        if kind in (SHORT, INT, LONG):
            return self.number()
        if kind == DOUBLE:
            return self.take(8)
        if kind == BINARY:
            return self.take(self.number())
        if kind in (LIST, SET):
            head = self.take(1)[0]
            count = self.number() if head >> 4 == 15 else head >> 4
            item = head & 15
            return [item, [self.take(1) if item in (TRUE, FALSE) else self.value(item) for _ in range(count)]]
        fields, last = [], 0
        while head := self.take(1)[0]:
            step = self.number() if head >> 4 == 0 else 0
            last = (step >> 1) ^ -(step & 1) if head >> 4 == 0 else last + (head >> 4)
            fields.append([last, head & 15, self.value(head & 15)])
        return fields


def number(value):
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    return bytes(out) + bytes([value])


def written(kind, value):
    if kind in (TRUE, FALSE):
        return b""
    if kind in (BYTE, DOUBLE):
        return value
    if kind in (SHORT, INT, LONG):
        return number(value)
    if kind == BINARY:
        return number(len(value)) + value
    if kind in (LIST, SET):
        item, values = value
        head = bytes([len(values) << 4 | item]) if len(values) < 15 else bytes([240 | item]) + number(len(values))
        return head + b"".join(v if item in (TRUE, FALSE) else written(item, v) for v in values)
    out, last = b"", 0
    for field, kind, inner in value:
        step = field - last
        out += bytes([step << 4 | kind]) if 0 < step < 16 else bytes([kind]) + number(field << 1)
        out += written(kind, inner)
        last = field
    return out + b"\0"


def field(fields, wanted):
    return next(f for f in fields if f[0] == wanted)


rows = range(ROWS)
table = pyarrow.table(
    {
        "series": ["s"] * ROWS,
        "window_start": pyarrow.array(
            [1_767_225_600_000_000 + i // 10 * 60_000_000 for i in rows], pyarrow.timestamp("us", "UTC")
        ),
        "width": [60.0] * ROWS,
        "schema": ["log-linear"] * ROWS,
        "bin": [11_500 + i % 10 for i in rows],
        "count": [3] * ROWS,
    }
)
path = HERE / "claims.parquet"
pyarrow.parquet.write_table(table, path)
data = path.read_bytes()
length = struct.unpack("<I", data[-8:-4])[0]
contents = Reader(data[-8 - length : -8]).value(STRUCT)
field(contents, 3)[2] = CLAIMED << 1
for group in field(contents, 4)[2][1]:
    field(group, 3)[2] = CLAIMED << 1
    for chunk in field(group, 1)[2][1]:
        field(field(chunk, 3)[2], 5)[2] = CLAIMED << 1
footer = written(STRUCT, contents)
path.write_bytes(data[: -8 - length] + footer + struct.pack("<I", len(footer)) + b"PAR1")
