"""Types that several threads decode for the first time at once: msgspec before 0.23 ended the server there with a segmentation fault."""

import subprocess
import sys

ROUNDS = """
import sys, threading, msgspec

sys.setswitchinterval(1e-6)
failed = []
for _ in range(300):
    Row = msgspec.defstruct("Row", [("cents", int | None, None), ("description", str, "")])
    fields = [("rows", list[Row], []), ("by_id", dict[str, Row], {}), ("last", Row | None, None), ("others", tuple[Row, ...], ())]
    Page = msgspec.defstruct("Page", [*fields, ("count", int, 0)])
    together = threading.Barrier(4)

    def decode():
        together.wait()
        page = msgspec.json.decode(b'{"count": 1, "rows": [{"cents": 5}], "last": {"description": "a"}}', type=Page)
        if page.rows[0].cents != 5:
            failed.append(page)

    threads = [threading.Thread(target=decode) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
sys.exit(len(failed))
"""


def test_a_type_is_used_first_by_several_threads() -> None:
    assert subprocess.run([sys.executable, "-c", ROUNDS], check=False, timeout=120).returncode == 0
