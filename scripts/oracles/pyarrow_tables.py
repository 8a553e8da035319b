"""Writes test/fixtures/tables/: one small table as Parquet and Arrow files in the ways pandas and pyarrow write them, and what
pandas reads back from them as JSON. Usage: python3 scripts/oracles/pyarrow_tables.py (needs pandas 3 and pyarrow 26)"""

import json
from decimal import Decimal
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.feather as feather
import pyarrow.parquet as pq

OUT = Path(__file__).resolve().parent.parent.parent / "test/fixtures/tables"
OUT.mkdir(parents=True, exist_ok=True)
N = 90
rng = np.random.default_rng(1)
values = rng.normal(size=N).round(6)
table = pa.table(
    {
        "when": pa.array(pd.date_range("1969-12-30 05:00", periods=N, freq="h").to_list(), pa.timestamp("us")),
        "day": pa.array(pd.date_range("2024-02-28", periods=N, freq="D").date, pa.date32()),
        "value": pa.array([None if i % 7 == 3 else float(v) for i, v in enumerate(values)], pa.float64()),
        "small": pa.array(values.astype(np.float32), pa.float32()),
        "count": pa.array([2**40 + i for i in range(N)], pa.int64()),
        "byte": pa.array([i % 256 - 128 for i in range(N)], pa.int8()),
        "flag": pa.array([None if i == 5 else i % 3 == 0 for i in range(N)], pa.bool_()),
        "kind": pa.array([None if i % 11 == 0 else ["sun", "rain", "雪"][i % 3] for i in range(N)]).dictionary_encode(),
        "note": pa.array([f"row {i}" for i in range(N)]),
        "price": pa.array([Decimal(i - 100) / 100 for i in range(N)], pa.decimal128(9, 2)),
    }
)
for codec in ["snappy", "gzip", "zstd", "lz4"]:
    pq.write_table(table, OUT / f"{codec}.parquet", compression=codec, row_group_size=40)
pq.write_table(table, OUT / "plain-v2.parquet", use_dictionary=False, data_page_version="2.0", version="2.6")
table.to_pandas().to_parquet(OUT / "pandas.parquet")
feather.write_feather(table, str(OUT / "lz4.feather"), compression="lz4", chunksize=40)
feather.write_feather(table, str(OUT / "zstd.feather"), compression="zstd")
with pa.OSFile(str(OUT / "file.arrow"), "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
    writer.write_table(table, max_chunksize=40)
with pa.OSFile(str(OUT / "stream.ipc"), "wb") as sink, pa.ipc.new_stream(sink, table.schema) as writer:
    writer.write_table(table)
pq.write_table(pa.table({"a": [1, 2], "list": [[1], [2, 3]]}), OUT / "list.parquet")


def plain(name):
    column = table.column(name)
    if pa.types.is_timestamp(column.type) or pa.types.is_date(column.type):
        return [pd.Timestamp(v).value // 10**6 for v in column.to_pylist()]
    if pa.types.is_decimal(column.type) or pa.types.is_boolean(column.type):
        return [None if v is None else float(v) for v in column.to_pylist()]
    return column.to_pylist()


expected = {"source": f"scripts/oracles/pyarrow_tables.py, pandas {pd.__version__}, pyarrow {pa.__version__}"}
expected["columns"] = {name: plain(name) for name in table.column_names}
(OUT / "expected.json").write_text(json.dumps(expected, ensure_ascii=False) + "\n")
