"""Three judges of what Slack is sent: slack_sdk's models, `tsc` with Slack's own types, and the rules both miss.

Each is given payloads as `tests.slack_payloads` collects them and says which it refuses, and why, by their place.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

from slack_sdk.models.views import View

from tests.slack_rules import (
    find_answer_fault,
    find_fault,
    find_mass_mention,
    find_view_fault,
    model_faults,
    sdk_block_faults,
)

Json = dict[str, Any]
Payload = tuple[str, Json]  # kind and content
Refusals = dict[int, str]

NODE = Path(__file__).parent / "node"
TSC = NODE / "node_modules" / ".bin" / "tsc"
KINDS = {"message": "messages", "modal": "modals", "home": "homes", "answer": "answers"}


def kind_of(payload: Payload) -> str:
    """message, modal, home or answer: what a payload is counted as."""
    kind, content = payload
    match kind:
        case "view":
            return str(content.get("type"))
        case "submission":
            return "answer"
        case _:
            return kind


def count_by_kind(payloads: list[Payload]) -> str:
    """`12 payloads checked (5 messages, …)`."""
    kinds = [kind_of(payload) for payload in payloads]
    parts = ", ".join(f"{kinds.count(kind)} {name}" for kind, name in KINDS.items())
    return f"{len(payloads)} payloads checked ({parts})"


def judge_by_sdk(payloads: list[Payload]) -> Refusals:
    """What slack_sdk's models refuse, down to every object within."""
    return _each(payloads, _sdk_fault)


def judge_by_rules(payloads: list[Payload]) -> Refusals:
    """What the stand-in refuses, mass mentions too."""
    return _each(payloads, _rule_fault)


def judge_by_types(payloads: list[Payload], folder: Path) -> Refusals:
    """What `tsc` refuses, by Slack's own types; `folder` is an empty one to work in."""
    names = {"message": "Message", "answer": "Message", "submission": "FormAnswer"}
    lines = ["import type { FormAnswer, Home, Message, Modal } from './judged.js';"]
    for number, (kind, content) in enumerate(payloads):
        name = names.get(kind) or ("Home" if content.get("type") == "home" else "Modal")
        told = content["answer"] if kind == "submission" else content
        lines.append(f"export const p{number}: {name} = {json.dumps(told)};")
    (folder / "payloads.ts").write_text("\n".join(lines))
    shutil.copy(NODE / "judged.ts", folder)
    types = NODE / "node_modules" / "@slack" / "types" / "dist" / "index.d.ts"
    options = {"paths": {"@slack/types": [str(types)]}}
    config = {"extends": str(NODE / "tsconfig.json"), "compilerOptions": options, "files": ["payloads.ts"]}
    (folder / "tsconfig.json").write_text(json.dumps(config))
    ran = subprocess.run([TSC, "--pretty", "false", "-p", folder], cwd=folder, capture_output=True, text=True)
    found = re.findall(r"^payloads\.ts\((\d+),\d+\): error (.*)$", ran.stdout, re.MULTILINE)
    if (ran.returncode != 0) != bool(found):
        raise RuntimeError(ran.stdout + ran.stderr)
    refusals: Refusals = {}
    for line, words in found:
        refusals.setdefault(int(line) - 2, words)  # after the import, and counted from 1
    return refusals


def _each(payloads: list[Payload], judge: Any) -> Refusals:
    found = ((place, judge(*payload)) for place, payload in enumerate(payloads))
    return {place: fault for place, fault in found if fault}


def _sdk_fault(kind: str, content: Json) -> str | None:
    if kind == "submission":
        kind, content = "view", content["answer"].get("view")
    if not content:
        return None
    if kind != "view":
        return next(sdk_block_faults(content.get("blocks") or []), None)
    if fault := next(sdk_block_faults(content.get("blocks") or []), None):
        return fault
    return next(model_faults(View(**content)), None)


def _rule_fault(kind: str, content: Json) -> str | None:
    match kind:
        case "view":
            fault = find_view_fault(content, str(content.get("type")))
        case "submission":
            fault = find_answer_fault(content["answer"], content["view"])
        case _:
            found = find_fault(content)
            fault = found and ": ".join(found)
    return fault or find_mass_mention(content)
