"""A typed client of the protocol, for threads (`Bowerbird`) and for asyncio (`AsyncBowerbird`).

    with Bowerbird("http://127.0.0.1:8000", key) as bank:
        user = bank.create_user(email="gavin@hooli.com")
        job = bank.create_connection(user.id, login_id="gavinBelson", password="hooli2016", institution_id="AU00000")
        bank.wait_for_job(job.id)
        for transaction in bank.iterate_transactions(user.id):
            print(transaction.post_date, transaction.amount, transaction.description)

There is a method for every operation of the server, named as in its description (`/openapi.json`). It works against any service
that speaks the protocol; the sandbox's control plane (`update_clock`, `create_fault` …) is Bowerbird's alone.
"""

from __future__ import annotations

from bowerbird.client.clients import AsyncBowerbird, Bowerbird
from bowerbird.client.failures import ApiError, ChallengeAsked, ClientError, JobFailed, NoAnswer, UnexpectedAnswer

__all__ = ["ApiError", "AsyncBowerbird", "Bowerbird", "ChallengeAsked", "ClientError", "JobFailed", "NoAnswer", "UnexpectedAnswer"]
