"""Uploaded files in an S3-compatible store, one object each.

Its address is the operator's, as the database's is, so it is not judged as addresses that clients name are. Who may use it is found as
all programs of that protocol find it: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, a profile, or the role of the machine or pod.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from botocore.session import Session

from bowerbird.logs import log
from bowerbird.storage.database.unit_of_work import StorageUnavailable
from bowerbird.storage.files.stores import UploadName, read_name

_CONNECT_SECONDS, _READ_SECONDS, _ATTEMPTS, _THREADS = 3, 10, 2, 8
_WHEN_REQUIRED = "when_required"
"""Checksums of Amazon's own are left out: not every compatible store knows them, and sealed bytes tell by themselves."""


class InBucket:
    """Objects below a prefix of a bucket."""

    place = "s3"

    def __init__(self, address: str, endpoint: str = "") -> None:
        """`address` is BUCKET or BUCKET/PREFIX; without an `endpoint`, Amazon's. Raises ValueError."""
        self._bucket, _, prefix = address.partition("/")
        self._prefix = f"{prefix.strip('/')}/" if prefix.strip("/") else ""
        if not self._bucket:
            raise ValueError("an S3 store is named as s3://BUCKET or s3://BUCKET/PREFIX")
        self._client = _client(endpoint)
        self._removing = ThreadPoolExecutor(2, thread_name_prefix="uploads")

    def _key(self, name: UploadName) -> str:
        return f"{self._prefix}{name}"

    def keep(self, name: UploadName, sealed: bytes) -> bytes:
        with _answering():
            self._client.put_object(Bucket=self._bucket, Key=self._key(name), Body=sealed)
        return b""

    def fetch(self, name: UploadName) -> bytes | None:
        try:
            with _answering():
                response = self._client.get_object(Bucket=self._bucket, Key=self._key(name))
                content: bytes = response["Body"].read()
                return content
        except StorageUnavailable as error:
            if _code(error.__cause__) == "NoSuchKey":
                return None
            raise

    def remove(self, names: Iterable[UploadName]) -> None:
        for name in names:
            self._removing.submit(self._remove, name)

    def _remove(self, name: UploadName) -> None:
        try:
            with _answering():
                self._client.delete_object(Bucket=self._bucket, Key=self._key(name))
        except StorageUnavailable as error:
            log.warning("uploads_not_removed", error=str(error))

    def kept_before(self, moment: int) -> Iterator[UploadName]:
        with _answering():
            for page in self._client.get_paginator("list_objects_v2").paginate(Bucket=self._bucket, Prefix=self._prefix):
                for entry in page.get("Contents", ()):
                    name = read_name(entry["Key"].removeprefix(self._prefix))
                    if name is not None and entry["LastModified"].timestamp() < moment:
                        yield name

    def hold(self) -> AbstractContextManager[None]:
        """Nothing keeps objects from leaving: the place has no lock that goes with its process."""
        return nullcontext()

    def close(self) -> None:
        self._removing.shutdown(wait=True, cancel_futures=True)
        self._client.close()


def _client(endpoint: str) -> Any:
    """Raises ValueError when no credentials are configured."""
    session = Session()
    options: dict[str, Any] = {"s3": {"addressing_style": "path"}} if endpoint else {}
    config = Config(
        connect_timeout=_CONNECT_SECONDS,
        read_timeout=_READ_SECONDS,
        retries={"total_max_attempts": _ATTEMPTS, "mode": "standard"},
        max_pool_connections=_THREADS * 2,
        request_checksum_calculation=_WHEN_REQUIRED,
        response_checksum_validation=_WHEN_REQUIRED,
        **options,
    )
    try:
        if session.get_credentials() is None:
            raise ValueError("set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or give the machine or pod a role")
        region = session.get_config_variable("region") or "us-east-1"
        return session.create_client("s3", region_name=region, endpoint_url=endpoint or None, config=config)
    except BotoCoreError as error:
        raise ValueError(str(error)) from error


@contextmanager
def _answering() -> Iterator[None]:
    """Any error of the store may be gone a moment later, once its operator has looked."""
    try:
        yield
    except (ClientError, BotoCoreError) as error:
        raise StorageUnavailable(f"the store of uploads: {_code(error)}") from error


def _code(error: BaseException | None) -> str:
    """The store's own word, or the kind of failure: never a text of its, which may repeat what it was sent."""
    return str(error.response.get("Error", {}).get("Code", "")) if isinstance(error, ClientError) else type(error).__name__
