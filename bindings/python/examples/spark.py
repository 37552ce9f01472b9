#!/usr/bin/env python3
"""A folder of captures, dumps or hexadecimal lines to a table, on as many machines as Spark has.

    spark.py FOLDER SPEC [PATH ...]      spark.py captures iso87-ascii 2 4 11 39

Each worker reads whole files and hands Arrow columns on; values are masked. The master is that of `spark-submit`; alone
it is two worker processes on this machine.
"""

import os
import sys

import cardwire
import pyarrow
from pyspark import SparkConf
from pyspark.sql import SparkSession
from pyspark.sql.types import LongType, StringType, StructField, StructType


def decoded(spec, paths):
    """What a worker does with batches of files: their messages as columns."""

    def columns(batches):
        for batch in batches:
            for name, content in zip(batch["path"].to_pylist(), batch["content"].to_pylist()):
                found = [(place, octets, why) for place, octets, why in cardwire.messages(content, spec=spec)]
                values = pyarrow.record_batch(cardwire.decode_batch([octets or b"" for _, octets, _ in found], spec, paths))
                # what could not be cut out of the file says so itself
                errors = [why or error for (_, _, why), error in zip(found, values["error"].to_pylist())]
                yield pyarrow.record_batch(
                    {
                        "file": pyarrow.array([name.rsplit("/", 1)[-1]] * len(found), pyarrow.string()),
                        "index": pyarrow.array(range(len(found)), pyarrow.int64()),
                        **{column: values[column] for column in ["mti", *paths]},
                        "error": pyarrow.array(errors, pyarrow.string()),
                    }
                )

    return columns


def table(spark, folder, spec, paths):
    """The messages of all files of a folder."""
    text = [StructField(name, StringType()) for name in ["mti", *paths, "error"]]
    schema = StructType([StructField("file", StringType()), StructField("index", LongType()), *text])
    files = spark.read.format("binaryFile").load(folder).select("path", "content")
    return files.mapInArrow(decoded(spec, paths), schema)


def main():
    folder, spec, *paths = sys.argv[1:]
    # workers on this machine have what this program has
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    spark = SparkSession.builder.appName("cardwire").config("spark.ui.enabled", "false")
    if "spark.master" not in SparkConf().toDebugString():
        spark = spark.master("local-cluster[2,1,1024]")
    spark = spark.getOrCreate()
    rows = table(spark, folder, spec, paths or ["3", "4", "11", "39"])
    rows.orderBy("file", "index").show(20, truncate=False)
    rows.groupBy("mti").count().orderBy("mti").show()
    spark.stop()


if __name__ == "__main__":
    main()
