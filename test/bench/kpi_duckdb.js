// For kpi_duckdb.sh: what an analyst asks DuckDB of a copy of the contacts.
//
//   node kpi_duckdb.js FOLDER convert            contacts.csv and children.csv become Parquet
//   node kpi_duckdb.js FOLDER cube FROM UNTIL N  the cube of those months, N times
//   node kpi_duckdb.js FOLDER write FROM UNTIL   the same, to cube.csv
//
// DUCKDB names the node_modules that have @duckdb/node-api. Prints the milliseconds of each time.
const path = require('path');
const folder = process.argv[2];
const { DuckDBInstance } = require(path.join(process.env.DUCKDB, '@duckdb', 'node-api'));

const convert = ['contacts', 'children'].map((name) => `
	copy (select * from read_csv('${folder}/${name}.csv', header = true, nullstr = '(null)'))
	to '${folder}/${name}.parquet' (format parquet)`);

// The definitions of view contacts, as DuckDB does them best: a window, and no search for each row.
const cube = (from, to) => `
	with counted as (
		select *
		from '${folder}/contacts.parquet'
		where received_on >= date '${from}' - interval 365 day
			and received_on < date '${to}'
	), known as (
		select *,
			count(*) over (
				partition by counted_child_id order by received_on
				range between interval 365 day preceding and interval 1 day preceding) > 0 as known,
			row_number() over (
				partition by contact_id, counted_child_id
				order by child_id <> counted_child_id, contact_child_id) as place
		from counted
	)
	select
		date_trunc('month', k.received_on)::date as month,
		k.source_code, k.need_code, k.reason, k.ward,
		case
			when c.birth_date is null and c.expected_birth_date is null then null
			when c.birth_date is null or k.received_on < c.birth_date then -1
			else year(k.received_on) - year(c.birth_date)
				- (month(k.received_on) * 100 + day(k.received_on) < month(c.birth_date) * 100 + day(c.birth_date))::integer
		end as age_at_contact,
		c.sex_code, c.ethnicity_code,
		count(*) as contacts,
		count(*) filter (where k.decision = 'referral') as referrals,
		count(*) filter (where k.known) as known_contacts
	from known k
	left join '${folder}/children.parquet' c on c.child_id = k.counted_child_id
	where k.received_on >= date '${from}'
		and k.place = 1
	group by all`;

async function main() {
	const [, , , what, from, to, times] = process.argv;
	const connection = await (await DuckDBInstance.create(':memory:')).connect();
	const ms = async (statement) => {
		const began = process.hrtime.bigint();
		await connection.run(statement);
		console.log((Number(process.hrtime.bigint() - began) / 1e6).toFixed(1));
	};
	if (what === 'convert') for (const statement of convert) await ms(statement);
	else if (what === 'cube') for (let i = 0; i < Number(times); i++) await ms(cube(from, to));
	else await ms(`copy (${cube(from, to)}) to '${folder}/cube.csv' (header false, nullstr '(null)')`);
}

main().catch((error) => {
	console.error(error);
	process.exit(1);
});
