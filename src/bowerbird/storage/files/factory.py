"""Which place a setting names for uploaded files."""

from __future__ import annotations

from pathlib import Path

from bowerbird.storage.files.folder import InFolder
from bowerbird.storage.files.stores import IN_ROW, InRow, UploadStore

_SCHEME = "s3://"


def is_bucket(chosen: str) -> bool:
    """Whether files lie where no backup takes them from."""
    return chosen.startswith(_SCHEME)


def store_of(chosen: str, endpoint: str, *, copied: bool, create: bool = True) -> UploadStore:
    """`copied`: the server makes copies of its whole state. `create`: a missing folder is made. Raises ValueError and OSError."""
    if chosen == IN_ROW:
        return InRow()
    if not is_bucket(chosen):
        if not Path(chosen).is_absolute():
            raise ValueError(f"{chosen!r} is neither database, nor a folder's whole path, nor s3://BUCKET/PREFIX")
        return InFolder(Path(chosen), create=create)
    if copied:
        raise ValueError("snapshots and forks copy files too, which a store cannot hold still: use database or a folder with them")
    try:
        from bowerbird.storage.files.bucket import InBucket  # noqa: PLC0415  (an extra, and slow to import)
    except ImportError as error:
        raise ValueError("what speaks to an S3 store is not installed: pip install botocore") from error
    return InBucket(chosen.removeprefix(_SCHEME), endpoint)
