"""Where a recorded playbook's pages may load from: the hosts that the run came to, by name."""

from collections.abc import Sequence

ANYWHERE = ("*",)


def reach(came_to: Sequence[str], own: Sequence[str]) -> tuple[str, ...]:
    """Patterns for hosts outside the playbook's own sites; anywhere public where nobody knows what the run came to."""
    if not came_to:
        return ANYWHERE
    sites = [host.removeprefix("www.") for host in own if host.startswith("www.")]
    patterns = [pattern for site in sites for pattern in (site, f"*.{site}")]
    others = [host for host in map(str.lower, came_to) if not any(_is_below(host, site) for site in (*own, *sites))]
    return tuple(dict.fromkeys([*patterns, *others]))


def _is_below(host: str, site: str) -> bool:
    return host == site or host.endswith(f".{site}")
