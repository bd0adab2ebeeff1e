"""What flytekit itself makes of specifications.

Reads a JSON list of cases from standard input: {"dir": where it runs,
"format": "python" or "yaml", "source": the text}. Writes a list as long: for
Python an object of all variables that are an ImageSpec, for YAML an object with
the name "". Each value is {"id", "tag", "image"} or {"error"}.
"""

import json
import os
import sys

import yaml
from flytekit import ImageSpec


def tell(spec):
    try:
        return {"id": spec.id, "tag": spec.tag, "image": spec.image_name()}
    except Exception as e:
        return {"error": repr(e)}


def run(case):
    os.chdir(case["dir"])
    try:
        if case["format"] == "yaml":
            return {"": tell(ImageSpec(**yaml.safe_load(case["source"])))}
        names = {}
        exec(compile(case["source"], "case.py", "exec"), names)
        return {k: tell(v) for k, v in names.items() if isinstance(v, ImageSpec)}
    except Exception as e:
        return {"": {"error": repr(e)}}


json.dump([run(case) for case in json.load(sys.stdin)], sys.stdout)
