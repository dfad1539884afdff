// For PostGraphile 5: a partnership and its figures, from the database that
// DATABASE_URL names, or else PGHOST, PGDATABASE, PGUSER and so on.
import { fileURLToPath } from 'node:url';
import { makePgService } from 'postgraphile/adaptors/pg';
import { PostGraphileAmberPreset } from 'postgraphile/presets/amber';
import { pgSmartTagsFromFile } from 'postgraphile/utils';

// PostGraphile knows no base type but PostgreSQL's own. Without this, columns of our two
// types are missing, and so are the acts that take one: assessDomain and stepDown.
const TYPES = {
	need_level: ['universal', 'early_help', 'social_care'],
	eha_domain: ['health_and_wellbeing', 'development_and_education', 'parenting_and_caring', 'family_and_community'],
};
const EarlyHelpTypesPlugin = {
	name: 'EarlyHelpTypesPlugin',
	gather: {
		hooks: {
			pgCodecs_findPgCodec(info, event) {
				const { pgType, serviceName } = event;
				const values = pgType.getNamespace().nspname === 'early_help' && TYPES[pgType.typname];
				if (event.pgCodec || !values) return;
				event.pgCodec = info.lib.dataplanPg.enumCodec({
					name: info.inflection.typeCodecName({ pgType, serviceName }),
					identifier: info.lib.sql.identifier('early_help', pgType.typname),
					values,
					description: pgType.getDescription(),
				});
			},
		},
	},
};

export default {
	extends: [PostGraphileAmberPreset],
	plugins: [EarlyHelpTypesPlugin, pgSmartTagsFromFile(fileURLToPath(new URL('postgraphile.tags.json5', import.meta.url)))],
	pgServices: [makePgService({ connectionString: process.env.DATABASE_URL, schemas: ['medway', 'medway_kpi'] })],
};
