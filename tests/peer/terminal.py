"""Runs a command with a terminal as its stderr, for some seconds at most, and prints what it said there.

Usage: terminal.py SECONDS TEXT COMMAND...
Stops the command as soon as it has said TEXT.
"""

import os
import pty
import select
import subprocess
import sys
import time

seconds, text, *command = sys.argv[1:]
ours, theirs = pty.openpty()
with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=theirs) as process:
    os.close(theirs)
    said = b""
    ends = time.monotonic() + float(seconds)
    while (left := ends - time.monotonic()) > 0 and text.encode() not in said:
        if select.select([ours], [], [], left)[0]:
            try:
                read = os.read(ours, 4096)
            except OSError:
                break
            if not read:
                break
            said += read
    process.kill()
sys.stdout.write(said.decode())
