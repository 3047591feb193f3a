"""A worker of LiveKit's agent framework that joins where it is sent and says so; it interprets nothing.

Its heart beats, it acknowledges what it is told, and waits for others to leave, as the real one does.

Run as a process of its own, so that a test can kill it:
`python -m tests.fakes.interpreter_worker URL KEY SECRET AGENT_NAME`.
It prints one JSON object a line: `{"registered": true}`, then one for each control message it gets in a room.
"""

from __future__ import annotations

import asyncio
import json
import sys
from contextlib import AsyncExitStack
from functools import partial

from livekit import rtc
from livekit.agents import AgentServer, AutoSubscribe, JobContext, JobExecutorType

from protocol.sealing import unseal
from worker.heartbeat import Heartbeat
from worker.host import accept
from worker.standby import Standby
from worker.text_streams import attribute_setter


def say(**fields: object) -> None:
    print(json.dumps(fields), flush=True)


async def join(context: JobContext, key: str, secret: str) -> None:
    """Joins the room, shows the interpreter's attributes and reports what the server tells it."""
    dismissed = asyncio.Event()

    set_attributes = attribute_setter(context.room)
    acknowledging: set[asyncio.Task[bool]] = set()

    def acknowledge(version: int) -> None:
        task = asyncio.create_task(set_attributes({"translator.wish": str(version)}))
        acknowledging.add(task)
        task.add_done_callback(acknowledging.discard)

    def heard(packet: rtc.DataPacket) -> None:
        if packet.topic == "translator.control":
            to = context.room.local_participant.identity
            message = json.loads(
                unseal(packet.data, room=context.room.name, to=to, api_key=key, api_secret=secret)
            )
            say(room=context.room.name, control=message)
            if message["type"] == "dismiss":
                dismissed.set()
            else:
                acknowledge(message["version"])

    context.room.on("data_received", heard)
    await context.connect(auto_subscribe=AutoSubscribe.SUBSCRIBE_NONE)
    beating = AsyncExitStack()
    await beating.enter_async_context(Heartbeat(set_attributes).beating())
    context.add_shutdown_callback(beating.aclose)
    metadata = json.loads(context.job.metadata or "{}")
    say(room=context.room.name, metadata=metadata, identity=context.room.local_participant.identity)
    if not await Standby(context.room, frozenset(metadata.get("after", [])), set_attributes).turn():
        return
    await set_attributes(
        {
            "lk.agent.state": "listening",
            "translator.role": "interpreter",
            "translator.wish": str(metadata.get("version", 0)),
            "translator.languages": json.dumps(["es", "fr"]),
            "translator.voices": json.dumps({"es": ["kokoro:ef_dora", "espeak:es"], "fr": ["espeak:fr"]}),
            "translator.capacity": json.dumps({"speakers": 2, "languages": [5, 3], "given_up": []}),
            "translator.channels": json.dumps({"es": {"listeners": 2, "lag_s": 1.5, "state": "open"}}),
            "translator.profile": "embedded",
        }
    )
    await dismissed.wait()
    context.shutdown("dismissed")


async def work(url: str, key: str, secret: str, agent_name: str) -> None:
    server = AgentServer(
        job_executor_type=JobExecutorType.THREAD,
        ws_url=url,
        api_key=key,
        api_secret=secret,
        host="127.0.0.1",
        port=0,
        num_idle_processes=1,
        load_fnc=lambda: 0.0,
        drain_timeout=0,
    )

    async def entrypoint(context: JobContext) -> None:
        await join(context, key, secret)

    server.rtc_session(entrypoint, agent_name=agent_name, on_request=accept)
    server.on("worker_registered", lambda *_: say(registered=True))
    await server.run()


if __name__ == "__main__":
    asyncio.run(partial(work, *sys.argv[1:5])())
