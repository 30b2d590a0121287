"""What the demo shop sells, and what it costs at a given moment."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

PERIOD = 15
"""Seconds a price holds at least; short, so that the second demo errand already finds changes."""


@dataclass(frozen=True)
class Product:
    """One thing on the shelf; `base` is its price in cents before any drift."""

    slug: str
    name: str
    about: str
    base: int


@dataclass(frozen=True)
class Offer:
    """A product as the shop offers it right now."""

    product: Product
    cents: int
    left: int

    @property
    def price(self) -> str:
        """The price as shown, in the shop's currency."""
        return f"€ {Decimal(self.cents) / 100:.2f}"

    @property
    def stock(self) -> str:
        """How many there are, as shown."""
        return "Sold out" if self.left == 0 else f"Only {self.left} left" if self.left < 4 else "In stock"


_KINDS = {
    "mug": ("Stoneware, holds 300 ml.", 1190, 18),
    "lamp": ("Warm light, linen cord.", 4900, 12),
    "notebook": ("Dotted, 160 pages, lies flat.", 890, 14),
    "blanket": ("Wool, woven in small batches.", 7400, 9),
}

_GLAZES = (
    "Harbour", "Meadow", "Ember", "Slate", "Saffron", "Birch", "Lagoon", "Heather", "Copper",
    "Frost", "Juniper", "Clay", "Midnight", "Linen", "Coral", "Moss", "Pebble", "Marigold",
)  # fmt: skip


def shelf() -> list[Product]:
    """Everything the shop sells."""
    return [
        Product(f"{glaze.lower()}-{kind}", f"{glaze} {kind}", about, base + 130 * place)
        for kind, (about, base, many) in _KINDS.items()
        for place, glaze in enumerate(_GLAZES[:many])
    ]


def search(products: Sequence[Product], words: str) -> list[Product]:
    """The products whose name or description has every word; all of them for no words."""
    wanted = words.lower().split()
    return [
        product for product in products if all(word in f"{product.name} {product.about}".lower() for word in wanted)
    ]


def offer(product: Product, at: datetime) -> Offer:
    """What a product costs at that moment: the same for everybody, and different a little later."""
    period = int(at.timestamp()) // PERIOD
    drift = _dice(product.slug, period // 3 if _dice(product.slug, 0) % 3 else period)
    cents = product.base * (92 + drift % 17) // 100
    return Offer(product, cents, left=drift // 17 % 23)


def _dice(slug: str, period: int) -> int:
    return int.from_bytes(hashlib.sha256(f"{slug} {period}".encode()).digest()[:4], "big")
