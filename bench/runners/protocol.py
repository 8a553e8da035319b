"""The Python side of protocol.mjs, which describes the messages."""

import json
import math
import os
import resource
import sys
import time
import traceback


class Skip(Exception):
    """Raised by a builder that cannot hold the workload; its message is the reason given in the table."""


def _cpu_ms():
    used = resource.getrusage(resource.RUSAGE_SELF)
    return (used.ru_utime + used.ru_stime) * 1000


def _timed(run, times):
    start = time.perf_counter()
    run(times)
    return (time.perf_counter() - start) * 1000


def _warm_up(run):
    start = time.perf_counter()
    times = 0
    while True:
        last = _timed(run, 1)
        times += 1
        spent = (time.perf_counter() - start) * 1000
        if (times >= 3 and spent >= 500) or spent >= 5000:
            return times, last


def _prepare(request, builders, ready):
    builder = builders.get(request["spec"]["task"])
    if builder is None:
        return {"skip": "not measured"}
    prepared = builder(request["spec"])
    times, last = _warm_up(prepared["run"]) if "run" in prepared else (0, 0)
    ready[request["prepare"]] = {**prepared, "estimate": last}
    return {"warmUp": times, "notes": prepared.get("notes", []), "estimateMs": last}


def _repeat(entry, minimum_ms, cpu_at_rest):
    before = _cpu_ms()
    start = time.perf_counter()
    if "run" in entry:
        times = max(1, math.ceil(minimum_ms / entry["estimate"]))
        value = _timed(entry["run"], times) / times
        entry["estimate"] = min(entry["estimate"], value)
    else:
        value = entry["ratio"]()
    return {
        "value": value,
        "wallMs": (time.perf_counter() - start) * 1000,
        "cpuMs": _cpu_ms() - before,
        "idleCpuMs": before - cpu_at_rest,
    }


def serve(info, builders):
    # What a library prints must not mix with the answers.
    out = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    ready = {}
    cpu_at_rest = _cpu_ms()
    for line in sys.stdin:
        request = json.loads(line)
        try:
            if "info" in request:
                reply = info()
            elif "drop" in request:
                ready.pop(request["drop"], None)
                reply = {}
            elif "prepare" in request:
                reply = _prepare(request, builders, ready)
            else:
                reply = _repeat(ready[request["rep"]], request["minimumMs"], cpu_at_rest)
        except Skip as reason:
            reply = {"skip": str(reason)}
        except Exception:
            reply = {"error": traceback.format_exc()}
        out.write(json.dumps(reply) + "\n")
        cpu_at_rest = _cpu_ms()
