# read_libreoffice SCHEMA: prints what LibreOffice's PostgreSQL driver says of every
# view of a schema, and every row, in the form that read.pl describes.  Connects by
# PGHOST and its like.  The driver is loaded into this process: no office starts.
#
# A view's comment is not printed: the driver gives that of any of its columns.
import os
import struct
import sys

import uno
from com.sun.star.beans import PropertyValue
from com.sun.star.sdbc import DataType, SQLException

ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def print_line(*fields):
    print("\t".join("\\N" if f is None else f.translate(ESCAPES) for f in fields))


def property_value(name, value):
    p = PropertyValue()
    p.Name, p.Value = name, value
    return p


def connect():
    context = uno.getComponentContext()
    driver = context.ServiceManager.createInstanceWithContext("org.openoffice.comp.connectivity.pq.Driver.noext", context)
    url = "sdbc:postgresql:host={PGHOST} port={PGPORT} dbname={PGDATABASE}".format(**os.environ)
    return driver.connect(url, (
        property_value("user", os.environ["PGUSER"]),
        property_value("password", os.environ["PGPASSWORD"])))


def rows_of(result):
    while result.next():
        yield result


def kind(t, size, scale):
    return {
        DataType.VARCHAR: f"text({size})",
        DataType.INTEGER: "integer",
        DataType.NUMERIC: f"decimal({size},{scale})",
        DataType.DOUBLE: "double",
        DataType.DATE: "date",
        DataType.TIMESTAMP: f"timestamp({scale})",
        DataType.BOOLEAN: "boolean",
    }.get(t, "other")


def text(row, i, k):
    if k == "double":
        value = struct.pack(">d", row.getDouble(i)).hex()
    elif k == "date":
        d = row.getDate(i)
        value = f"{d.Year:04}-{d.Month:02}-{d.Day:02}"
    elif k == "timestamp(0)":
        m = row.getTimestamp(i)
        value = f"{m.Year:04}-{m.Month:02}-{m.Day:02} {m.Hours:02}:{m.Minutes:02}:{m.Seconds:02}"
    elif k == "boolean":
        value = "t" if row.getBoolean(i) else "f"
    elif k == "integer":
        value = str(row.getInt(i))
    else:
        value = row.getString(i)
    return None if row.wasNull() else value


def main(schema):
    sys.stdout.reconfigure(encoding="utf-8", newline="\n")
    connection = connect()
    metadata = connection.getMetaData()
    for view in sorted(row.getString(3) for row in rows_of(metadata.getTables(None, schema, "%", ("VIEW",)))):
        print_line("view", view)
        kinds = []
        for column in rows_of(metadata.getColumns(None, schema, view, "%")):
            kinds.append(kind(column.getInt(5), column.getInt(7), column.getInt(9)))
            print_line("column", view, column.getString(4), kinds[-1])
            print_line("meaning", view, column.getString(4), column.getString(12))
            print_line("type", kinds[-1], column.getString(6))
        try:
            for row in rows_of(connection.createStatement().executeQuery(f'select * from "{schema}"."{view}"')):
                print_line("row", view, *(text(row, i, k) for i, k in enumerate(kinds, 1)))
        except SQLException as error:
            if "permission denied" not in error.Message:
                raise
            print_line("refused", view)


main(sys.argv[1])
