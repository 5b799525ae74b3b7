"""Packs a delivery in the ways of other programs: zip archives and Parquet files.

Usage: pack.py SOURCE FOLDER
"""

import sys
import warnings
import zipfile
from pathlib import Path

import polars


def archives(source: Path, folder: Path) -> None:
    """Archives with more in or around them than one file."""
    warnings.simplefilter("ignore")  # Two files of one name.
    plain = (folder / "deflated.zip").read_bytes()

    def write(name: str, *members: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> None:
        with zipfile.ZipFile(folder / f"{name}.zip", "w", method) as archive:
            for member, content in members:
                archive.writestr(member, content)

    text = source.read_bytes()
    mac = ("levering/", b""), ("levering/delivery.csv", text), ("levering/.DS_Store", b"x")
    write("mac", *mac, ("__MACOSX/levering/._delivery.csv", b"x"), (".DS_Store", b"x"))
    write("same-name", ("delivery.csv", text), ("delivery.csv", text))
    write("empty")
    write("folders", ("levering/", b""), ("__MACOSX/", b""), ("__MACOSX/._x", b"x"))
    write("bzip2", ("delivery.csv", text), method=zipfile.ZIP_BZIP2)
    write("nested", ("delivery.zip", plain))
    write("open-document", ("mimetype", b"x"), ("content.xml", b"<x/>"))
    with zipfile.ZipFile(folder / "comment.zip", "w") as archive:
        archive.writestr("delivery.csv", text)
        archive.comment = b"PK\x05\x06 is how a directory ends " * 9
    streamed = Streamed()
    with zipfile.ZipFile(streamed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("delivery.csv", text)
    (folder / "streamed.zip").write_bytes(bytes(streamed.content))
    (folder / "one-after-the-other.zip").write_bytes(plain + plain)
    (folder / "before.zip").write_bytes(plain[:4] + b"x" * 60 + plain)
    (folder / "behind.zip").write_bytes(plain + b"NISS;LEGISLATION")
    (folder / "cut.zip").write_bytes(plain[: len(plain) // 2])
    for name, at in (("unnamed-last", 1), ("unnamed-first", 0)):
        with zipfile.ZipFile(folder / f"{name}.zip", "w", zipfile.ZIP_DEFLATED) as archive:
            for member in ("one.csv", "two.csv"):
                archive.writestr(member, text)
            unnamed = archive.filelist.pop(at)
            del archive.NameToInfo[unnamed.filename]
    encrypted = bytearray(plain)
    for signature, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        encrypted[encrypted.rfind(signature) + place] |= 1
    (folder / "encrypted.zip").write_bytes(encrypted)


class Streamed:
    """A file that cannot be gone back in, so that sizes stand behind what they are sizes of."""

    def __init__(self) -> None:
        self.content = bytearray()

    def write(self, more: bytes) -> int:
        self.content += more
        return len(more)

    def flush(self) -> None:
        pass


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
    archives(source, folder)
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
    typed.with_columns(days.cast(polars.Datetime)).write_parquet(folder / "moments.parquet")


if __name__ == "__main__":
    main()
