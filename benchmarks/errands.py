"""A site that works, for errands that are recorded and replayed: a form, a shop, a table of orders, a mail program.

It writes down the ground truth of every element that is clicked, filled or changed, in the order in which it happens.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from benchmarks.mutations import FLIP, MUTATE, form, inbox, shop, table
from gofer.core import action as do
from gofer.core.action import Action, Target

WATCH = """
for (const kind of ['click', 'change']) document.addEventListener(kind, event => {
  const hit = event.target.closest('[data-truth]');
  if (hit) navigator.sendBeacon('/truth', kind[1] + hit.dataset.truth);
}, true);"""

WORKS = {
    "form": "document.querySelector('form').onsubmit = e => { e.preventDefault();"
    " document.querySelector('h1').textContent = 'Thank you'; };"
    "document.querySelector('form').addEventListener('click', e => { if (e.target.type === 'button')"
    " document.querySelector('h1').textContent = 'Draft saved'; });",
    "shop": "for (const b of document.querySelectorAll('.card button')) b.addEventListener('click', () => {"
    " const said = document.createElement('p'); said.setAttribute('role', 'status');"
    " said.textContent = b.getAttribute('aria-label') ? 'Remembered' : 'Added to your basket';"
    " document.body.append(said); });"
    "document.querySelector('header form').onsubmit = e => { e.preventDefault();"
    " document.querySelector('main h1').textContent = 'Results'; };",
    "table": "for (const b of document.querySelectorAll('td button')) b.addEventListener('click', () => {"
    " const said = document.createElement('p'); said.setAttribute('role', 'status');"
    " said.textContent = 'Order cancelled'; document.body.append(said); });"
    "document.querySelector('[data-testid]').addEventListener('click', () => {"
    " document.querySelector('h1').textContent = 'Export is ready'; });",
    "inbox": "for (const b of document.querySelectorAll('button')) b.addEventListener('click', () => {"
    " const said = document.createElement('p'); said.setAttribute('role', 'status');"
    " said.textContent = 'Done with ' + ['this', 'that', 'it', 'them', 'all'][b.dataset.truth % 5];"
    " document.body.append(said); });"
    "for (const b of document.querySelectorAll('[role=button]')) b.addEventListener('click', () =>"
    " b.setAttribute('aria-pressed', 'true'));",
}


@dataclass
class World:
    """What the site's pages go through, and what was done to them."""

    change: str = "none"
    seed: int = 0
    flip: tuple[str, str] = ("", "")
    """The truth of an element that means something else, and how."""
    truths: tuple[str, ...] = ()

    def begin(self, change: str = "none", seed: int = 0, flip: tuple[str, str] = ("", "")) -> None:
        """From now on the pages are changed like this, and what is done to them is written down anew."""
        self.change, self.seed, self.flip, self.truths = change, seed, flip, ()

    def site(self) -> Starlette:
        """The site."""
        pages: dict[str, Callable[[], str]] = {"form": form, "shop": shop, "table": table, "inbox": inbox}

        async def page(request: Request) -> Response:
            name = request.path_params["name"]
            if name not in pages:
                return HTMLResponse("<!doctype html><h1>Another page</h1>")
            flips = f";({FLIP})({list(self.flip)})" if self.flip[0] else ""
            script = f"{WATCH}{WORKS[name]}({MUTATE})(['{self.change}', {self.seed}]){flips}"
            return HTMLResponse(f"<!doctype html><title>{name}</title><body>{pages[name]()}<script>{script}</script>")

        async def truth(request: Request) -> Response:
            self.truths = (*self.truths, (await request.body()).decode())
            return JSONResponse(None)

        return Starlette(
            routes=[Route("/truth", truth, methods=["POST"]), Route("/{name}", page), Route("/{name}/{more}", page)]
        )


def _in(number: int) -> Target:
    return Target(css=f'[data-truth="{number}"]')


ERRANDS: dict[str, Sequence[Action]] = {
    "form": [
        do.Fill(target=_in(4), value="Ada"),
        do.Fill(target=_in(5), value="Berg"),
        do.Fill(target=_in(8), value="Long Street"),
        do.Fill(target=_in(10), value="Bergen"),
        do.Fill(target=_in(12), value="2030-01-31"),
        do.Select(target=_in(16), values=("Two",)),
        do.Check(target=_in(19)),
        do.Check(target=_in(23)),
        do.Fill(target=_in(25), value="Because"),
        do.Check(target=_in(26)),
        do.Click(target=_in(28)),
    ],
    "shop": [
        do.Fill(target=_in(1), value="mug"),
        do.Click(target=_in(2)),
        do.Check(target=_in(5)),
        do.Select(target=_in(9), values=("Name",)),
        do.Click(target=_in(17)),
        do.Click(target=_in(24)),
    ],
    "table": [
        do.Fill(target=_in(2), value="Cleo"),
        do.Select(target=_in(3), values=("Closed",)),
        do.Check(target=_in(10)),
        do.Click(target=_in(12)),
        do.Click(target=_in(0)),
    ],
    "inbox": [
        do.Click(target=_in(9)),
        do.Click(target=_in(4)),
        do.Fill(target=_in(7), value="invoice"),
        do.Fill(target=_in(16), value="Trip"),
        do.Click(target=_in(18)),
    ],
}
"""By page: what is done there. Elements are named by their truth only while it is recorded."""
