"""The demo errand: a price watch over a small shop that gofer serves itself."""

from pydantic import JsonValue

HOST = "shop.gofer.example"
"""The shop's name inside sandboxes; the egress proxy answers it from the shop's unix socket."""

APP = "browse"
"""The application that runs the demo errand."""


def demo_input(*, recorded: bool, search: str = "mug") -> dict[str, JsonValue]:
    """The demo errand's input: replayed from its playbook when `recorded`, else done by a model from its goal."""
    goal = (
        f"Search the shop for “{search}”, go through all pages of results and list every product "
        "with name, price and stock. Take a picture of the first page of results."
    )
    playbook = {"playbook": "price_watch"} if recorded else {}
    return {"goal": goal, "start_url": f"http://{HOST}/", "parameters": {"search": search}, **playbook}
