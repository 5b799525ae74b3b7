"""Packs a delivery in the ways of other programs: zip archives and Parquet files.

Usage: pack.py SOURCE FOLDER
"""

import sys
import zipfile
from pathlib import Path

import polars


def main() -> None:
    source, folder = Path(sys.argv[1]), Path(sys.argv[2])
    for name, method in (("deflated", zipfile.ZIP_DEFLATED), ("stored", zipfile.ZIP_STORED)):
        with zipfile.ZipFile(folder / f"{name}.zip", "w", method) as archive:
            archive.writestr("folder/", "")
            archive.write(source, "folder/delivery.csv")
    with zipfile.ZipFile(folder / "two.zip", "w") as archive:
        archive.write(source, "one.csv")
        archive.write(source, "two.csv")
    damaged = bytearray((folder / "stored.zip").read_bytes())
    at = damaged.find(b"500.00")
    damaged[at] = ord("9")
    (folder / "damaged.zip").write_bytes(damaged)
    texts = polars.read_csv(source, separator=";", infer_schema=False)
    texts.write_parquet(folder / "texts.parquet")
    days = polars.col("DPAY1STDAY", "DPAYLSTDAY")
    typed = texts.with_columns(
        polars.col("NISS").cast(polars.Int64),
        polars.col("LEGISLATION").cast(polars.Int8),
        polars.col("CPAS").cast(polars.Categorical),
        days.str.to_date(),
        polars.col("EBENCONVCM").cast(polars.Decimal(12, 2)),
    )
    typed.write_parquet(folder / "typed.parquet")
    typed.with_columns(polars.col("EBENCONVCM").cast(polars.Float64)).write_parquet(
        folder / "floats.parquet"
    )
    typed.with_columns(days.cast(polars.Datetime)).write_parquet(folder / "moments.parquet")


if __name__ == "__main__":
    main()
