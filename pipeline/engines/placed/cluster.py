"""Ray on this machine, or one that is there: begun, given its deployments, watched, and ended without a trace."""

from __future__ import annotations

import asyncio
import functools
import importlib.util
import logging
import os
import secrets
import shutil
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from typing import Any, Final, TypeVar

import psutil
import structlog

from config.cache import cache_directory
from config.placement import RaySettings
from config.settings import Settings
from foundation.supervision import keep_running
from foundation.tasks import Tasks
from pipeline.engines.choice import EngineChoice
from pipeline.engines.placed.asking import PlacedRole, app_name
from pipeline.engines.placed.deployments import application, fingerprint, for_engines
from pipeline.engines.placed.recognizer import DESCRIBE_S
from pipeline.engines.protocols import EngineError, EngineMissing
from pipeline.machine import cores

log = structlog.get_logger(__name__)

MISSING: Final = "Ray is not installed; `pip install --require-hashes -r requirements-ray.lock`"
_LOOK_S: Final = 0.5
_WATCH_S: Final = 2.0
_LONGEST_DIRECTORY: Final = 28
"""Characters: Ray's sockets have some 75 behind it, and the system takes no more than 107."""
_ENDED_S: Final = 5.0
_STARTING: Final = frozenset({"NOT_STARTED", "DEPLOYING"})

Result = TypeVar("Result")


def require_ray() -> None:
    """Raises EngineMissing where it is not installed. Loads nothing."""
    if importlib.util.find_spec("ray") is None:
        raise EngineMissing(MISSING)


@asynccontextmanager
async def placed(
    settings: Settings,
    choice: EngineChoice,
    roles: Sequence[str],
    *,
    say: Callable[[str], None] = lambda line: None,
) -> AsyncIterator[Mapping[str, PlacedRole]]:
    """The ways to the engines of these services for as long as the context lasts.

    A cluster that was begun here ends with it, and nothing of it stays. On one that was there the copies stay, for
    other services that use them; `serve shutdown` ends them.

    Args:
        roles: of "stt", "mt", "tts".
        say: gets a line about each step, as the first start takes its time.

    Raises:
        EngineMissing: Ray is not installed.
        EngineError: the cluster does not start or is not there; the copies do not run in time.
    """
    require_ray()
    tasks = Tasks()
    with _environment(own=not settings.ray.address), _directory(settings.ray) as directory:
        cluster = _Cluster(settings.ray, directory)
        try:
            say(_first_line(settings.ray))
            await _to_its_end(cluster.begin)
            wanted = for_engines(settings, choice)
            for role in roles:  # in their order: translators ask for Whisper where it hears
                say(f"{role:4} waits for the copies of its engines")
                await _to_its_end(functools.partial(cluster.deploy, role, wanted))
            ways = await _to_its_end(functools.partial(cluster.ways, roles))
            watching = keep_running(functools.partial(_watch, cluster, ways), name="copies of the engines")
            tasks.start(watching, name="copies of the engines")
            yield ways
        finally:
            await tasks.close()
            await _to_its_end(cluster.end)


def _first_line(ray: RaySettings) -> str:
    return f"Ray: joins the cluster at {ray.address}" if ray.address else "Ray: starts on this machine"


class _Cluster:
    """Everything blocks, and is called from one thread after the other."""

    def __init__(self, settings: RaySettings, directory: Path) -> None:
        self._settings, self._directory = settings, directory
        self._begun = False

    def begin(self) -> None:
        """Starts Ray, or joins the one that is there. Raises EngineError."""
        import ray
        from ray import serve

        if ray.is_initialized():
            raise EngineError("Ray runs in this process already")
        _quieten()
        until_s = time.monotonic() + (0.0 if self._settings.address else self._settings.start_s)
        while not self._begun:
            self._begun = True
            try:
                ray.init(**self._how(), log_to_driver=False, configure_logging=False, namespace="hive")
            except (
                Exception
            ) as error:  # of a start on a busy machine, for which Ray has half a minute, it tells as such
                if time.monotonic() >= until_s:
                    raise EngineError(f"Ray does not start: {_first_words(error)}") from error
                log.warning("Ray did not start and is started again", reason=type(error).__name__)
                self.end()
        # engines are asked from here alone: there is no proxy
        serve.start(http_options={"location": "NoServer"})
        _quieten()  # Ray Serve sets the level of its own

    def deploy(self, role: str, wanted: Settings) -> None:
        """Has Ray Serve run a service's engines, unless it does. Raises EngineError when they do not run in time."""
        from ray import serve

        if self._runs(role, wanted):
            return
        name = app_name(role)
        target = serve.RunTarget(application(role, wanted, self._settings), name=name, route_prefix=None)
        serve.run_many([target], wait_for_applications_running=False)
        self._wait(name)

    def ways(self, roles: Sequence[str]) -> Mapping[str, PlacedRole]:
        """To the copies of each service."""
        from ray import serve

        return {role: PlacedRole(role, serve.get_app_handle(app_name(role))) for role in roles}

    def states(self) -> Mapping[str, Mapping[str, int]]:
        """For each service how many copies are in which of Ray Serve's states."""
        from ray import serve

        return {
            name.removeprefix(app_name("")): {
                str(state): count
                for deployment in overview.deployments.values()
                for state, count in deployment.replica_states.items()
            }
            for name, overview in serve.status().applications.items()
            if name.startswith(app_name(""))
        }

    def end(self) -> None:
        """Ends what was begun here; of a cluster that was there, takes leave."""
        if not self._begun:
            return
        import ray
        from ray import serve

        if not self._settings.address and ray.is_initialized():
            with suppress(Exception):  # whatever it says: its processes are ended below
                serve.shutdown()
        ray.shutdown()
        self._begun = False
        if not self._settings.address:
            _end_what_is_left(self._directory)

    def _how(self) -> dict[str, Any]:
        if self._settings.address:
            return {"address": self._settings.address}
        placings = [self._settings.of(role) for role in ("stt", "mt", "tts")]
        return {
            # cores divide machines; on this one alone all that is allowed has its place
            "num_cpus": max(cores(), 1 + int(sum(placing.most * placing.cores for placing in placings))),
            "include_dashboard": False,
            "object_store_memory": self._settings.object_store_mb * 1024 * 1024,
            "_temp_dir": str(self._directory),
        }

    def _runs(self, role: str, wanted: Settings) -> bool:
        """Whether the copies that are wanted are there, on a cluster that others use too."""
        from ray import serve

        overview = serve.status().applications.get(app_name(role))
        if overview is None or str(overview.status.value) != "RUNNING":
            return False
        told, _ = serve.get_app_handle(app_name(role)).describe.remote().result(timeout_s=DESCRIBE_S)
        return bool(getattr(told, "fingerprint", "") == fingerprint(wanted, self._settings.of(role)))

    def _wait(self, name: str) -> None:
        """Until an application runs."""
        from ray import serve

        until_s = time.monotonic() + self._settings.start_s
        while True:
            overview = serve.status().applications.get(name)
            status = "NOT_STARTED" if overview is None else str(overview.status.value)
            if status == "RUNNING":
                return
            if status not in _STARTING:
                raise EngineError(f"{name} on Ray is {status.lower()}: {_first_words(overview.message)}")
            if time.monotonic() > until_s:
                raise EngineError(
                    f"{name} on Ray does not run after {self._settings.start_s:g} s; "
                    "perhaps no machine of the cluster has the cores and GPUs that its copies are to get"
                )
            time.sleep(_LOOK_S)


