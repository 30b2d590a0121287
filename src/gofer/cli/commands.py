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
session = typer.Typer(help="List and forget what browsers know from earlier errands.", no_args_is_help=True)
app.add_typer(session, name="session")
playbook = typer.Typer(help="Look at recorded errands, change them, share them and run them.", no_args_is_help=True)
app.add_typer(playbook, name="playbook")

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
def page(
    url: Annotated[str, typer.Argument(metavar="URL", help="The page, http:// or https://.")],
    mode: Annotated[str | None, typer.Option(metavar="viewport|whole|find", help="How much of it to show.")] = None,
    find: Annotated[str | None, typer.Option(metavar="WORDS", help="Show only what is around these words.")] = None,
    cap: Annotated[int, typer.Option(min=100, max=50_000, help="Tokens (o200k) that the view never exceeds.")] = 4000,
    allow_private: Annotated[
        bool, typer.Option("--allow-private", help="Look at addresses of this machine and its network too.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Print what a model would see of a page, and how many tokens that is."""
    look = {"mode": mode, "find": find, "cap": cap}
    begin("gofer.cli.page:page", url=url, look=look, allow_private=allow_private, as_json=as_json)


@app.command()
def blockers(
    where: Annotated[str, typer.Argument(metavar="URL|FILE", help="A page's address, or a file of saved HTML.")],
    allow_private: Annotated[
        bool, typer.Option("--allow-private", help="Look at addresses of this machine and its network too.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Print what stands in an errand's way on a page: a CAPTCHA, a code, a wall, and the evidence."""
    begin("gofer.cli.blockers:blockers", page=where, allow_private=allow_private, as_json=as_json)


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


Name = Annotated[str, typer.Argument(help="The playbook's name, as `gofer playbook list` has it.")]


@playbook.command("list")
def playbooks(as_json: AsJson = False) -> None:
    """List playbooks: yours, and those that come with gofer."""
    begin("gofer.cli.playbook:listed", as_json=as_json)


@playbook.command("show")
def show_playbook(
    name: Name,
    version: Annotated[int | None, typer.Option(min=1, help="An earlier version of it.")] = None,
    versions: Annotated[bool, typer.Option("--versions", help="List its versions, and why there is each.")] = False,
    as_json: AsJson = False,
) -> None:
    """Print a playbook's text."""
    begin("gofer.cli.playbook:show", name=name, version=version, versions=versions, as_json=as_json)


@playbook.command("edit")
def edit_playbook(name: Name) -> None:
    """Change a playbook in your editor; what you save is a new version and is served."""
    begin("gofer.cli.playbook:edit", name=name)


@playbook.command("run")
def run_playbook(
    name: Name,
    values: Annotated[list[str] | None, typer.Argument(metavar="[KEY=VALUE]...", help="Its parameters.")] = None,
    detach: Annotated[bool, typer.Option("--detach", help="Start it and print its id only.")] = False,
    as_json: AsJson = False,
) -> None:
    """Replay a playbook and follow it to its end."""
    begin("gofer.cli.playbook:run", name=name, values=values or [], detach=detach, as_json=as_json)


@playbook.command("export")
def export_playbook(
    name: Name,
    file: Annotated[Path | None, typer.Option("--file", "-o", metavar="FILE", help="Write it there.")] = None,
) -> None:
    """Print a playbook's text, or write it to a file."""
    begin("gofer.cli.playbook:exported", name=name, file=file)


@playbook.command("import")
def import_playbook(
    file: Annotated[Path, typer.Argument(help="A playbook as text or JSON.")],
    name: Annotated[str | None, typer.Option(help="Its name; without it the file's.")] = None,
) -> None:
    """Keep a file's playbook, as a new one or as a new version of the one of its name."""
    begin("gofer.cli.playbook:imported", file=file, name=name)


@playbook.command("delete")
def delete_playbook(name: Name) -> None:
    """Forget a playbook with all its versions; its errand is done by a model again."""
    begin("gofer.cli.playbook:delete", name=name)


@session.command("list")
def sessions(as_json: AsJson = False) -> None:
    """List the profiles whose cookies and storage are kept."""
    begin("gofer.cli.session:listed", as_json=as_json)


@session.command("delete")
def delete_session(
    profile: Annotated[str, typer.Argument(help="Which profile.")],
    version: Annotated[
        int | None, typer.Option(min=1, help="Only this version; the newest one left is used next.")
    ] = None,
    principal: Annotated[str | None, typer.Option(help="Whose profile; without it yours.")] = None,
) -> None:
    """Forget what a profile's browser knows."""
    begin("gofer.cli.session:delete", profile=profile, version=version, principal=principal)
