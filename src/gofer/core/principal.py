"""A Principal is who asks: an identity with the scopes that its token or session granted."""

from pydantic import BaseModel, ConfigDict

EVERYTHING = "*"


class Principal(BaseModel):
    """Who asks, and what they were granted."""

    model_config = ConfigDict(frozen=True)

    id: str
    scopes: frozenset[str] = frozenset()

    def may(self, scope: str) -> bool:
        """Whether this scope was granted, by name or by `*`."""
        return EVERYTHING in self.scopes or scope in self.scopes

    @property
    def owns_everything(self) -> bool:
        """Whether other principals' runs are in reach too."""
        return EVERYTHING in self.scopes


OWNER = Principal(id="owner", scopes=frozenset({EVERYTHING}))
