"""The command line's copy of the operations' addresses is a true one."""

from pathlib import Path

from gofer.cli.addresses import ADDRESSES
from gofer.testing.harness import Setup, harness


async def test_every_operation_is_reached_where_the_table_has_it(folder: Path) -> None:
    async with harness(Setup(folder, [])) as gofer:
        table = {name: (operation.method, operation.path) for name, operation in gofer.operations.items()}
    assert table == ADDRESSES
