"""Every recorded answer, where the recordings are at hand."""

import json
from pathlib import Path

import pytest

from tests.recorded.__main__ import judge

RECORDED = Path(__file__).parents[2] / "../shared/change_sets/recorded"
CASES = sorted(RECORDED.glob("*.json")) if RECORDED.is_dir() else []


@pytest.mark.skipif(not CASES, reason="the recorded answers (../shared/change_sets/recorded) are not here")
def test_every_recorded_answer_is_predicted_exactly() -> None:
    missed = {}
    for path in CASES:
        verdict = judge(json.loads(path.read_text(encoding="utf-8")))
        lines = [*verdict.plain, *(verdict.valued or [])]
        if lines:
            missed[path.stem] = lines
    assert not missed
