"""Every command's name, arguments and help. What it does is loaded only when it runs: `--help` stays quick."""

from pathlib import Path
from typing import Annotated

import typer

from gofer import __version__
from gofer.cli.begin import begin

app = typer.Typer(
    name="gofer",
    help="Agents that do your errands, each on a computer of its own that you can watch.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
token = typer.Typer(help="Make and revoke tokens for programs that call gofer.", no_args_is_help=True)
app.add_typer(token, name="token")

RunId = Annotated[str, typer.Argument(metavar="RUN", help="The run's id, as `gofer runs` lists it.")]
Values = Annotated[list[str] | None, typer.Argument(metavar="[KEY=VALUE]...", help="Input; dots nest: a.b=c.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON only.")]
Input = Annotated[str | None, typer.Option("--input", metavar="JSON", help="The whole input as a JSON object.")]


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"gofer {__version__}")
        raise typer.Exit


@app.callback()
def gofer(
    context: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show the trace of an unexpected error.")] = False,
) -> None:
    """Options before the command."""
    context.obj = debug


@app.command()
def up(
    port: Annotated[int | None, typer.Option(min=0, max=65535, help="Port to listen on; 0 takes a free one.")] = None,
    demo: Annotated[bool, typer.Option("--demo", help="Run the demo errand once gofer is up.")] = False,
) -> None:
    """Serve: the dashboard, the API, and the errands themselves."""
    begin("gofer.cli.up:up", port=port, demo=demo)


@app.command()
def worker() -> None:
    """Carry errands without serving pages; any number of workers share one PostgreSQL."""
    begin("gofer.cli.worker:worker")


@app.command()
def run(
    name: Annotated[str, typer.Argument(metavar="APP", help="The application, such as browse or chat.")],
    values: Values = None,
    whole: Input = None,
    detach: Annotated[bool, typer.Option("--detach", help="Start it and print its id only.")] = False,
    as_json: AsJson = False,
    key: Annotated[str | None, typer.Option(help="The same key again gives the same run.")] = None,
) -> None:
    """Start an errand and follow it to its end."""
    begin("gofer.cli.errand:run", app=name, values=values or [], whole=whole, detach=detach, as_json=as_json, key=key)


@app.command()
def runs(
    status: Annotated[str | None, typer.Option(help="Only runs that stand at this, such as waiting.")] = None,
    name: Annotated[str | None, typer.Option("--app", help="Only this application's runs.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=500, help="How many.")] = 20,
    as_json: AsJson = False,
) -> None:
    """List runs, newest first."""
    begin("gofer.cli.look:runs", status=status, app=name, limit=limit, as_json=as_json)


@app.command()
def show(run_id: RunId, as_json: AsJson = False) -> None:
    """Show one run as it stands."""
    begin("gofer.cli.look:show", run_id=run_id, as_json=as_json)


@app.command()
def events(
    run_id: RunId,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on until the run ends.")] = False,
    as_json: AsJson = False,
) -> None:
    """Print what happened to a run; with --json one event per line."""
    begin("gofer.cli.look:events", run_id=run_id, follow=follow, as_json=as_json)


@app.command()
def cancel(run_id: RunId, as_json: AsJson = False) -> None:
    """Stop a run for good."""
    begin("gofer.cli.ask:cancel", run_id=run_id, as_json=as_json)


@app.command()
def retry(
    run_id: RunId,
    values: Values = None,
    whole: Input = None,
    detach: Annotated[bool, typer.Option("--detach", help="Start it and print its id only.")] = False,
    as_json: AsJson = False,
) -> None:
    """Run an ended errand again, perhaps with some of its input changed."""
    begin("gofer.cli.errand:retry", run_id=run_id, values=values or [], whole=whole, detach=detach, as_json=as_json)


@app.command()
def answer(
    run_id: RunId,
    text: Annotated[str, typer.Argument(help="The answer, or one of the choices.")],
    question: Annotated[str | None, typer.Option(metavar="ID", help="Which question, if several are open.")] = None,
    as_json: AsJson = False,
) -> None:
    """Answer what a run asks."""
    begin("gofer.cli.ask:answer", run_id=run_id, text=text, question=question, as_json=as_json)


@app.command()
def control(
    run_id: RunId,
    action: Annotated[str, typer.Argument(metavar="take|return", help="Take keyboard and mouse, or hand them back.")],
    as_json: AsJson = False,
) -> None:
    """Take the keyboard and mouse of a run's desktop, or hand them back."""
    begin("gofer.cli.ask:control", run_id=run_id, action=action, as_json=as_json)


@app.command()
def artifacts(
    run_id: RunId,
    save: Annotated[Path | None, typer.Option(metavar="FOLDER", help="Copy the files there.")] = None,
    as_json: AsJson = False,
) -> None:
    """List the files that a run handed over."""
    begin("gofer.cli.files:artifacts", run_id=run_id, save=save, as_json=as_json)


@app.command()
def doctor(as_json: AsJson = False) -> None:
    """Check what this machine has and lacks."""
    begin("gofer.cli.doctor:doctor", as_json=as_json)


@app.command()
def demo() -> None:
    """Watch the prices of the bundled demo shop, on a sandboxed desktop."""
    begin("gofer.cli.demo:demo")


@app.command()
def ticket() -> None:
    """Print a fresh, single-use address to log in to the dashboard."""
    begin("gofer.cli.tokens:ticket")


@token.command("create")
def create(
    name: Annotated[str, typer.Argument(help="Whose token it is; runs started with it are theirs.")],
    scope: Annotated[list[str] | None, typer.Option(help="What it allows; repeat for several, '*' is all.")] = None,
) -> None:
    """Make a token; it is shown this once, as the last word."""
    begin("gofer.cli.tokens:create", name=name, scopes=scope or [])


@token.command("revoke")
def revoke(name: Annotated[str, typer.Argument(help="Which token.")]) -> None:
    """Revoke a token at once."""
    begin("gofer.cli.tokens:revoke", name=name)
