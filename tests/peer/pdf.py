"""Reads a PDF with other programs (PDFium, pikepdf) and prints what is in it.

Usage: pdf.py text|pages|marks FILE
`text` prints the text of all pages as it is read out of them, a blank line between pages; `pages` prints for each
page its size, how far its text is from the edges, and how many characters lie on others; `marks` prints what the
file says of itself and how its text is marked up.
"""

import re
import sys
from collections import Counter
from pathlib import Path


def pages(path: Path):
    import pypdfium2

    document = pypdfium2.PdfDocument(path)
    for page in document:
        yield page, page.get_textpage()


def text(path: Path) -> None:
    print("\n\n".join(words.get_text_bounded() for _, words in pages(path)))


def on_others(boxes: list[tuple[float, float, float, float]]) -> int:
    """How many boxes share more than half of themselves with one before them."""
    found, places = 0, {}
    for box in boxes:
        left, bottom, right, top = box
        key = (int(left // 8), int(bottom // 8))
        near = [it for x in (-1, 0, 1) for y in (-1, 0, 1) for it in places.get((key[0] + x, key[1] + y), [])]
        area = (right - left) * (top - bottom)
        for other in near:
            wide = min(right, other[2]) - max(left, other[0])
            high = min(top, other[3]) - max(bottom, other[1])
            if wide > 0 and high > 0 and wide * high > area / 2:
                found += 1
                break
        places.setdefault(key, []).append(box)
    return found


def margins(path: Path) -> None:
    for page, words in pages(path):
        width, height = page.get_size()
        boxes = []
        for at in range(words.count_chars()):
            if words.get_text_range(at, 1).strip():
                box = words.get_charbox(at)
                if box[2] > box[0] and box[3] > box[1]:
                    boxes.append(box)
        left = min(box[0] for box in boxes)
        right = width - max(box[2] for box in boxes)
        below = min(box[1] for box in boxes)
        print(f"{width:.0f}x{height:.0f} left={left:.0f} right={right:.0f} below={below:.0f} over={on_others(boxes)}")


def marks(path: Path) -> None:
    import pikepdf

    with pikepdf.open(path) as pdf:
        root = pdf.Root
        with pdf.open_metadata() as said:
            print(f"title: {said.get('dc:title')}")
            print(f"pdfua: {said.get('pdfuaid:part')}")
            print(f"pdfa: {said.get('pdfaid:part')}{said.get('pdfaid:conformance')}")
            print(f"made: {said.get('xmp:CreateDate')}")
        print(f"language: {root.Lang}")
        print(f"marked: {root.MarkInfo.Marked}")
        print(f"shows its title: {root.ViewerPreferences.DisplayDocTitle}")
        fonts = {id(font): font for page in pdf.pages for font in page.resources.get("/Font", {}).values()}
        for font in fonts.values():
            inner = font.DescendantFonts[0].FontDescriptor
            assert any(name in inner for name in ("/FontFile", "/FontFile2", "/FontFile3")), font.BaseFont
        names = {re.sub(r"^/?[A-Z]{6}\+", "", str(font.BaseFont)).removesuffix("-Identity-H") for font in fonts.values()}
        print(f"fonts: {' '.join(sorted(names))}")
        with pdf.open_outline() as outline:
            show_outline(outline.root, 0)
        counted, said = Counter(), []
        walk(root.StructTreeRoot, counted, said)
        for name, count in sorted(counted.items()):
            print(f"{name}: {count}")
        print("\n".join(said))


def show_outline(items, depth: int) -> None:
    for item in items:
        print(f"bookmark: {'  ' * depth}{item.title}")
        show_outline(item.children, depth + 1)


def attribute(element, name: str):
    import pikepdf

    found = element.get("/A", [])
    for it in found if isinstance(found, pikepdf.Array) else [found]:
        if isinstance(it, pikepdf.Dictionary) and name in it:
            return str(it[name])
    return None


def walk(element, counted: Counter, said: list[str]) -> None:
    import pikepdf

    if not isinstance(element, pikepdf.Dictionary):
        return
    kind = str(element.get("/S", "/Root"))
    if kind == "/TH":
        kind += f" {attribute(element, '/Scope')}"
    if kind == "/TD":
        kind += " with headers" if attribute(element, "/Headers") else ""
    counted[kind.removeprefix("/")] += 1
    if kind == "/Figure":
        said.append(f"alt: {element.get('/Alt')}")
    children = element.get("/K", [])
    for child in children if isinstance(children, pikepdf.Array) else [children]:
        walk(child, counted, said)


if __name__ == "__main__":
    what, file = sys.argv[1:]
    {"text": text, "pages": margins, "marks": marks}[what](Path(file))
