// usage: node tools/sql-rules.js EXCEPTIONS FILE...
//
// Rules of this project that PostgreSQL's own parser (npm's libpg-query) checks in
// the SQL of the extension and of a partnership:
//
//   replace         no CREATE OR REPLACE, no IF NOT EXISTS: they take over what
//                   somebody else put there
//   definer         a SECURITY DEFINER function sets search_path
//   caller's path   a function whose body is a string and that sets no search_path
//                   names nothing without its schema, but for what comes after its
//                   call of fix_settings(), which sets it
//
// EXCEPTIONS has the functions that are excused from the last, one a line with the
// reason after a tab; * stands for anything. One that excuses nobody is said too.
// Prints file:line: words; exits 1 if there are any.
'use strict';
const fs = require('fs');
const path = require('path');
const parser = require.resolve('libpg-query', { paths: [path.join(__dirname, '..', 'build')] });
const { loadModule, parseSync, parsePlPgSQLSync } = require(parser);

let found = 0;
const [exceptions, ...files] = process.argv.slice(2);
const excuses = fs.readFileSync(exceptions, 'utf8').split('\n').filter((l) => l && !l.startsWith('#')).map((l) => {
	const name = l.split('\t')[0];
	return { name, pattern: new RegExp(`^${name.replace(/\./g, '\\.').replace(/\*/g, '.*')}$`), used: false };
});

function excused(name) {
	const those = excuses.filter((e) => e.pattern.test(name));
	those.forEach((e) => { e.used = true; });
	return those.length > 0;
}

function walk(node, visit, inside = []) {
	if (Array.isArray(node)) {
		node.forEach((each) => walk(each, visit, inside));
	} else if (node && typeof node === 'object') {
		for (const [kind, value] of Object.entries(node)) {
			if (value && typeof value === 'object' && visit(kind, value, inside) !== false) {
				walk(value, visit, [...inside, kind]);
			}
		}
	}
}

const last = (names) => names.map((n) => n.String.sval);
const option = (options, name) => (options || []).map((o) => o.DefElem).filter((o) => o.defname === name);

const IS_OPERATOR = /^AEXPR_(OP|OP_ANY|OP_ALL|DISTINCT|NOT_DISTINCT|IN|LIKE|ILIKE)$/;

// The names in a statement that the search path finds.
function unqualified(tree) {
	const names = [];
	const common = new Set();
	walk(tree, (kind, node) => { if (kind === 'CommonTableExpr') common.add(node.ctename); });
	walk(tree, (kind, node) => {
		const only = node.names && node.names.length === 1;
		if (kind === 'RangeVar' && !node.schemaname && !common.has(node.relname)) names.push(`table ${node.relname}`);
		else if (kind === 'FuncCall' && node.funcname.length === 1) names.push(`function ${last(node.funcname)[0]}`);
		else if (kind === 'A_Expr' && node.name && node.name.length === 1 && IS_OPERATOR.test(node.kind)) {
			names.push(`operator ${last(node.name)[0]}`);
		} else if (['TypeName', 'typeName', 'returnType'].includes(kind) && only) names.push(`type ${last(node.names)[0]}`);
	});
	return names;
}

// An expression of PL/pgSQL as a statement; parseMode says which of the three it is.
function statement({ query, parseMode = 0 }) {
	if (parseMode >= 3) return parseSync(`select ${query.replace(/^[^=]*?:?=/, '')}`);
	return parseSync(parseMode === 2 ? `select ${query}` : query);
}

function unqualifiedInPlpgsql(source) {
	const names = [];
	let fixed = false;
	walk(parsePlPgSQLSync(source), (kind, node) => {
		if (kind !== 'PLpgSQL_expr' || fixed) return;
		fixed = /\.fix_settings\(\)/.test(node.query);
		names.push(...unqualified(statement(node)));
	});
	return names;
}

function check(file) {
	const sql = fs.readFileSync(file, 'utf8');
	const line = (at) => Buffer.from(sql).subarray(0, at).toString().split('\n').length;
	const say = (at, words) => { found++; console.log(`${file}:${line(at)}: ${words}`); };
	let tree;
	try {
		tree = parseSync(sql);
	} catch (e) {
		say((e.sqlDetails && e.sqlDetails.cursorPosition) || 0, e.message);
		return;
	}
	for (const { stmt, stmt_location: location = 0, stmt_len: length } of tree.stmts) {
		const text = Buffer.from(sql).subarray(location, length ? location + length : undefined).toString();
		const at = location + Buffer.byteLength(text.match(/^(\s|--.*\n)*/)[0]);
		walk(stmt, (kind, node) => {
			if (node.replace) say(at, 'CREATE OR REPLACE takes over what is there');
			if (node.if_not_exists) say(at, 'IF NOT EXISTS takes what is there for ours');
		});
		const made = stmt.CreateFunctionStmt;
		if (!made) continue;
		const name = last(made.funcname).join('.');
		const language = option(made.options, 'language').map((o) => o.arg.String.sval)[0];
		const path = option(made.options, 'set').some((o) => o.arg.VariableSetStmt.name === 'search_path');
		const definer = option(made.options, 'security').some((o) => o.arg.Boolean.boolval);
		if (definer && !path) say(at, `${name} is SECURITY DEFINER and sets no search_path`);
		if (path || made.sql_body || !['sql', 'plpgsql'].includes(language)) continue;
		const body = option(made.options, 'as')[0].arg.List.items[0].String.sval;
		const names = language === 'sql' ? unqualified(parseSync(body)) : unqualifiedInPlpgsql(text);
		if (names.length && !excused(name)) {
			say(at, `${name} runs under its caller's path and names ${[...new Set(names)].sort().join(', ')}`);
		}
	}
}

loadModule().then(() => {
	files.forEach(check);
	excuses.filter((e) => !e.used).forEach((e) => { found++; console.log(`${exceptions}: ${e.name} excuses no function`); });
	process.exit(found ? 1 : 0);
});
