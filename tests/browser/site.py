"""A site of oddities: one page per thing that browsers meet."""

import asyncio

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

PAGES = {
    "form": """<h1>Form</h1><form action="/echo">
        <label>City <input name="city"></label>
        <select name="size" aria-label="Size"><option value="s">Small<option value="l">Large</select>
        <input aria-label="Fixed" readonly value="x"><button>Go</button></form>""",
    "twins": "<button>Buy</button><button>Buy</button><button hidden>Ghost</button>",
    "disabled": "<button disabled>Pay</button>",
    "covered": """<button onclick="document.title='hit'">Below</button>
        <div id="veil" style="position:fixed;inset:0;background:#0008">Cookies</div>""",
    "late": """<p id="p">Waiting</p><script>setTimeout(() => {
        p.outerHTML = '<button onclick="document.title=&quot;pressed&quot;">Late</button>'}, 600)</script>""",
    "delayed": "<button onclick=\"setTimeout(() => location = '/slow', 20)\">Later</button>",
    "slowlink": '<a href="/slow">Slow</a><a href="/slow" target="_blank">Tab</a>',
    "popup": """<button onclick="window.open('/form')">Open</button>""",
    "closing": "<button onclick=\"const w = window.open('/form'); setTimeout(() => w.close(), 400)\">Flash</button>",
    "dialogs": """<button onclick="alert('Look out')">Warn</button>
        <button onclick="document.title = confirm('Delete all?') ? 'deleted' : 'kept'">Delete</button>
        <button onclick="document.title = 'said ' + prompt('Name?')">Name</button>""",
    "leaving": """<input aria-label="Note"><script>
        addEventListener('beforeunload', event => { event.preventDefault(); event.returnValue = 'x' })</script>""",
    "rows": """<ul><li class="row"><b>One</b> <i>1.00</i><a href="/1">x</a></li>
        <li class="row"><b> Two  words </b> <i>2.00</i></li></ul>""",
    "long": "".join(f"<p>Paragraph number {number} of a very long text.</p>" for number in range(2000)),
    "frame": '<iframe src="/form" title="Inside"></iframe>',
    "hanging": '<p>Readable</p><img src="/never" alt="">',
    "download": '<a href="/file">Get it</a>',
    "listed": """<ul id="list"></ul><button id="more">Next page</button><script>
        let page = 0;
        const show = () => { page++;
          list.innerHTML = `<li class="row"><b>Item ${page}</b></li>`;
          if (page == 3) more.remove(); };
        show(); more.onclick = () => setTimeout(show, 300)</script>""",
    "circle": '<li class="row"><b>Same</b></li><a href="/circle">Next page</a>',
    "manynext": '<li class="row"><b>One</b></li><a href="/a">Next page</a><a href="/b">Next page</a>',
    "typing": """<input aria-label="Find" oninput="history.replaceState(0, '', '?q=' + this.value)">""",
}


def site(pages: dict[str, str] | None = None) -> Starlette:
    """The pages by name, and a few addresses that misbehave."""
    known = PAGES if pages is None else pages

    async def page(request: Request) -> Response:
        name = request.path_params["name"]
        return HTMLResponse(
            f"<!doctype html><title>{name}</title>{known.get(name, 'Nothing')}", 200 if name in known else 404
        )

    async def echo(request: Request) -> Response:
        return HTMLResponse(f"<!doctype html><title>echo</title><h1>{dict(request.query_params)}</h1>")

    async def slow(request: Request) -> Response:
        await asyncio.sleep(0.8)
        return HTMLResponse("<!doctype html><title>slow</title><h1>Slow page</h1>")

    async def never(request: Request) -> Response:
        await asyncio.sleep(30)
        return Response()

    async def status(request: Request) -> Response:
        return HTMLResponse("<h1>Oh no</h1>", int(request.path_params["code"]))

    async def file(request: Request) -> Response:
        return Response(b"a,b", headers={"Content-Disposition": 'attachment; filename="data.csv"'})

    async def around(request: Request) -> Response:
        return RedirectResponse("/around")

    return Starlette(
        routes=[
            Route("/echo", echo),
            Route("/slow", slow),
            Route("/never", never),
            Route("/file", file),
            Route("/around", around),
            Route("/status/{code}", status),
            Route("/{name}", page),
        ]
    )