async def _watch(cluster: _Cluster, ways: Mapping[str, PlacedRole]) -> None:
    """Notes now and then how many copies there are."""
    while True:
        states = await asyncio.to_thread(cluster.states)
        for role, way in ways.items():
            way.figures.states = dict(states.get(role, {}))
        await asyncio.sleep(_WATCH_S)


async def _to_its_end(work: Callable[[], Result]) -> Result:
    """Runs blocking work in a thread; who is cancelled waits for it, as half a cluster cannot be ended."""
    running = asyncio.ensure_future(asyncio.to_thread(work))
    try:
        return await asyncio.shield(running)
    except asyncio.CancelledError:
        await asyncio.wait([running])
        running.exception()  # nobody asks for it any more
        raise


@contextmanager
def _environment(*, own: bool) -> Iterator[None]:
    """The variables by which Ray takes what has no argument; they were as before afterwards."""
    wanted = {
        "RAY_USAGE_STATS_ENABLED": "0",
        "RAY_SERVE_LOG_TO_STDERR": "0",
        "RAY_SERVE_HANDLE_AUTOSCALING_METRIC_PUSH_INTERVAL_S": "1",
        "RAY_SERVE_REPLICA_AUTOSCALING_METRIC_PUSH_INTERVAL_S": "1",
        "RAY_ENABLE_AUTO_CONNECT": "0",  # else a question asked too late starts another Ray
        "RAY_DISABLE_FAILURE_SIGNAL_HANDLER": "1",  # it would take SIGTERM, and end us without a clean-up
    }
    if own:
        # This machine's own address would be taken otherwise, and its ports be open to others; those that Ray Serve
        # opens nevertheless ask for the token, which is made anew each time.
        wanted |= {
            "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0",
            "RAY_AUTH_MODE": "token",
            "RAY_AUTH_TOKEN": secrets.token_hex(32),
        }
    before = {name: os.environ.get(name) for name in wanted}
    os.environ.update(wanted)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


@contextmanager
def _directory(ray: RaySettings) -> Iterator[Path]:
    """Where a cluster of ours keeps sockets and logs; gone afterwards."""
    if ray.address:
        yield Path()
        return
    base = cache_directory() / "ray"
    base.mkdir(parents=True, exist_ok=True, mode=0o700)
    inside = base if len(str(base)) <= _LONGEST_DIRECTORY else None
    made = Path(tempfile.mkdtemp(prefix="hive-", dir=inside))
    try:
        yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)


def _end_what_is_left(directory: Path) -> None:
    """Ends the processes of a cluster that did not come to life, which Ray does not: all of them name its directory."""
    left = [
        child
        for child in psutil.Process().children(recursive=True)
        if any(str(directory) in argument for argument in _arguments(child))
    ]
    for process in left:
        with suppress(psutil.Error):
            process.kill()
    psutil.wait_procs(left, _ENDED_S)


def _arguments(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.Error:  # it has ended
        return []


def _quieten() -> None:
    """What Ray tells of its own work is for its logs."""
    logging.getLogger("ray").setLevel(logging.ERROR)
    logging.getLogger("ray.serve").setLevel(logging.ERROR)


def _first_words(error: object) -> str:
    """The last line of what Ray says, which names the fault; those before it are where it happened."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return (lines[-1] if lines else type(error).__name__)[:300]
