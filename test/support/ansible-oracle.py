"""Runs the real ansible-inventory for many cases without paying for its start each time.

Reads one JSON object a line, {"args": [...], "cwd": "..."}, runs InventoryCLI in a fork of its own, and answers with
{"code": N, "stdout": "...", "stderr": "..."}.
"""

import json
import os
import sys
import tempfile

from ansible.cli.inventory import InventoryCLI
from ansible import constants
from ansible.plugins.loader import inventory_loader, vars_loader

# Loaded once here, they are there in every fork.
for name in constants.INVENTORY_ENABLED:
    inventory_loader.get(name)
list(vars_loader.all())


def main():
    for line in sys.stdin:
        case = json.loads(line)
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            child = os.fork()
            if child == 0:
                run(case, out.fileno(), err.fileno())
            _, status = os.waitpid(child, 0)
            answer = {"code": os.waitstatus_to_exitcode(status), "stdout": text(out), "stderr": text(err)}
        print(json.dumps(answer), flush=True)


def run(case, out, err):
    code = 1
    try:
        os.dup2(out, 1)
        os.dup2(err, 2)
        os.chdir(case["cwd"])
        InventoryCLI.cli_executor(["ansible-inventory", *case["args"]])
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 1
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def text(file):
    file.seek(0)
    return file.read().decode("utf-8", "surrogateescape")


main()
