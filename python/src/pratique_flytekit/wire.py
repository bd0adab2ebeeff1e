"""The wire form of an ImageSpec: JSON that keeps Python's types.

flytekit hashes what `str` prints of a specification, so that 3.11 and "3.11",
or a list and a tuple, are not the same.
"""

from __future__ import annotations

import math
from typing import Any


def wire(value: Any) -> Any:
    """What `json.dumps` writes for a value of an ImageSpec."""
    if value is None or isinstance(value, (bool, str)):
        return value
    if type(value) is int:
        return value
    if type(value) is float:
        return value if math.isfinite(value) else {"$float": repr(value)}
    if type(value) is list:
        return [wire(v) for v in value]
    if type(value) is tuple:
        return {"$tuple": [wire(v) for v in value]}
    if type(value) is dict:
        if all(type(k) is str and not k.startswith("$") for k in value):
            return {k: wire(v) for k, v in value.items()}
        return {"$dict": [[wire(k), wire(v)] for k, v in value.items()]}
    return {"$object": [repr(value), str(value)]}
