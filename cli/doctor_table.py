"""How an examination looks in a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from pipeline.capacity import Measured
from stack.doctor import DoctorFinding, Examination, Route


def show(examination: Examination, console: Console | None = None) -> None:
    """Prints what was found, what it means, and what to do."""
    console = console or Console()
    _roles(console, examination)
    _section(console, "loaded", examination.loaded)
    _measured(console, examination)
    _section(console, "this machine", examination.machine, quiet=("GPU", "Ray"))
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
    for row in chain(_passes(figures), _clauses(figures), _voices(figures), _reservations(figures)):
        table.add_row(*row)
    console.print(table, highlight=False)
    for sentence in examination.capacity.sentences if examination.capacity is not None else ():
        console.print(f"- {sentence}", highlight=False, markup=False)


_Row = tuple[str, str, str]
"""An engine, where it ran or with which voice, and what that took."""


def _passes(figures: Measured) -> Iterator[_Row]:
    for timing in figures.passes:
        where = "GPU" if timing.on_gpu else f"{timing.threads} thread{'s' if timing.threads > 1 else ''}"
        what = "to recognise" if timing.incremental else "a look at"
        took = f"{timing.pass_s:.3f} s {what} {timing.sound_s:.1f} s of speech"
        yield f"{timing.engine} {timing.model}".strip(), where, took


def _clauses(figures: Measured) -> Iterator[_Row]:
    for clause in figures.clauses:
        yield clause.engine, "", f"{clause.clause_s:.3f} s a clause, {clause.source} to {clause.target}"


def _voices(figures: Measured) -> Iterator[_Row]:
    latest = {(timing.engine, timing.model): timing for timing in figures.together}
    for voice in figures.voices:
        alone = f"{voice.per_second_s:.3f} s for a second of speech, first sound after {voice.first_sound_s:.3f} s"
        beside = [
            f"{timing.per_second_s:.2f} beside {timing.model}, whose look then takes {timing.pass_s:.3f} s"
            for timing in latest.values()
            if timing.engine == voice.engine
        ]
        yield voice.engine, voice.voice, "; ".join([alone, *beside])


def _reservations(figures: Measured) -> Iterator[_Row]:
    """What could not be measured, and what the figures are not good for."""
    for reason in figures.failures:
        yield "", "", escape(reason)
    if figures.busy:
        yield "", "", "these figures are of a busy machine: nothing is decided by them"


def _section(
    console: Console, title: str, findings: Iterable[DoctorFinding], *, quiet: tuple[str, ...] | None = ()
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
        routes.sort(key=lambda route: len(route.passes) > 2)  # direct ones first
        table.add_row(source, "→", ", ".join(map(_target, routes)))
    console.print(table, highlight=False)


def _target(route: Route) -> str:
    between = " ".join(route.passes[1:-1])
    return f"{route.target} (over {between})" if between else route.target
