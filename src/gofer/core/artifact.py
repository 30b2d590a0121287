"""An Artifact is a file that a run hands over: a table, a picture, a report."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict


class Artifact(BaseModel):
    """One stored file and where it came from."""

    model_config = ConfigDict(frozen=True)

    id: str
    run_id: str
    name: str
    media_type: str
    size: int
    sha256: str
    created_at: datetime
