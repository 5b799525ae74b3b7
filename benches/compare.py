"""Compares `sppis` with DuckDB, side by side in one run, on the same files.

Usage: compare.py PROGRAM FOLDER [PERSONS [RUNS]]

Ingestion: DuckDB reads the same CSV with typed columns, derives the quarter, hashes the identifier
and writes Parquet partitioned by quarter with zstd; `sppis ingest` does that with all its checks.
Answers: each statement of tests/golden is run by DuckDB on the files that `sppis files` names, in
a new process each, as `sppis run` is; both must give the same bytes. Prints medians of wall time,
the largest peak memory, and the bytes written.
"""

import csv
import io
import os
import platform
import shutil
import statistics
import subprocess
import sys
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent
DELIVERY = "2018-05"

LOAD = """
import duckdb, sys
source, target = sys.argv[1:]
connection = duckdb.connect()
connection.execute(f\"\"\"COPY (
  SELECT hash(NISS || 'key') AS person, hash(NNISPTN2 || 'key') AS partner,
    * EXCLUDE (NISS, NNISPTN2),
    strftime(DPAY1STDAY, '%Y') || 'Q' || quarter(DPAY1STDAY) AS quarter
  FROM read_csv('{source}', delim = ';', header = true, columns = {{
    'NISS': 'VARCHAR', 'LEGISLATION': 'VARCHAR', 'CPAS': 'VARCHAR', 'DPAY1STDAY': 'DATE',
    'DPAYLSTDAY': 'DATE', 'BUDART_ID': 'VARCHAR', 'THP_ID': 'VARCHAR', 'CTYPHLP': 'VARCHAR',
    'CA60BENPLC': 'VARCHAR', 'CBENCONV': 'VARCHAR', 'EBENCONVCM': 'DECIMAL(12,2)',
    'CBENITGTYP': 'VARCHAR', 'CBENIDVTYP': 'VARCHAR', 'CPTNIDVTYP': 'VARCHAR',
    'IA60PTNACP': 'VARCHAR', 'IA61BENACP': 'VARCHAR', 'CPTNACTACP': 'VARCHAR',
    'NNISPTN2': 'VARCHAR', 'ARTICLE35BEN': 'VARCHAR', 'STS_CNT_ID': 'VARCHAR',
    'CAT_CNT_ID': 'VARCHAR', 'TYPAMT_ID': 'VARCHAR', 'NDOSSFX': 'VARCHAR'}})
) TO '{target}' (FORMAT parquet, PARTITION_BY (quarter), COMPRESSION zstd)\"\"\")
"""

# Starts and measures a command. The peak of a process is never below that of the one that starts it: this one is small.
START = """
import os, sys, time
report, command = int(sys.argv[1]), sys.argv[2:]
os.set_inheritable(report, False)
start = time.perf_counter()
process = os.posix_spawnp(command[0], command, os.environ)
_, status, usage = os.wait4(process, 0)
seconds, code = time.perf_counter() - start, os.waitstatus_to_exitcode(status)
os.write(report, f"{seconds} {usage.ru_maxrss} {code}".encode())
"""


def timed(command: list[str], **options: object) -> tuple[float, int, bytes]:
    """Seconds of wall time, peak memory in KiB, and output of a command."""
    reading, writing = os.pipe()
    starter = [sys.executable, "-I", "-S", "-c", START, str(writing), *command]
    options |= {"stdout": subprocess.PIPE, "pass_fds": (writing,)}
    with subprocess.Popen(starter, **options) as process, open(reading) as measured:
        os.close(writing)
        output = process.stdout.read()
        seconds, memory, code = measured.read().split() or (0, 0, "no process")
    if code != "0":
        raise SystemExit(f"{command} failed with {code}")
    return float(seconds), int(memory), output


def folder_bytes(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*.parquet"))


def compare_ingestion(program: str, folder: Path, source: Path, runs: int) -> None:
    ours, theirs = [], []
    for _ in range(runs):
        warehouse, target = folder / "warehouse", folder / "duckdb"
        shutil.rmtree(warehouse, ignore_errors=True)
        shutil.rmtree(target, ignore_errors=True)
        environment = dict(os.environ, SPPIS_WAREHOUSE=str(warehouse))
        subprocess.run([program, "init"], env=environment, check=True, stderr=subprocess.DEVNULL)
        ours.append(timed([program, "ingest", str(source)], env=environment)[:2])
        theirs.append(timed([sys.executable, "-c", LOAD, str(source), str(target)])[:2])
    report("ingest", ours, theirs)
    written = folder_bytes(folder / "warehouse" / "observations"), folder_bytes(folder / "duckdb")
    print(f"  bytes written: sppis {written[0]:,}, DuckDB {written[1]:,}")


def compare_answers(program: str, folder: Path, runs: int) -> None:
    environment = dict(os.environ, SPPIS_WAREHOUSE=str(folder / "warehouse"))
    files = timed([program, "files"], env=environment)[2].decode().split()
    municipalities = REPOSITORY / "src/dictionary/data/municipalities.csv"
    peer = [sys.executable, str(REPOSITORY / "tests/peer/sql.py")]
    for statement in sorted((REPOSITORY / "tests/golden").glob("*.sql")):
        name = statement.stem
        ask = [program, "run", name, "--format", "csv"]
        other = [*peer, str(statement), str(municipalities), *files]
        ours, theirs = [], []
        for _ in range(runs):
            mine, its = timed(ask, env=environment), timed(other)
            if list(csv.reader(io.StringIO(mine[2].decode()))) != list(
                csv.reader(io.StringIO(its[2].decode()))
            ):
                raise SystemExit(f"{name}: the answers differ")
            ours.append(mine[:2])
            theirs.append(its[:2])
        report(name, ours, theirs)


def report(name: str, ours: list[tuple[float, int]], theirs: list[tuple[float, int]]) -> None:
    mine, its = (statistics.median(run[0] for run in runs) for runs in (ours, theirs))
    memory = [max(run[1] for run in runs) // 1024 for runs in (ours, theirs)]
    print(
        f"{name:<26} sppis {mine:7.3f} s {memory[0]:5} MiB   DuckDB {its:7.3f} s "
        f"{memory[1]:5} MiB   ratio {mine / its:5.2f}",
        flush=True,
    )


def main() -> None:
    program, folder = str(Path(sys.argv[1]).resolve()), Path(sys.argv[2]).resolve()
    persons = sys.argv[3] if len(sys.argv) > 3 else "1250000"
    runs = int(sys.argv[4]) if len(sys.argv) > 4 else 3
    folder.mkdir(parents=True, exist_ok=True)
    sample = ["sample", "--deliveries", DELIVERY, "--persons", persons, "--output", str(folder)]
    subprocess.run([program, *sample], check=True, stderr=subprocess.DEVNULL)
    source = folder / f"DWH_SPPIS_Formulaires_{DELIVERY}.csv"
    with source.open("rb") as text:
        rows = sum(block.count(b"\n") for block in iter(lambda: text.read(1 << 20), b"")) - 1
    print(
        f"{rows:,} rows, {source.stat().st_size:,} bytes, {os.cpu_count()} cores, {platform.machine()}"
    )
    compare_ingestion(program, folder, source, runs)
    compare_answers(program, folder, runs)


if __name__ == "__main__":
    main()
