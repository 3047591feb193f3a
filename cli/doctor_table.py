"""How an examination looks in a terminal."""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from stack.doctor import Examination, Finding


def show(examination: Examination, console: Console | None = None) -> None:
    """Prints what was found, what it means, and what to do."""
    console = console or Console()
    _roles(console, examination)
    _section(console, "loaded", examination.loaded)
    _measured(console, examination)
    _section(console, "this machine", examination.machine, quiet=("GPU",))
    _section(console, "engines, each by itself", examination.engines, quiet=None)
    _section(console, "models", examination.models, quiet=None)
    _routes(console, examination)
    console.print()
    if examination.can_run:
        console.print("[green]HIVE can run here.[/green]")
    else:
        console.print("[red]HIVE cannot run here yet.[/red] What is marked ✗ says why.")


def _roles(console: Console, examination: Examination) -> None:
    """What does each of the three jobs, why, and what better would need."""
    console.print(f"[bold]what is used, profile {examination.profile}[/bold]")
    table = Table.grid(padding=(0, 2))
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column()
    for role in examination.roles:
        names = ", ".join(role.engines) + (f" {role.model}" if role.model else "")
        better = f"\n→ better: {escape(role.better)}" if role.better else ""
        table.add_row(escape(role.role), escape(names), escape(role.why) + better)
    if examination.voiceless:
        table.add_row("captions only", "", f"no voice for {' '.join(examination.voiceless)}")
    console.print(table, highlight=False)


def _measured(console: Console, examination: Examination) -> None:
    """The figures of this machine, and what fits at once."""
    console.print("\n[bold]measured on this machine[/bold]")
    figures = examination.measured
    if figures is None:
        console.print("nothing yet with these models\n→ hive doctor --measure", highlight=False)
        return
    table = Table.grid(padding=(0, 2))
    for timing in figures.passes:
        name = f"{timing.engine} {timing.model}".strip()
        where = "GPU" if timing.on_gpu else f"{timing.threads} thread{'s' if timing.threads > 1 else ''}"
        what = "to recognise" if timing.incremental else "a look at"
        table.add_row(name, where, f"{timing.pass_s:.3f} s {what} {timing.sound_s:.1f} s of speech")
    for clause in figures.clauses:
        table.add_row(
            clause.engine, "", f"{clause.clause_s:.3f} s a clause, {clause.source} to {clause.target}"
        )
    beside = {(t.engine, t.model): t for t in figures.together}
    for voice in figures.voices:
        more = [
            f"{t.per_second_s:.2f} beside {model}, whose look then takes {t.pass_s:.3f} s"
            for (engine, model), t in beside.items()
            if engine == voice.engine
        ]
        said = f"{voice.per_second_s:.3f} s for a second of speech, first sound after {voice.first_sound_s:.3f} s"
        table.add_row(voice.engine, voice.voice, "; ".join([said, *more]))
    for reason in figures.failures:
        table.add_row("", "", escape(reason))
    if figures.busy:
        table.add_row("", "", "these figures are of a busy machine: nothing is decided by them")
    console.print(table, highlight=False)
    for sentence in examination.capacity.sentences if examination.capacity is not None else ():
        console.print(f"- {sentence}", highlight=False, markup=False)


def _section(
    console: Console, title: str, findings: Iterable[Finding], *, quiet: tuple[str, ...] | None = ()
) -> None:
    """One table; what fails is an alarm, but for the names in `quiet` (None: for all), which are choices."""
    console.print(f"\n[bold]{title}[/bold]")
    table = Table.grid(padding=(0, 2))
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column()
    for finding in findings:
        optional = quiet is None or finding.name in quiet
        mark = "[green]✓[/green]" if finding.works else "[dim]-[/dim]" if optional else "[red]✗[/red]"
        advice = f"\n→ {escape(finding.advice)}" if finding.advice else ""
        table.add_row(mark, escape(finding.name), escape(finding.detail) + advice)
    console.print(table, highlight=False)


def _routes(console: Console, examination: Examination) -> None:
    """All directions, one line for each source language; ways over other languages are spelt out."""
    console.print(f"\n[bold]translation: {len(examination.routes)} directions[/bold]")
    table = Table.grid(padding=(0, 2))
    for source in sorted({route.source for route in examination.routes}):
        routes = [route for route in examination.routes if route.source == source]
        direct = [route.target for route in routes if len(route.passes) == 2]
        over = [
            f"{route.target} (over {' '.join(route.passes[1:-1])})"
            for route in routes
            if len(route.passes) > 2
        ]
        table.add_row(source, "→", ", ".join([*direct, *over]))
    console.print(table, highlight=False)
