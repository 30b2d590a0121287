"""A Fingerprint tells one element again on another day, when classes, ids, order or texts may have changed."""

from pydantic import BaseModel, ConfigDict, Field


class Fingerprint(BaseModel):
    """One element on several levels, from the strictest to the most forgiving. Never a value that was filled in."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    tag: str
    role: str = ""
    name: str = Field("", description="Accessible name.")
    label: str = Field("", description="Text of the label that belongs to it.")
    attributes: dict[str, str] = Field(
        {}, description="Attributes that sites keep: id, name, type, test ids, href's path."
    )
    classes: tuple[str, ...] = Field((), description="Without those that look generated.")
    path: str = Field("", description="XPath from the document's root.")
    near: str = Field("", description="The heading or group it stands under.")
    nth: int = Field(0, ge=0, description="Which of those with the same role and name, from 0.")
    of: int = Field(1, ge=1, description="How many there were.")
    alike: int = Field(1, ge=1, description="How many had a name like it, with words more or less; itself included.")


class Match(BaseModel):
    """Where a fingerprint's element is now: exactly one, or none. A near miss is none."""

    model_config = ConfigDict(frozen=True)

    ref: str | None = None
    level: str = Field("", description="exact, stable, attribute, name, path or likeness: what told it.")
    rivals: int = Field(0, description="How many fitted where more than one did.")
    renamed: str = Field("", description="Where none did: what one is called now that has its id, name or address.")
