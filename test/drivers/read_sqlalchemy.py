# read_sqlalchemy SCHEMA: prints what SQLAlchemy (with psycopg2) says of every view
# of a schema, and every row, in the form that read.pl describes.  Connects by
# PGHOST and its like.
import struct
import sys

import sqlalchemy
from sqlalchemy import types

ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def print_line(*fields):
    print("\t".join("\\N" if f is None else f.translate(ESCAPES) for f in fields))


def kind(t):
    if isinstance(t, types.VARCHAR):
        return f"text({t.length})"
    if isinstance(t, types.INTEGER):
        return "integer"
    if isinstance(t, types.Float):
        return "double"
    if isinstance(t, types.NUMERIC):
        return f"decimal({t.precision},{t.scale})"
    if isinstance(t, types.DATE):
        return "date"
    if isinstance(t, types.TIMESTAMP):
        return f"timestamp({t.precision})"
    if isinstance(t, types.BOOLEAN):
        return "boolean"
    return "other"


def text(value):
    if value is None:
        return None
    if isinstance(value, bool):
        return "t" if value else "f"
    if isinstance(value, float):
        return struct.pack(">d", value).hex()
    return str(value)


def main(schema):
    sys.stdout.reconfigure(encoding="utf-8", newline="\n")
    engine = sqlalchemy.create_engine("postgresql+psycopg2://")
    inspector = sqlalchemy.inspect(engine)
    seen = set()
    for view in sorted(inspector.get_view_names(schema=schema)):
        print_line("view", view)
        print_line("meaning", view, None, inspector.get_table_comment(view, schema=schema)["text"])
        for column in inspector.get_columns(view, schema=schema):
            print_line("column", view, column["name"], kind(column["type"]))
            print_line("meaning", view, column["name"], column["comment"])
        table = sqlalchemy.Table(view, sqlalchemy.MetaData(), schema=schema, autoload_with=engine)
        try:
            with engine.connect() as connection:
                rows = connection.execute(sqlalchemy.select(table)).fetchall()
        except sqlalchemy.exc.ProgrammingError as error:
            if error.orig.pgcode != "42501":
                raise
            print_line("refused", view)
            continue
        for row in rows:
            print_line("row", view, *map(text, row))
            seen.update(
                (kind(c.type), f"{type(c.type).__name__}, {type(value).__module__}.{type(value).__name__}".replace("builtins.", ""))
                for c, value in zip(table.columns, row) if value is not None)
    for pair in seen:
        print_line("type", *pair)


main(sys.argv[1])
