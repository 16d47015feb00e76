"""What machine this is, as far as a time depends on it."""

import os
import platform
from typing import Any


def machine() -> dict[str, Any]:
    """The system, the processor, how many of them this process may use, and the Python that runs."""
    affinity = getattr(os, "sched_getaffinity", None)
    return {
        "system": platform.system(),
        "machine": platform.machine(),
        "processor": _processor(),
        "cpus": len(affinity(0)) if affinity else os.cpu_count() or 1,
        "python": platform.python_version(),
    }


def peak_memory() -> int:
    """The most memory that this process had at once, in bytes; zero where the system does not say."""
    try:
        import resource
    except ImportError:
        return 0
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if platform.system() == "Darwin" else most * 1024


def _processor() -> str:
    try:
        with open("/proc/cpuinfo", encoding="utf-8", errors="replace") as lines:
            for line in lines:
                if line.startswith("model name"):
                    return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor()
