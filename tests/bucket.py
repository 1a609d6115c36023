"""A real S3-speaking server for tests: HTTP on loopback, its objects in memory, away and back at will."""

from __future__ import annotations

import logging
import os
import threading
from contextlib import suppress
from typing import Any, Self

import botocore.session
from werkzeug.serving import make_server

from tests.serving import free_port

SECRET = "canary/Wq7LbYz0RkT3nVx5+secret+access+key"
NAME = "statements"


class Bucket:
    """One bucket. Use as a context manager: the variables that name it and its key hold for the block, in child processes too."""

    def __init__(self) -> None:
        self.port = free_port()
        self.endpoint = f"http://127.0.0.1:{self.port}"
        self._before: dict[str, str | None] = {}
        self._server: Any = None
        self._thread: threading.Thread | None = None

    @property
    def settings(self) -> dict[str, Any]:
        return {"uploads": f"s3://{NAME}/waiting", "uploads_endpoint": self.endpoint}

    def __enter__(self) -> Self:
        given = {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": SECRET, "AWS_EC2_METADATA_DISABLED": "true"}
        self._before = {name: os.environ.get(name) for name in given}
        os.environ.update(given)
        logging.getLogger("werkzeug").setLevel(logging.ERROR)
        self.come_back()
        self.client = botocore.session.Session().create_client("s3", region_name="us-east-1", endpoint_url=self.endpoint)
        self.client.create_bucket(Bucket=NAME)
        return self

    def __exit__(self, *_: object) -> None:
        self.client.close()
        self.go_away()
        for name, value in self._before.items():
            os.environ.pop(name)
            if value is not None:
                os.environ[name] = value

    def come_back(self) -> None:
        from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

        self._server = make_server("127.0.0.1", self.port, DomainDispatcherApplication(create_backend_app), threaded=True)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def go_away(self) -> None:
        """Connections are refused from now on. Objects stay."""
        self._server.shutdown()
        self._server.server_close()
        assert self._thread is not None
        self._thread.join(30)

    def objects(self) -> dict[str, bytes]:
        found: dict[str, bytes] = {}
        for each in self.client.list_objects_v2(Bucket=NAME).get("Contents", []):
            with suppress(self.client.exceptions.NoSuchKey):  # it has just left
                found[each["Key"]] = self.client.get_object(Bucket=NAME, Key=each["Key"])["Body"].read()
        return found

    def put(self, key: str, content: bytes) -> None:
        self.client.put_object(Bucket=NAME, Key=key, Body=content)

    def clear(self) -> None:
        for key in self.objects():
            self.client.delete_object(Bucket=NAME, Key=key)
