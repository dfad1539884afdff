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

# verdict WORDS RATIO LEAST
missed=0
verdict() {
	if awk "BEGIN { exit !($2 >= $3) }"; then
		printf '%-62s %s (at least %s)\n' "$1" "$2" "$3"
	else
		printf '%-62s %s (SHORT of %s)\n' "$1" "$2" "$3"
		missed=1
	fi
}

report() {
	local processor=0
	verdict 'speed of the rules over no triggers, wall clock' "$(ratio '$1 / $3')" "$1"
	verdict 'speed of the rules over PL/pgSQL, wall clock' "$(ratio '$5 / $3')" "$2"
	awk '$2 == 0 || $4 == 0 || $6 == 0 { exit 1 }' <<<"${results%$'\n'}" && processor=1
	[ $processor -eq 0 ] || cat <<-END
		by processor time: over no triggers $(ratio '$2 / $4'), over PL/pgSQL $(ratio '$6 / $4')
		processor time the rules add, PL/pgSQL's over these: $(ratio '$4 > $2 ? ($6 - $2) / ($4 - $2) : 99')
	END
}

settings() {
	sql <<-'END'
		select 'PostgreSQL ' || current_setting('server_version') || string_agg(format(', %s %s', name, current_setting(name)), '' order by name)
		from unnest(array['fsync', 'synchronous_commit', 'full_page_writes', 'shared_buffers', 'wal_level']) as name;
	END
}
