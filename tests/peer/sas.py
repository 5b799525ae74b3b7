"""Writes SAS datasets, of which no program outside of SAS writes any, and has pandas read them back.

The layout is the one that pandas, ReadStat and others have found out: a header, a page of what is
said about the variables, and pages of rows, packed or not.
"""

import math
import struct
from pathlib import Path

import pandas

MAGIC = bytes(12) + bytes.fromhex("c2ea8160b31411cfbd92080009c7318c181f1011")
PAGE = 8192
EPOCH = 3653  # days from 1960 to 1970
MARKS = {"": b" " * 8, "rle": b"SASYZCRL", "rdc": b"SASYZCR2"}


def runs(row: bytes, longest: int) -> list[tuple[int, bytes]]:
    """Pieces of a row: bytes that repeat, with their number, and those between, with 0."""
    pieces: list[tuple[int, bytes]] = []
    at = 0
    while at < len(row):
        count = 1
        while at + count < len(row) and row[at + count] == row[at] and count < longest:
            count += 1
        if count >= 3:
            pieces.append((count, row[at : at + 1]))
            at += count
        else:
            pieces.append((0, row[at : at + 1]))
            at += 1
    return pieces


def rle(row: bytes) -> bytes:
    packed, literal = b"", b""
    for count, byte in [*runs(row, 17), (0, b"")]:
        if count == 0 and byte:
            literal += byte
        if literal and (count or not byte or len(literal) == 16):
            packed += bytes([0x80 + len(literal) - 1]) + literal
            literal = b""
        if count and byte == b" ":
            packed += bytes([0xE0 + count - 2])
        elif count and byte == b"\0":
            packed += bytes([0xF0 + count - 2])
        elif count:
            packed += bytes([0xC0 + count - 3]) + byte
    return packed


def rdc(row: bytes) -> bytes:
    packed = b""
    pieces = runs(row, 18)
    for start in range(0, len(pieces), 16):
        bits, tokens = 0, b""
        for place, (count, byte) in enumerate(pieces[start : start + 16]):
            if count:
                bits |= 1 << (15 - place)
                tokens += bytes([count - 3]) + byte
            else:
                tokens += byte
        packed += struct.pack(">H", bits) + tokens
    return packed


def cell(value, length: int, is_text: bool, encoding: str) -> bytes:
    if is_text:
        return ("" if value is None else value).encode(encoding).ljust(length, b" ")
    if value is None:
        return b"\0\0\0\0\0\xfe\xff\xff"[8 - length :]
    return struct.pack("<d", value)[8 - length :]


def pages_of(subheaders: list[tuple[bytes, int, int]], kind: int) -> list[bytes]:
    """Pages of subheaders, each with what its pointer says of packing and type."""
    pages, held = [], []

    def flush() -> None:
        page = bytearray(PAGE)
        struct.pack_into("<HHH", page, 16, kind, len(held), len(held))
        end = PAGE
        for at, (body, packing, of_type) in enumerate(held):
            end -= len(body)
            page[end : end + len(body)] = body
            struct.pack_into("<IIBB", page, 24 + 12 * at, end, len(body), packing, of_type)
        pages.append(bytes(page))
        held.clear()

    for subheader in subheaders:
        used = sum(len(body) + 12 for body, _, _ in held) + 24
        if held and used + len(subheader[0]) + 12 > PAGE:
            flush()
        held.append(subheader)
    flush()
    return pages


