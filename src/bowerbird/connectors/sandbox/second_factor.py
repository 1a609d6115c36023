"""What the sandbox asks in the middle of a login, and the answers it accepts."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from dataclasses import dataclass

from bowerbird.sdk.challenges import Challenge, ChallengeMethod


@dataclass(frozen=True, slots=True)
class SecondFactor:
    method: ChallengeMethod
    description: str
    prompts: tuple[str, ...]
    answers: tuple[str, ...]

    def challenge(self, state: str) -> Challenge:
        return Challenge(self.method, self.description, self.prompts, state)

    def accepts(self, answers: Sequence[str]) -> bool:
        """Whether every answer is right, in order; blanks around it and capitals do not matter."""
        if len(answers) != len(self.answers):
            return False
        verdicts = [hmac.compare_digest(_plain(given), _plain(known)) for given, known in zip(answers, self.answers, strict=True)]
        return all(verdicts)


def _plain(answer: str) -> bytes:
    return answer.strip().casefold().encode("utf-8", "surrogatepass")


ONE_TIME_PASSWORD = SecondFactor(
    ChallengeMethod.TOKEN, "Enter the one-time password sent to your mobile phone.", ("OTP Password",), ("1234",)
)
FIRST_COMPANY = SecondFactor(
    ChallengeMethod.SECURITY_QUESTIONS, "Answer your security question.", ("What's your first company?",), ("Hooli",)
)
TWO_QUESTIONS = SecondFactor(
    ChallengeMethod.SECURITY_QUESTIONS,
    "Answer your security questions.",
    ("What's the name of your aggregator?", "What's the id of your institution?"),
    ("Basiq", "AU00000"),
)
