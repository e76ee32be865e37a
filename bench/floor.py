"""The floor: a process that merely reads and parses every payload of a bundle. What is measured is compared with it."""

import os
import sys

import orjson

for payload in os.scandir(os.path.join(sys.argv[1], "payloads")):
    with open(payload.path, "rb") as file:
        orjson.loads(file.read())
