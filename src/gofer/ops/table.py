"""The table of operations: everything a caller may ask, each once, for every face."""

from collections.abc import Mapping

from gofer.core.operation import Operation
from gofer.kernel.kernel import Kernel
from gofer.ops.runs import RunOperations
from gofer.ops.system import SystemOperations
from gofer.ops.tokens import TokenOperations


def operations(kernel: Kernel) -> Mapping[str, Operation]:
    """Every operation by name."""
    rows = [
        *RunOperations(kernel).table(),
        *TokenOperations(kernel.access).table(),
        *SystemOperations(kernel).table(),
    ]
    return {operation.name: operation for operation in rows}
