// usage: node postgraphile.js FOLDER SCHEMA...
//
// FOLDER has the files of docs/postgraphile, and PostGraphile in node_modules. Builds
// the GraphQL schema of the database that PGHOST, PGUSER and so on name, as those files
// and docs/bi.md say. Prints what it has, a line each:
//
//   said WORDS              what PostGraphile complained of: things of one name, for one
//   bare WORDS              the same of PostGraphile 5 without our types
//   list FIELD TYPE ROWS    a field of Query that lists a table or view, and how many rows it has
//   act FIELD               a field of Mutation
//
// and, for every line of standard input, which is a GraphQL document, its result as JSON.
'use strict';
const fs = require('fs');
const path = require('path');
const { pathToFileURL } = require('url');

const [folder, ...schemas] = process.argv.slice(2);
const from = (name) => require(require.resolve(name, { paths: [path.resolve(folder)] }));
const { version } = JSON.parse(fs.readFileSync(path.join(folder, 'node_modules/postgraphile/package.json'), 'utf8'));

const line = (...fields) => console.info(fields.join('\t').replace(/\n\s*/g, ' '));
let complaint = 'said';
for (const how of ['log', 'warn', 'error']) {
	console[how] = (...words) => line(complaint, words.join(' '));
}

// Both return a function that executes a document.
async function version4() {
	const { createPostGraphileSchema, withPostGraphileContext } = from('postgraphile');
	const { makePgSmartTagsFromFilePlugin } = from('postgraphile/plugins');
	const { graphql } = from('graphql');
	const pool = new (from('pg').Pool)();
	const schema = await createPostGraphileSchema(pool, schemas, {
		appendPlugins: [makePgSmartTagsFromFilePlugin(path.resolve(folder, 'postgraphile.tags.json5'))],
		skipPlugins: [from('graphile-build-pg').PgNodeAliasPostGraphile],
		ignoreRBAC: false,
	});
	return {
		schema,
		execute: (source) => withPostGraphileContext({ pgPool: pool }, (context) => graphql(schema, source, null, context)),
		end: () => pool.end(),
	};
}

async function version5() {
	const { makeSchema } = from('postgraphile');
	const { grafast } = from('postgraphile/grafast');
	const { default: preset } = await import(pathToFileURL(path.resolve(folder, 'graphile.config.mjs')));
	complaint = 'bare';
	await makeSchema({ extends: [preset], disablePlugins: ['EarlyHelpTypesPlugin'] });
	complaint = 'said';
	const { schema, resolvedPreset } = await makeSchema(preset);
	return {
		schema,
		execute: (source) => grafast({ schema, source, resolvedPreset, requestContext: {} }),
		end: () => Promise.all(preset.pgServices.map((service) => service.release())),
	};
}

async function main() {
	const { schema, execute, end } = await (version.startsWith('4.') ? version4() : version5());

	for (const field of Object.values(schema.getQueryType().getFields())) {
		const nodes = field.type.getFields && field.type.getFields().nodes;
		if (!nodes || field.args.some((a) => String(a.type).endsWith('!'))) continue;
		const type = String(nodes.type).replace(/[[\]!]/g, '');
		const { data, errors } = await execute(`{ ${field.name} { totalCount } }`);
		line('list', field.name, type, errors ? errors[0].message : data[field.name].totalCount);
	}
	for (const name of Object.keys(schema.getMutationType().getFields())) line('act', name);
	for (const source of fs.readFileSync(0, 'utf8').split('\n').filter(Boolean)) {
		console.info(JSON.stringify(await execute(source)));
	}
	await end();
}

main().catch((e) => {
	line('said', e.message);
	process.exitCode = 1;
});