def write(path: Path, columns, rows, packing: str = "", encoding: str = "utf-8", number: int = 20):
    """`columns` are names with a length, whether they are texts, and a format."""
    row_length = sum(length for _, length, _, _ in columns)
    text = bytearray(12) + MARKS[packing] + bytes(8)

    def put(word: str) -> tuple[int, int, int]:
        start = len(text)
        text.extend(word.encode() + bytes(-len(word) % 4))
        return (0, start, len(word))

    names = [put(name) for name, *_ in columns]
    formats = [put(form) if form else (0, 0, 0) for *_, form in columns]
    struct.pack_into("<H", text, 0, len(text))
    data = []
    for row in rows:
        cells = zip(row, columns, strict=True)
        data.append(b"".join(cell(it, length, is_text, encoding) for it, (_, length, is_text, _) in cells))
    per_page = (PAGE - 24) // row_length
    size = bytearray(480)
    struct.pack_into("<4s", size, 0, b"\xf7" * 4)
    struct.pack_into("<IIII", size, 20, row_length, len(rows), 0, 0)
    struct.pack_into("<II", size, 36, len(columns), 0)
    struct.pack_into("<I", size, 60, 0)
    struct.pack_into("<HHH", size, 362, 0, 12, 8 if packing else 0)
    struct.pack_into("<H", size, 378, 8 if packing else 0)
    attributes, start = b"", 0
    for _, length, is_text, _ in columns:
        attributes += struct.pack("<IIHBB", start, length, 4, 2 if is_text else 1, 0)
        start += length
    name_list = b"".join(struct.pack("<HHHH", *name, 0) for name in names)
    subheaders = [
        bytes(size),
        b"\xf6" * 4 + struct.pack("<II", len(columns), 0),
        b"\xfd\xff\xff\xff" + bytes(text),
        b"\xff\xff\xff\xff" + struct.pack("<HHI", len(name_list) + 8, 0, 0) + name_list + bytes(8),
        b"\xfc\xff\xff\xff" + struct.pack("<HHI", len(attributes) + 8, 0, 0) + attributes + bytes(8),
    ]
    for form in formats:
        body = bytearray(52)
        struct.pack_into("<4s", body, 0, b"\xfe\xfb\xff\xff")
        struct.pack_into("<HHH", body, 34, *form)
        subheaders.append(bytes(body))
    pages = pages_of([(body, 0, 0) for body in subheaders], 0)
    if packing:
        packed = [{"rle": rle, "rdc": rdc}[packing](row) for row in data]
        short = [(new, 4) if len(new) < len(row) else (row, 0) for new, row in zip(packed, data, strict=True)]
        pages += pages_of([(body, flag, 1) for body, flag in short], 0)
    else:
        for first in range(0, len(data), per_page):
            page = bytearray(PAGE)
            block = data[first : first + per_page]
            struct.pack_into("<HHH", page, 16, 0x100, len(block), 0)
            page[24 : 24 + row_length * len(block)] = b"".join(block)
            pages.append(bytes(page))
    header = bytearray(1024)
    header[: len(MAGIC)] = MAGIC
    header[32:40] = b"\x22\x22\x00\x22\x00\x01\x00\x31"
    header[70] = number
    header[84:92] = b"SAS FILE"
    header[92:156] = b"DELIVERY".ljust(64)
    header[156:164] = b"DATA    "
    struct.pack_into("<dd", header, 164, 1.5e9, 1.5e9)
    struct.pack_into("<III", header, 196, 1024, PAGE, len(pages))
    header[216:224] = b"9.0401M1"
    header[224:232] = b"Linux   "
    path.write_bytes(bytes(header) + b"".join(pages))
    check(path, columns, rows, encoding)


def check(path: Path, columns, rows, encoding: str) -> None:
    """What pandas reads is what was meant."""
    read = pandas.read_sas(path, format="sas7bdat", encoding=encoding)
    assert list(read.columns) == [name for name, *_ in columns], read.columns
    assert len(read) == len(rows), (len(read), len(rows))
    for at, (name, _, is_text, form) in enumerate(columns):
        for found, row in zip(read[name], rows, strict=True):
            wanted = row[at]
            if pandas.isna(found):
                assert wanted is None or wanted == "", (name, wanted)
            elif is_text:
                assert found == wanted.rstrip(), (name, found, wanted)
            elif form == "DATE":
                days = (found - pandas.Timestamp("1960-01-01")).days
                assert days == math.floor(wanted), (name, found, wanted)
            elif form != "DATETIME":
                assert found == wanted, (name, found, wanted)
