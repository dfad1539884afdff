# shellcheck shell=bash disable=SC2034 # sourced: what it sets is for others
# What rules_bulk.sh and rules_journey.sh share. Sourced by bash.
#
# Each round measures the three partnerships of rules_setup.sql in turn, the order turned round after round,
# so that a busy machine is busy for all of them. A measurement is two numbers: wall-clock
# milliseconds, and milliseconds of processor time of the server's processes (0 where the
# role may not read the server's files).
partnerships=(rules_none rules_c rules_plpgsql)
export PGOPTIONS="${PGOPTIONS-} -c jit=off"

sql() {
	psql --no-psqlrc --quiet --tuples-only --no-align --set=ON_ERROR_STOP=1 "$@"
}

median() {
	sort -n | awk '{ v[NR] = $1 } END { print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'
}

# setup FAMILIES PLANS
setup() {
	echo "preparing three partnerships" >&2
	sql --set=families="$1" --set=plans="$2" --file="$here/rules_setup.sql" >/dev/null
}

# rounds NUMBER MEASURE: MEASURE PARTNERSHIP prints "wall processor". Leaves $results,
# a line a round: wall and processor time of none, c and plpgsql.
rounds() {
	local round place one line
	declare -A measured
	printf '%6s  %21s  %21s  %21s\n' '' 'no triggers' 'these rules' 'PL/pgSQL rules'
	printf '%6s  %10s %10s  %10s %10s  %10s %10s\n' round 'wall ms' 'cpu ms' 'wall ms' 'cpu ms' 'wall ms' 'cpu ms'
	results=
	for round in $(seq "$1"); do
		for place in 0 1 2; do
			one=${partnerships[(round + place) % 3]}
			measured[$one]=$($2 "$one")
		done
		line="${measured[rules_none]} ${measured[rules_c]} ${measured[rules_plpgsql]}"
		# shellcheck disable=SC2086 # six numbers
		printf '%6s  %10s %10s  %10s %10s  %10s %10s\n' "$round" $line
		results+=$line$'\n'
	done
}

# ratio EXPRESSION: the median over the rounds of an awk expression of the columns.
ratio() {
	awk "{ print ($1) }" <<<"${results%$'\n'}" | median | xargs printf '%.2f'
}

# verdict WORDS NUMBER WANTED LIMIT: WANTED is "at least" or "at most".
missed=0
verdict() {
	local sign='>=' word=$3
	[ "$3" = 'at least' ] || sign='<='
	if ! awk "BEGIN { exit !($2 $sign $4) }"; then
		word="SHORT of $3"
		missed=1
	fi
	printf '%-62s %s (%s %s)\n' "$1" "$2" "$word" "$4"
}

# report [ROWS]: ROWS is how many rows a measurement writes, where the rules' time for each counts.
report() {
	local added='($4 > $2 ? $4 - $2 : 1)'
	verdict 'speed of the rules over no triggers, wall clock' "$(ratio '$1 / $3')" 'at least' 0.9
	if ! awk '$2 == 0 || $4 == 0 || $6 == 0 { exit 1 }' <<<"${results%$'\n'}"; then
		echo 'this role may not read processor times: nothing is said of them'
		return
	fi
	verdict 'the same, processor time' "$(ratio '$2 / $4')" 'at least' 0.9
	verdict 'processor time the rules add, PL/pgSQL over these' "$(ratio "(\$6 - \$2) / $added")" 'at least' 5
	[ -z "${1-}" ] || verdict 'processor time the rules add to a row, microseconds' "$(ratio "1000 * $added / $1")" 'at most' 1
	echo "whole times, PL/pgSQL over these: wall clock $(ratio '$5 / $3'), processor $(ratio '$6 / $4')"
}

settings() {
	sql <<-'END'
		select 'PostgreSQL ' || current_setting('server_version') || string_agg(format(', %s %s', name, current_setting(name)), '' order by name)
		from unnest(array['fsync', 'synchronous_commit', 'full_page_writes', 'shared_buffers', 'wal_level']) as name;
	END
}
