"""How full a worker says that it is."""

from __future__ import annotations

import subprocess
import sys

from worker.room_load import RoomLoad, used_by_children


class Machine:
    """Processes of rooms that take so much of a core each."""

    def __init__(self, cores: float, *, max_rooms: int = 10) -> None:
        self.now_s, self.spent = 0.0, dict[int, float]()
        self.load = RoomLoad(max_rooms, cores=cores, used=lambda: dict(self.spent), now=lambda: self.now_s)

    def run(self, seconds: float, **rooms: float) -> float:
        """Rooms by name, each with the cores it takes; what the worker says in the end."""
        said = 0.0
        for _ in range(int(seconds / 0.5)):
            said = self.load.of(len(rooms))
            self.now_s += 0.5
            for number, cores in enumerate(rooms.values(), 1):
                self.spent[number] = self.spent.get(number, 0.0) + 0.5 * cores
        return said


def test_light_rooms_fill_a_worker_to_its_setting_or_its_cores() -> None:
    """Two cores carry eight rooms, whatever the setting allows; eight cores what it allows."""
    assert Machine(2).load.fitting == 8
    assert Machine(8).load.fitting == 10
    assert Machine(2).run(60, a=0.1, b=0.1) == 0.25


def test_heavy_rooms_fill_it_sooner() -> None:
    """As with many speakers, or engines inside them; when it is full it says so."""
    machine = Machine(2)
    assert machine.run(120, a=0.8, b=0.8) == 1.0
    assert machine.load.fitting == 2


def test_a_moment_is_not_what_a_room_takes() -> None:
    """A room that begins loads libraries: that fills nobody."""
    machine = Machine(4)
    machine.run(2, a=1.5)
    assert machine.load.fitting == 10
    machine.run(120, a=0.1)
    assert machine.load.fitting == 10


def test_one_room_fits_everywhere() -> None:
    """However weak the machine, and however heavy the room."""
    assert Machine(0.1).load.fitting == 1
    assert Machine(0.1).load.of(0) == 0.0


def test_the_time_of_real_processes_is_seen() -> None:
    """Of those that this one has started."""
    code = "import sys\nfor _ in range(10**6): pass\nprint('x', flush=True)\nsys.stdin.read()"
    command = [sys.executable, "-c", code]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        assert used_by_children()[process.pid] > 0
