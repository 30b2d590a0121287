"""Pages are drawn from `pages/*.html`; everything put into them is escaped."""

from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse

HERE = Path(__file__).parent


class Pages:
    """The templates, ready to be filled."""

    def __init__(self) -> None:
        loader = FileSystemLoader(HERE / "pages")
        self._environment = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True)
        self._environment.policies["json.dumps_kwargs"] = {"sort_keys": False}  # an output keeps its own order

    def render(self, name: str, status: int = 200, **values: Any) -> HTMLResponse:
        """One page; `values` are what its template names."""
        return HTMLResponse(self._environment.get_template(name).render(**values), status)
