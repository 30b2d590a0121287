"""Pages are drawn from `pages/*.html`; everything put into them is escaped."""

import importlib
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from starlette.responses import HTMLResponse

if TYPE_CHECKING:
    from jinja2 import Environment

HERE = Path(__file__).parent


class Pages:
    """The templates, ready to be filled."""

    def render(self, name: str, status: int = 200, **values: Any) -> HTMLResponse:
        """One page; `values` are what its template names."""
        return HTMLResponse(self._environment.get_template(name).render(**values), status)

    @cached_property
    def _environment(self) -> "Environment":
        """Jinja is loaded with the first page: a gofer that only carries errands never needs it."""
        jinja = importlib.import_module("jinja2")
        loader = jinja.FileSystemLoader(HERE / "pages")
        made: Environment = jinja.Environment(
            loader=loader, autoescape=True, undefined=jinja.StrictUndefined, trim_blocks=True
        )
        made.policies["json.dumps_kwargs"] = {"sort_keys": False}  # an output keeps its own order
        return made
