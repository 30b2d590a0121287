"""A small shop to try errands on: search, pages of results, prices that change. It needs no JavaScript."""

import importlib
from functools import cached_property, partial
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from gofer.core.clock import Clock, SystemClock
from gofer.demo.catalogue import Offer, offer, search, shelf

PER_PAGE = 8


def shop(clock: Clock | None = None) -> Starlette:
    """The shop as an ASGI application; its prices follow the clock."""
    seller = _Seller(clock or SystemClock())
    routes = [
        Route("/", seller.home),
        Route("/search", seller.results),
        Route("/product/{slug}", seller.product),
    ]
    return Starlette(routes=routes, exception_handlers={404: seller.missing})


class _Seller:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._products = shelf()

    async def home(self, request: Request) -> Response:
        return self._page("home.html", offers=self._offers("")[::9])

    async def results(self, request: Request) -> Response:
        words, found = request.query_params.get("q", ""), self._offers(request.query_params.get("q", ""))
        pages = max(1, -(-len(found) // PER_PAGE))
        number = min(max(_number(request.query_params.get("page", "1")), 1), pages)
        shown = found[(number - 1) * PER_PAGE : number * PER_PAGE]
        return self._page("results.html", words=words, total=len(found), offers=shown, number=number, pages=pages)

    async def product(self, request: Request) -> Response:
        slug = request.path_params["slug"]
        found = [each for each in self._offers("") if each.product.slug == slug]
        return self._page("product.html", offer=found[0]) if found else self._missing()

    async def missing(self, request: Request, error: Exception) -> Response:
        return self._missing()

    @cached_property
    def _pages(self) -> Any:
        """Loaded with the first customer: most of the time nobody is in the shop."""
        jinja = importlib.import_module("jinja2")
        return jinja.Environment(loader=jinja.PackageLoader("gofer.demo"), autoescape=True, trim_blocks=True)

    def _missing(self) -> Response:
        return self._page("missing.html", status=404)

    def _offers(self, words: str) -> list[Offer]:
        price = partial(offer, at=self._clock.now())
        return [price(product) for product in search(self._products, words)]

    def _page(self, template: str, status: int = 200, **shown: object) -> Response:
        return HTMLResponse(self._pages.get_template(template).render(**shown), status)


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 6 else 1
