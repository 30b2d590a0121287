"""The egress proxy: the only way out of a sandbox, open to what its run was allowed and to nothing private."""

from gofer.sandboxes.egress.proxy import EgressProxy
from gofer.sandboxes.egress.tally import Tally, look

__all__ = ["EgressProxy", "Tally", "look"]
