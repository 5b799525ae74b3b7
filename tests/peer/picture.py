"""Reads pictures with other programs than the one that made them.

`picture.py svg FILE` renders with Cairo and prints the size and whether anything is drawn;
`picture.py png FILE` opens with Pillow and prints the size and the texts that are kept in it;
`picture.py alike SVG PNG` renders the first and says whether both are the same picture, seen from afar;
`picture.py vega FILE` draws a specification of Vega-Lite without a network and prints the texts of it.
"""

import io
import sys
from pathlib import Path


def rendered(path: str):
    import cairosvg
    from PIL import Image

    drawn = cairosvg.svg2png(url=path, scale=2)
    return Image.open(io.BytesIO(drawn)).convert("RGB")


def opened(path: str):
    from PIL import Image

    return Image.open(path)


def alike(one, other) -> bool:
    """Blocks of 24 pixels are of about the same colour; letters may be of another face."""
    size = (one.width // 24, one.height // 24)
    one, other = (it.convert("RGB").resize(size, 4) for it in (one, other))
    pairs = zip(one.tobytes(), other.tobytes(), strict=True)
    far = sum(abs(a - b) > 60 for a, b in pairs)
    return far * 100 < size[0] * size[1] * 3


def vega(path: str) -> None:
    import json
    import re

    import vl_convert

    svg = vl_convert.vegalite_to_svg(json.loads(Path(path).read_text()), vl_version="5.20")
    print(json.dumps(re.findall(r"<text[^>]*>([^<]*)</text>", svg), ensure_ascii=False))


match sys.argv[1:]:
    case ["svg", path]:
        image = rendered(path)
        print(f"{image.width} × {image.height}, {len(image.getcolors(1 << 24)) > 20}")
    case ["png", path]:
        image = opened(path)
        image.load()
        print(f"{image.width} × {image.height}")
        for key, text in sorted(image.text.items()):
            print(f"{key}: {text}")
    case ["alike", svg, png]:
        print(alike(rendered(svg), opened(png)))
    case ["vega", path]:
        vega(path)
