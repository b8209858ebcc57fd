import json
import os
import subprocess
import sys

PROGRAM = os.path.join(os.environ["LAMBDA_TASK_ROOT"], "report.py")


def handler(event, context):
    with open("/tmp/in.json", "w") as file:
        json.dump(event, file)
    ran = subprocess.run(
        [sys.executable, PROGRAM, "/tmp/in.json"], capture_output=True, text=True, check=True
    )
    subprocess.run("wc -c < /tmp/in.json", shell=True, check=True)
    return ran.stdout.strip()
