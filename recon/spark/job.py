"""Lines of `cardwire-recon match` from evidence in Parquet, merchant by merchant.

    job.py COMMAND EVIDENCE OUT ARGUMENT...

COMMAND is cardwire-recon, EVIDENCE the folder of `evidence --parquet`, OUT a file for the lines, and the
arguments are those of `match` that say how (--as-of, --rules, --zone, --currency). Spark spreads the merchants over
two workers, each a process of its own, and each group of merchants goes through the same command.
"""

import json
import subprocess
import sys
import tempfile


def match(command, arguments, files):
    """A function from the records of a group of merchants to their lines."""

    def lines(group):
        _, records = group
        with tempfile.NamedTemporaryFile("w", encoding="utf-8", suffix=".ndjson") as evidence:
            # an order that does not depend on Spark
            for record in sorted(records, key=place):
                evidence.write(record + "\n")
            evidence.write(files)
            evidence.flush()
            words = [command, "match", "--format", "ndjson", "--evidence", evidence.name, *arguments]
            done = subprocess.run(words, capture_output=True, encoding="utf-8", check=False)
        if done.returncode not in (0, 1):
            raise RuntimeError(done.stderr)
        return [line for line in done.stdout.splitlines() if json.loads(line)["type"] in ("line", "refused")]

    return lines


def place(record):
    """File and place of a record."""
    ((_, found),) = json.loads(record).items()
    ((kind, number),) = found["source"]["place"].items()
    return found["source"]["file"], kind, number


def main():
    from pyspark.sql import SparkSession

    command, evidence, out, *arguments = sys.argv[1:]
    with open(f"{evidence}/_files.ndjson", encoding="utf-8") as file:
        files = file.read()
    # two worker processes, one core and one gibibyte each
    builder = SparkSession.builder.master("local-cluster[2,1,1024]").appName("cardwire-recon")
    spark = builder.config("spark.ui.showConsoleProgress", "false").getOrCreate()
    spark.sparkContext.setLogLevel("ERROR")
    rows = spark.read.parquet(evidence).select("merchant", "record").rdd
    groups = rows.map(lambda row: (row.merchant, row.record)).groupByKey(4)
    # lines about whole files come out of each group
    lines = groups.flatMap(match(command, arguments, files)).distinct().collect()
    workers = spark.sparkContext._jsc.sc().getExecutorMemoryStatus().size() - 1
    print(f"{workers} workers, {len(lines)} lines", file=sys.stderr)
    spark.stop()
    with open(out, "w", encoding="utf-8") as file:
        file.writelines(line + "\n" for line in sorted(lines))


if __name__ == "__main__":
    main()
