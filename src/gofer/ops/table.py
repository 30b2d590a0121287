"""The table of operations: everything a caller may ask, each once, for every face."""

from collections.abc import Mapping

from gofer.core.operation import Operation
from gofer.kernel.kernel import Kernel
from gofer.ops.playbooks import PlaybookOperations
from gofer.ops.runs import RunOperations
from gofer.ops.sessions import SessionOperations
from gofer.ops.system import SystemOperations
from gofer.ops.tokens import TokenOperations
from gofer.ops.usage import UsageOperations


def operations(kernel: Kernel) -> Mapping[str, Operation]:
    """Every operation by name."""
    rows = [
        *RunOperations(kernel).table(),
        *PlaybookOperations(kernel).table(),
        *TokenOperations(kernel.access).table(),
        *SystemOperations(kernel).table(),
        *SessionOperations(kernel).table(),
        *UsageOperations(kernel).table(),
    ]
    return {operation.name: operation for operation in rows}
