"""The baseline: the same answers from FastAPI, pydantic and the SQLAlchemy ORM, written as their documentation teaches it.

Plain `def` handlers on FastAPI's threads (an async driver for SQLite costs more CPU), a session per request, a token checked by
signature, models returned under a `response_model`, which FastAPI serialises by its quickest path.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Annotated

import uvicorn
from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey
from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload, selectinload, sessionmaker

from bench import baseline_answers as answers
from bench import baseline_models as models
from bench import baseline_shapes as shapes
from bench.baseline_filter import conditions
from bench.people import PUBLIC_URL as BASE

PAGE = 500
SECRET = OctKey.import_key(b"a secret of the baseline, 32 byte")
_ENGINE_FOLDER = "BENCH_BASELINE_FOLDER"

app = FastAPI()
bearer = HTTPBearer()


@lru_cache(maxsize=1)
def sessions() -> sessionmaker[Session]:
    return sessionmaker(models.open_engine(Path(os.environ[_ENGINE_FOLDER])))


def session() -> Iterator[Session]:
    with sessions()() as opened:
        yield opened


def application(credentials: Annotated[HTTPAuthorizationCredentials, Depends(bearer)]) -> str:
    """The application a bearer token belongs to."""
    try:
        claims = jwt.decode(credentials.credentials, SECRET, algorithms=["HS256"]).claims
    except JoseError as error:
        raise HTTPException(401) from error
    if claims["exp"] < datetime.now(UTC).timestamp():
        raise HTTPException(403)
    return str(claims["applicationid"])


Db = Annotated[Session, Depends(session)]
Application = Annotated[str, Depends(application)]


def user_of(user_id: str, db: Db, application_id: Application) -> models.User:
    user = db.scalar(select(models.User).where(models.User.id == user_id, models.User.application_id == application_id))
    if user is None:
        raise HTTPException(404)
    return user


Found = Annotated[models.User, Depends(user_of)]


@app.get("/users/{user_id}/transactions", response_model=shapes.TransactionList, response_model_exclude_unset=True)
def list_transactions(user: Found, db: Db, limit: int = PAGE, filter: str = "") -> shapes.TransactionList:
    where = [models.Transaction.user_id == user.id, *conditions(filter)]
    size = db.scalar(select(func.count()).select_from(models.Transaction).where(*where)) or 0
    newest = (models.Transaction.post_date.desc().nulls_first(), models.Transaction.id.desc())
    query = select(models.Transaction).where(*where).options(joinedload(models.Transaction.account)).order_by(*newest)
    rows = db.scalars(query.limit(limit + 1)).all()
    url = f"{BASE}/users/{user.id}/transactions"
    data = [answers.transaction(row) for row in rows[:limit]]
    following: dict[str, str] = {"next": f"{url}?next={rows[limit].id}"} if len(rows) > limit else {}
    return shapes.TransactionList(type="list", count=len(data), size=size, data=data, links=shapes.PageLinks(self=url, **following))


@app.get("/users/{user_id}", response_model=shapes.User)
def get_user(user: Found) -> shapes.User:
    return answers.user(user)


@app.get("/users/{user_id}/accounts/{account_id}", response_model=shapes.Account)
def get_account(user: Found, account_id: str, db: Db) -> shapes.Account:
    row = db.scalar(select(models.Account).where(models.Account.user_id == user.id, models.Account.id == account_id))
    if row is None:
        raise HTTPException(404)
    return answers.account(row)


@app.get("/jobs/{job_id}", response_model=shapes.Job)
def get_job(job_id: str, db: Db, application_id: Application) -> shapes.Job:
    own = select(models.Job).join(models.User).where(models.Job.id == job_id, models.User.application_id == application_id)
    row = db.scalar(own.options(selectinload(models.Job.steps)))
    if row is None:
        raise HTTPException(404)
    return answers.job(row)


@app.get("/healthz")
def healthz() -> dict[str, str]:
    return {"status": "ok"}


def main() -> None:
    """`python -m bench.baseline_fastapi FOLDER PORT`"""
    os.environ[_ENGINE_FOLDER] = sys.argv[1]
    uvicorn.run(
        app,
        host="127.0.0.1",
        port=int(sys.argv[2]),
        http="httptools",
        loop="uvloop",
        access_log=False,
        log_level="warning",
        timeout_keep_alive=3600,
    )


if __name__ == "__main__":
    main()
