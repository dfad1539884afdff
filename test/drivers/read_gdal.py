# read_gdal SCHEMA: prints what GDAL's PostgreSQL driver says of every view of a
# schema, and every row, in the form that read.pl describes.  Connects by PGHOST
# and its like.
import struct
import sys

from osgeo import gdal, ogr

ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def print_line(*fields):
    print("\t".join("\\N" if f is None else f.translate(ESCAPES) for f in fields))


def kind(field):
    t = field.GetType()
    if field.GetSubType() == ogr.OFSTBoolean:
        return "boolean"
    if t == ogr.OFTString:
        return f"text({field.GetWidth()})"
    if t in (ogr.OFTInteger, ogr.OFTInteger64, ogr.OFTReal) and field.GetWidth():
        return f"decimal({field.GetWidth()},{field.GetPrecision()})"
    return {ogr.OFTInteger: "integer", ogr.OFTReal: "double", ogr.OFTDate: "date", ogr.OFTDateTime: "timestamp(0)"}.get(t, "other")


def text(feature, i, k):
    if not feature.IsFieldSetAndNotNull(i):
        return None
    if k == "boolean":
        return "t" if feature.GetFieldAsInteger(i) else "f"
    if k == "double":
        return struct.pack(">d", feature.GetFieldAsDouble(i)).hex()
    if k.startswith("decimal") and feature.GetFieldDefnRef(i).GetType() == ogr.OFTReal:
        return f"{feature.GetFieldAsDouble(i):.{feature.GetFieldDefnRef(i).GetPrecision()}f}"
    if k in ("date", "timestamp(0)"):
        year, month, day, hour, minute, second, zone = feature.GetFieldAsDateTime(i)
        date = f"{year:04}-{month:02}-{day:02}"
        return date if k == "date" else f"{date} {hour:02}:{minute:02}:{int(second):02}"
    return feature.GetFieldAsString(i)


def type_name(field):
    subtype = ogr.GetFieldSubTypeName(field.GetSubType())
    return field.GetTypeName() if subtype == "None" else f"{field.GetTypeName()}({subtype})"


def main(schema):
    sys.stdout.reconfigure(encoding="utf-8", newline="\n")
    gdal.UseExceptions()
    ogr.UseExceptions()
    options = [f"SCHEMAS={schema}", "LIST_ALL_TABLES=YES"]
    source = gdal.OpenEx("PG:", gdal.OF_VECTOR, open_options=options)
    # Comments come with views that are asked for by name before any is listed.
    by_name = gdal.OpenEx("PG:", gdal.OF_VECTOR, open_options=options)
    layers = [source.GetLayer(i) for i in range(source.GetLayerCount())]
    for layer in sorted(layers, key=ogr.Layer.GetName):
        view = layer.GetName()
        definition = layer.GetLayerDefn()
        fields = [definition.GetFieldDefn(i) for i in range(definition.GetFieldCount())]
        kinds = [kind(field) for field in fields]
        print_line("view", view)
        print_line("meaning", view, None, by_name.GetLayerByName(view).GetMetadataItem("DESCRIPTION"))
        for field, k in zip(fields, kinds):
            print_line("column", view, field.GetName(), k)
            print_line("type", k, type_name(field))
        try:
            for feature in layer:
                print_line("row", view, *(text(feature, i, k) for i, k in enumerate(kinds)))
        except RuntimeError:
            # Why, GDAL says on standard error; what it raises is about a cursor.
            print_line("refused", view)


main(sys.argv[1])
