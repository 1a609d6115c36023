"""The baseline's tables: the same data in a schema as an ORM application normally has it."""

from __future__ import annotations

import os
from datetime import date, datetime
from pathlib import Path

from sqlalchemy import Date, DateTime, Engine, ForeignKey, Index, String, create_engine, event
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

URL = "BENCH_BASELINE_URL"


class Model(DeclarativeBase):
    """All tables of the baseline."""


class User(Model):
    __tablename__ = "users"
    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    application_id: Mapped[str] = mapped_column(String(36), index=True)
    email: Mapped[str]
    mobile: Mapped[str]
    first_name: Mapped[str]
    middle_name: Mapped[str]
    last_name: Mapped[str]
    accounts: Mapped[list[Account]] = relationship(back_populates="user", order_by="Account.id")
    connections: Mapped[list[Connection]] = relationship(back_populates="user")


class Connection(Model):
    __tablename__ = "connections"
    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id"), index=True)
    user: Mapped[User] = relationship(back_populates="connections")


class Account(Model):
    __tablename__ = "accounts"
    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id"), index=True)
    connection_id: Mapped[str] = mapped_column(ForeignKey("connections.id"))
    institution_id: Mapped[str] = mapped_column(String(7))
    name: Mapped[str]
    account_holder: Mapped[str]
    account_no: Mapped[str]
    ownership: Mapped[str]
    balance: Mapped[int]
    available_funds: Mapped[int]
    bsb: Mapped[str]
    account_class: Mapped[str]
    product: Mapped[str]
    currency: Mapped[str] = mapped_column(String(3))
    is_owned: Mapped[bool]
    last_updated: Mapped[datetime] = mapped_column(DateTime)
    first_day: Mapped[date] = mapped_column(Date)
    last_day: Mapped[date] = mapped_column(Date)
    user: Mapped[User] = relationship(back_populates="accounts")
    connection: Mapped[Connection] = relationship()


class Transaction(Model):
    """Money in cents. `post_date` is empty while pending."""

    __tablename__ = "transactions"
    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id"))
    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id"))
    status: Mapped[str] = mapped_column(String(8))
    direction: Mapped[str] = mapped_column(String(8))
    transaction_class: Mapped[str] = mapped_column(String(16))
    description: Mapped[str]
    reference: Mapped[str]
    amount: Mapped[int]
    currency: Mapped[str] = mapped_column(String(3))
    balance: Mapped[int | None]
    post_date: Mapped[date | None] = mapped_column(Date)
    transaction_date: Mapped[date | None] = mapped_column(Date)
    sub_class_code: Mapped[str | None]
    sub_class_title: Mapped[str | None]
    account: Mapped[Account] = relationship()
    __table_args__ = (
        Index("transactions_of_user", "user_id", "post_date", "id"),
        Index("transactions_of_account", "account_id", "post_date"),
    )


class Job(Model):
    __tablename__ = "jobs"
    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id"), index=True)
    connection_id: Mapped[str] = mapped_column(ForeignKey("connections.id"))
    institution_id: Mapped[str] = mapped_column(String(7))
    created: Mapped[datetime] = mapped_column(DateTime)
    updated: Mapped[datetime] = mapped_column(DateTime)
    user: Mapped[User] = relationship()
    steps: Mapped[list[JobStep]] = relationship(order_by="JobStep.position", lazy="selectin")


class JobStep(Model):
    __tablename__ = "job_steps"
    job_id: Mapped[str] = mapped_column(ForeignKey("jobs.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str]
    status: Mapped[str]
    result_url: Mapped[str | None]


def open_engine(folder: Path) -> Engine:
    """SQLite in the folder, or the database that `URL` names."""
    if url := os.environ.get(URL):
        return create_engine(url)
    engine = create_engine(f"sqlite:///{folder / 'baseline.db'}", connect_args={"check_same_thread": False})

    @event.listens_for(engine, "connect")
    def _pragmas(connection: object, _record: object) -> None:
        for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")  # type: ignore[attr-defined]

    return engine
