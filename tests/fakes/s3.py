"""A bucket of S3 on a socket: objects are put, read in ranges and deleted as its API has it."""

from __future__ import annotations

import re
from xml.sax.saxutils import escape

from fastapi import FastAPI, Request
from starlette.responses import Response


class Bucket:
    """What was put, by its path."""

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}
        self.signed: list[str] = []
        """The headers that say who asks."""

    def app(self) -> FastAPI:
        """The server."""
        app = FastAPI()

        @app.api_route("/{path:path}", methods=["GET", "HEAD", "PUT", "POST", "DELETE"])
        async def any_call(request: Request, path: str) -> Response:
            self.signed.append(request.headers.get("authorization", ""))
            match request.method:
                case "PUT":
                    self.objects[path] = await request.body()
                    return Response(headers={"etag": '"1"'})
                case "POST":
                    return self._delete_many(path, (await request.body()).decode())
                case "DELETE":
                    self.objects.pop(path, None)
                    return Response(status_code=204)
            return self._read(path, request.headers.get("range", ""))

        return app

    def _read(self, path: str, asked: str) -> Response:
        if path not in self.objects:
            said = "<Error><Code>NoSuchKey</Code><Message>none</Message></Error>"
            return Response(said, 404, media_type="application/xml")
        data = self.objects[path]
        headers = {"etag": '"1"', "last-modified": "Wed, 21 Oct 2026 07:28:00 GMT"}
        span = re.fullmatch(r"bytes=(\d+)-(\d+)", asked)
        if span is None:
            return Response(data, headers=headers)
        first, last = int(span[1]), min(int(span[2]), len(data) - 1)
        headers["content-range"] = f"bytes {first}-{last}/{len(data)}"
        return Response(data[first : last + 1], 206, headers)

    def _delete_many(self, bucket: str, body: str) -> Response:
        keys = re.findall(r"<Key>(.*?)</Key>", body)
        for key in keys:
            self.objects.pop(f"{bucket.strip('/')}/{key}", None)
        done = "".join(f"<Deleted><Key>{escape(key)}</Key></Deleted>" for key in keys)
        return Response(f"<DeleteResult>{done}</DeleteResult>", media_type="application/xml")
