// read_node_pg SCHEMA: prints what node-pg says of every view of a schema, and
// every row, in the form that read.pl describes.  Connects by PGHOST and its like.
'use strict';
const pg = require('pg');

const escapes = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };
const lines = [];
function print(...fields) {
    lines.push(fields.map(f => f === null ? '\\N' : f.replace(/[\\\t\n\r]/g, c => escapes[c])).join('\t'));
}

// node-pg has no call that lists views and columns; the standard's schema has them.
const listing = `
    select table_name::text as view, column_name::text as name, data_type::text as type,
        character_maximum_length as length, numeric_precision as precision, numeric_scale as scale,
        datetime_precision as fraction
    from information_schema.views
    join information_schema.columns using (table_catalog, table_schema, table_name)
    where table_schema = $1
    order by table_name collate "C", ordinal_position`;

function kind(column) {
    switch (column.type) {
        case 'character varying': return `text(${column.length})`;
        case 'integer': return 'integer';
        case 'numeric': return `decimal(${column.precision},${column.scale})`;
        case 'double precision': return 'double';
        case 'date': return 'date';
        case 'timestamp without time zone': return `timestamp(${column.fraction})`;
        case 'boolean': return 'boolean';
        default: return 'other';
    }
}

// npm's node-pg makes Dates of local time of dates and timestamps.  Debian's, with
// a later pg-types, leaves a date as text and takes a timestamp for UTC.
const timestampsAreUtc = pg.types.getTypeParser(pg.types.builtins.TIMESTAMP)('2024-07-01 00:00:00').getUTCHours() === 0;

const two = n => String(n).padStart(2, '0');
const day = date => `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;

function text(value, type) {
    if (value === null) return null;
    switch (type) {
        case 'double': {
            const bytes = Buffer.alloc(8);
            bytes.writeDoubleBE(value);
            return bytes.toString('hex');
        }
        case 'boolean': return value ? 't' : 'f';
        case 'date':
            return typeof value === 'string' ? value : day(value);
        case 'timestamp(0)':
            return timestampsAreUtc ? value.toISOString().slice(0, 19).replace('T', ' ')
                : `${day(value)} ${two(value.getHours())}:${two(value.getMinutes())}:${two(value.getSeconds())}`;
        default: return String(value);
    }
}

function classOf(value) {
    return typeof value === 'object' ? value.constructor.name : typeof value;
}

// A result names its types by number.
const typeNames = Object.fromEntries(Object.entries(pg.types.builtins).map(([name, oid]) => [oid, name]));

async function main(schema) {
    const client = new pg.Client();
    await client.connect();
    const columns = (await client.query(listing, [schema])).rows;
    const types = new Set();
    for (const view of new Set(columns.map(c => c.view))) {
        const kinds = columns.filter(c => c.view === view).map(kind);
        print('view', view);
        columns.filter(c => c.view === view).forEach((c, i) => print('column', view, c.name, kinds[i]));
        try {
            const query = `select * from ${client.escapeIdentifier(schema)}.${client.escapeIdentifier(view)}`;
            const { rows, fields } = await client.query({ text: query, rowMode: 'array' });
            for (const row of rows) {
                print('row', view, ...row.map((value, i) => text(value, kinds[i])));
                row.forEach((value, i) => {
                    if (value !== null) types.add(`${kinds[i]}\t${typeNames[fields[i].dataTypeID]}, ${classOf(value)}`);
                });
            }
        } catch (error) {
            if (error.code !== '42501') throw error;
            print('refused', view);
        }
    }
    await client.end();
    process.stdout.write(lines.join('\n') + '\n' + [...types].map(t => `type\t${t}\n`).join(''));
}

main(process.argv[2]);
