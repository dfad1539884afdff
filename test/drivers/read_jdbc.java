// read_jdbc SCHEMA: prints what pgJDBC says of every view of a schema, and every
// row, in the form that read.pl describes.  Connects by PGHOST and its like.
import java.io.PrintStream;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.sql.*;
import java.util.*;

class ReadJdbc {
    /** The driver's name of a type, and what its values are in Java. */
    static final SortedSet<String> types = new TreeSet<>();
    static final PrintStream out = new PrintStream(System.out, false, StandardCharsets.UTF_8);

    public static void main(String[] arguments) throws SQLException {
        String schema = arguments[0];
        String url = "jdbc:postgresql://" + System.getenv("PGHOST") + ":" + System.getenv("PGPORT") + "/" + System.getenv("PGDATABASE");
        try (Connection connection = DriverManager.getConnection(url, System.getenv("PGUSER"), System.getenv("PGPASSWORD"))) {
            SortedMap<String, String> views = views(connection, schema);
            for (var view : views.entrySet()) {
                print("view", view.getKey());
                print("meaning", view.getKey(), null, view.getValue());
                readColumns(connection, schema, view.getKey());
                readRows(connection, schema, view.getKey());
            }
        }
        for (String type : types)
            out.print("type\t" + type + "\n");
        out.flush();
    }

    static SortedMap<String, String> views(Connection connection, String schema) throws SQLException {
        SortedMap<String, String> views = new TreeMap<>();
        try (ResultSet found = connection.getMetaData().getTables(null, schema, "%", new String[] {"VIEW"})) {
            while (found.next())
                views.put(found.getString("TABLE_NAME"), found.getString("REMARKS"));
        }
        return views;
    }

    static void readColumns(Connection connection, String schema, String view) throws SQLException {
        try (ResultSet column = connection.getMetaData().getColumns(null, schema, view, "%")) {
            while (column.next()) {
                String name = column.getString("COLUMN_NAME");
                print("column", view, name,
                    kind(column.getInt("DATA_TYPE"), column.getInt("COLUMN_SIZE"), column.getInt("DECIMAL_DIGITS")));
                print("meaning", view, name, column.getString("REMARKS"));
            }
        }
    }

    static String kind(int type, int size, int scale) {
        switch (type) {
            case Types.VARCHAR: return "text(" + size + ")";
            case Types.INTEGER: return "integer";
            case Types.NUMERIC: return "decimal(" + size + "," + scale + ")";
            case Types.DOUBLE: return "double";
            case Types.DATE: return "date";
            case Types.TIMESTAMP: return "timestamp(" + scale + ")";
            case Types.BIT: return "boolean";
            default: return "other";
        }
    }

    static void readRows(Connection connection, String schema, String view) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("select * from " + quoted(connection, schema, view))) {
            ResultSetMetaData columns = row.getMetaData();
            while (row.next()) {
                List<String> line = new ArrayList<>(List.of("row", view));
                for (int i = 1; i <= columns.getColumnCount(); i++) {
                    Object value = row.getObject(i);
                    line.add(text(value));
                    if (value != null)
                        types.add(kind(columns.getColumnType(i), 0, 0) + "\t" + JDBCType.valueOf(columns.getColumnType(i)).getName() + ", " + value.getClass().getName());
                }
                print(line.toArray(new String[0]));
            }
        } catch (SQLException refused) {
            if (!refused.getSQLState().equals("42501"))
                throw refused;
            print("refused", view);
        }
    }

    // What getObject gives unasked: java.sql.Date, java.sql.Timestamp, BigDecimal and so on.
    static String text(Object value) {
        if (value == null)
            return null;
        if (value instanceof Boolean)
            return (Boolean) value ? "t" : "f";
        if (value instanceof Double)
            return String.format("%016x", Double.doubleToRawLongBits((Double) value));
        if (value instanceof BigDecimal)
            return ((BigDecimal) value).toPlainString();
        if (value instanceof Timestamp)
            return ((Timestamp) value).toString().replaceFirst("\\.0$", "");
        return value.toString();
    }

    static String quoted(Connection connection, String schema, String view) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            return statement.enquoteIdentifier(schema, true) + "." + statement.enquoteIdentifier(view, true);
        }
    }

    static void print(String... fields) {
        StringJoiner line = new StringJoiner("\t");
        for (String field : fields)
            line.add(field == null ? "\\N"
                : field.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r"));
        out.print(line + "\n");
    }
}
