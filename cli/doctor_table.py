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
    console.print(examination.reasons[0], highlight=False, markup=False)
    _section(console, f"what the profile {examination.means} uses", examination.chosen)
    _section(console, "this machine", examination.machine, quiet=("GPU",))
    _section(console, "engines, each by itself", examination.engines, quiet=None)
    _section(console, "models", examination.models, quiet=None)
    _routes(console, examination)
    console.print()
    if examination.can_run:
        console.print(f"[green]The profile {examination.means} can run here.[/green]")
    else:
        console.print(
            f"[red]The profile {examination.means} cannot run here yet.[/red] What is marked ✗ says why."
        )


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
