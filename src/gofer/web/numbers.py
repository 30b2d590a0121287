"""What /metrics says, in the text format of Prometheus."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest
from prometheus_client.core import CounterMetricFamily

CONTENT_TYPE = CONTENT_TYPE_LATEST

COUNTED = {
    "pages": "Pages that browsers loaded.",
    "requests": "Requests that sandboxes sent out, refused ones included.",
    "refused": "Requests that the egress rules did not let pass.",
    "sent": "Bytes from sandboxes to servers.",
    "received": "Bytes from servers to sandboxes.",
    "input_tokens": "Tokens that models were given.",
    "output_tokens": "Tokens that models gave.",
    "usd": "US dollars that models cost.",
}


def text(status: dict[str, Any], totals: dict[str, Any]) -> bytes:
    """The status, what all runs cost so far, and what the process itself takes."""
    return gauges(status) + counters(totals) + generate_latest()


def counters(told: dict[str, Any]) -> bytes:
    """What all runs did and cost, as numbers that only grow."""
    registry = CollectorRegistry()
    registry.register(Totals(told))
    return generate_latest(registry)


@dataclass(eq=False)
class Totals:
    """Counters that are kept in the database. A `Counter` would add a gauge of when it was made, which is just now."""

    told: dict[str, Any]

    def collect(self) -> Iterator[CounterMetricFamily]:
        """Each as it stands."""
        for name, meaning in COUNTED.items():
            if name in self.told:
                yield CounterMetricFamily(f"gofer_{name}", meaning, self.told[name])


def gauges(told: dict[str, Any]) -> bytes:
    """The status as numbers that can be watched over time."""
    registry = CollectorRegistry()
    runs = Gauge("gofer_runs", "Runs by state.", ["state"], registry=registry)
    for state in ("active", "queued", "waiting", "stuck"):
        runs.labels(state).set(told[f"{state}_runs"])
    Gauge("gofer_up", "1 unless gofer is down.", registry=registry).set(told["status"] != "down")
    Gauge("gofer_sandbox_ready", "1 when desktops can be started.", registry=registry).set(told["sandbox_ready"])
    return generate_latest(registry)
