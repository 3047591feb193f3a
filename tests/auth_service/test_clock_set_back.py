"""What happens when somebody sets the wall's clock."""

from __future__ import annotations

from tests.auth_service.conftest import Api, WallClock


async def test_a_clock_that_is_set_back_refuses_nobody(api: Api, clock: WallClock) -> None:
    """Limits count time that passes, not what a clock shows: after ten minutes back all that was allowed still is."""
    room = await api.room()
    for _ in range(10):
        await api.join(room.guest)
    clock.set_by(-600)
    answers = [
        (await api.client.get("/api/v1/config")).status_code,
        (await api.join(room.guest)).status_code,
        (await api.client.get(f"/api/v1/rooms/{room.name}", headers=room.headers)).status_code,
    ]
    assert answers == [200, 200, 200]
