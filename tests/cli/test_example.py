"""The example of gofer.toml is one that works and says the defaults."""

from pathlib import Path

from gofer.settings import Settings, load

EXAMPLE = Path(__file__).parents[2] / "examples" / "gofer.toml"


def test_the_example_says_what_holds_without_it() -> None:
    read = load({"GOFER_CONFIG": str(EXAMPLE)})
    assert read == Settings(data=read.data, models=read.models)
    assert read.data == Settings().data.expanduser().resolve()
