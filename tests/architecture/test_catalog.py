"""Every part that has a name can be loaded by it."""

from collections.abc import Mapping

import pytest

from gofer import catalog
from gofer.core.errors import Refused
from gofer.core.sandbox import SandboxProvider

TABLES: tuple[Mapping[str, str], ...] = (catalog.APPLICATIONS, catalog.SANDBOXES)


@pytest.mark.parametrize("where", [where for table in TABLES for where in table.values()])
def test_every_catalog_name_loads(where: str) -> None:
    assert catalog.load(where) is not None


def test_every_application_is_called_what_the_catalog_calls_it() -> None:
    found = catalog.applications()
    assert {name: application.name for name, application in found.items()} == {name: name for name in found}
    assert all(application.summary for application in found.values())


def test_every_provider_has_the_whole_contract() -> None:
    wanted = {name for name in vars(SandboxProvider) if not name.startswith("_")}
    for name in catalog.SANDBOXES:
        provider = catalog.sandbox_provider(name)
        assert {each for each in wanted if not hasattr(provider, each)} == set()


def test_what_is_not_installed_is_named() -> None:
    with pytest.raises(Refused, match="no_such_package"):
        catalog.load("no_such_package.part:Thing")
