"""For every response code, the requests that trigger it: data that any program can run against a sandbox of its own.

A scenario is a list of requests, sent one after the other to one server. A request is an object of

- `method` and `path`; `headers`; a body as one of `json`, `form`, `text`, or `multipart` (a list of `name` with `value` or, for a
  file, `filename` and `base64`); or, instead of all these, `raw`: the bytes to send as they are
- `expect`: `status`, and where the answer holds a code, `at` (a JSON pointer) and under it `code`, `title` (`{name}` in it is any text) and
  `detail` (a regular expression for the whole text), or `status` of a step as `state`. Without `expect` any status below 300 will do
- `save`: names for values of the answer, by JSON pointer; `{{name}}` in a later request stands for one. `{{apiKey}}` is there from the
  beginning: a key of a sandbox application, unless the scenario creates one
- `page`: it is asked for as by a person's browser, with the cookies that came before; its answer is an object of the hidden fields of the
  page's forms, the last part of the address it leads to as `job`, and the word for a test bank as `state`
- `times`: send it this often, and check the last answer; `until`: repeat it until the answer is as expected, for at most half a minute
- `always`: send it at the end even if an earlier request failed: it resets what the scenario has changed

A text written as {"repeat": "a", "times": 9} is that text so many times.
"""

from __future__ import annotations

from bowerbird.codes import Entry
from bowerbird.sandbox.scenarios import access, bodies, jobs, requests, statements, webhooks
from bowerbird.sandbox.scenarios.parts import Scenario

_ALL: dict[Entry, Scenario] = {}
for _module in (requests, access, bodies, jobs, statements, webhooks):
    _ALL |= _module.SCENARIOS

SCENARIOS: dict[str, Scenario] = {entry.key: scenario for entry, scenario in _ALL.items()}
"""By the keys of the catalogue."""
