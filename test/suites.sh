# shellcheck shell=bash disable=SC2046,SC2086 # names of tests, TESTS and counts are words without spaces
# The suites of test/check and test/check-quick.  Sourced by bash in a copy of
# the tree, after tools/harness.sh; who sources it sets
#
#   work    a folder of its own below build/
#   log     a folder for what tests print, a file each
#   suites  the suites to run unless SUITES names others, the longest first
#
# and starts a server for each of two lanes: work/cluster/lane1.socket and
# lane2.socket name the folders of their sockets.

# has_name SUITE/NAME PATTERN...: whether a pattern has this name, or this suite and name.
has_name() {
	local name=$1
	shift
	for pattern; do
		# shellcheck disable=SC2254 # it is a pattern
		case $name in
			$pattern | */$pattern) return 0 ;;
		esac
	done
	return 1
}

# asked SUITE NAME: whether it is to run, by TESTS and by SKIP.
asked() (
	set -f
	has_name "$1/$2" ${TESTS:-*} && ! has_name "$1/$2" ${SKIP-}
)

# tests_of SUITE: the names of its tests that TESTS asks for.
tests_of() {
	local name names
	case $1 in
		regress) names=$(cd sql && ls -- *.sql) ;;
		isolation) names=$(cd test/isolation/specs && ls -- *.spec) ;;
		pgtap) names=$(cd test/pgtap && ls -- *.sql) ;;
		tap) names=$(cd test/t && ls -- [!k]*.pl) ;;
		kpi) names=$(cd test/t && ls -- kpi_*.pl) ;;
		race) names=$(cd test/race && ls -- *.c) ;;
		build) names='gcc clang' ;;
		drivers) names='jdbc odbc node_pg' ;;
		drivers_more) names='sqlalchemy libreoffice gdal' ;;
		graphql) names='postgraphile_4 postgraphile_5' ;;
		*) fail "there is no suite $1" ;;
	esac
	for name in $names; do
		name=${name%.*}
		if asked "$1" "$name"; then say "$name"; fi
	done
}

# units: a line "SUITE TEST" for each thing that a lane does at a time: a test,
# or "all" of a suite that one program runs whole.
units() {
	local suite name
	for suite in ${SUITES:-$suites}; do
		case $suite in
			regress | isolation | drivers | drivers_more | graphql)
				[ -z "$(tests_of "$suite")" ] || say "$suite all"
				;;
			*)
				for name in $(tests_of "$suite"); do say "$suite $name"; done
				;;
		esac
	done
}

# count SUITE TEST "PASSED FAILED SKIPPED": adds to its count.
count() {
	printf '%s\n' "$3" >>"$work/result/$1.$2"
}

total() {
	cat /dev/null "$@" 2>/dev/null | awk '{ p += $1; f += $2; s += $3 } END { printf "%d %d %d", p, f, s }'
}

in_words() {
	local words="$1 passed, $2 failed"
	[ "$3" -eq 0 ] || words="$words, $3 skipped"
	printf '%s' "$words"
}

# trouble: shows its input, and keeps it to be said again at the end.
trouble() {
	tee -a "$log/trouble"
}

# close_with PASSED FAILED SKIPPED: what failed, and the line that ends every
# run.  False if a test failed or none ran.
close_with() {
	local status=0
	[ "$2" -eq 0 ] && [ "$1" -gt 0 ] || status=1
	if [ "$status" -ne 0 ]; then
		say "what failed:"
		cat "$log/trouble" 2>/dev/null || true
	fi
	say "$(in_words "$@")"
	return "$status"
}

# cannot_go_on WHY FILE: ends where nothing can be tried.
cannot_go_on() {
	tail -n 60 "$2"
	say "$1"
	say "0 passed, 1 failed"
	exit 1
}

# No test may hang the whole.
limited() {
	timeout --foreground --kill-after=10 "${TEST_SECONDS:-900}" "$@"
}

# ---------------------------------------------------------------------------
# What all tests need
# ---------------------------------------------------------------------------

# build_extension: into the private PostgreSQL.  Warnings are one failure, and
# what has them is built all the same; false if that fails too.
build_extension() {
	if make -s -j2 WERROR=1 PG_CONFIG="$private_pg_config" >"$log/build.log" 2>&1; then
		count build gcc '1 0 0'
	else
		count build gcc '0 1 0'
		{
			say "build: gcc warns:"
			tail -n 60 "$log/build.log"
		} | trouble
		make -s -j2 PG_CONFIG="$private_pg_config" >"$log/build.log" 2>&1 || return 1
	fi
	make install PG_CONFIG="$private_pg_config" >>"$log/build.log" 2>&1
}

# come_from VERSION: there is no script to install this version, so CREATE EXTENSION
# installs the released VERSION and updates it. Its library is this one under its name.
come_from() {
	local share library version
	share=$("$private_pg_config" --sharedir)/extension
	library=$("$private_pg_config" --pkglibdir)
	version=$(sed -n "s/^default_version = '\(.*\)'/\1/p" early_help.control)
	rm "$share/early_help--$version.sql" "$share/early_help_sample--$version.sql"
	cp "extension/upgrade/released/early_help--$1.sql" "extension/upgrade/released/early_help_sample--$1.sql" "$share/"
	cp "$library/early_help-$version.so" "$library/early_help-$1.so"
}

# make_templates: the databases that tests start from: one with the extensions
# btree_gist, early_help and pgtap, and one with a partnership `town` too, which
# takes two seconds to make. With UPGRADED_FROM both come from a released version.
make_templates() {
	local first="${UPGRADED_FROM:+version '$UPGRADED_FROM'}"
	createdb early_help_template &&
		psql -X -q -d early_help_template -v ON_ERROR_STOP=1 -c 'create extension btree_gist' -c "create extension early_help $first" \
			-c 'create extension pgtap' &&
		createdb --template=early_help_template early_help_town &&
		psql -X -q -d early_help_town -v ON_ERROR_STOP=1 -c "select from early_help.create_partnership('town')" || return 1
	if [ -n "$first" ]; then
		psql -X -q -d early_help_template -v ON_ERROR_STOP=1 -c 'alter extension early_help update' &&
			psql -X -q -d early_help_town -v ON_ERROR_STOP=1 -c 'alter extension early_help update' \
				-c "select * from early_help.upgrade_partnership('town')" || return 1
	fi
	psql -X -q -d postgres -c "update pg_database set datallowconn = false where datname in ('early_help_template', 'early_help_town')"
}

# fresh_database NAME [TEMPLATE]
fresh_database() {
	createdb --maintenance-db=postgres --template="${2:-early_help_template}" "$1" || return 1
	export PGDATABASE=$1
}

# empty_server: of what tests made on the lane's server only the templates stay.
empty_server() {
	psql -XqAt -d postgres -v ON_ERROR_STOP=1 >/dev/null <<-'END'
		select format('drop database %I with (force)', datname)
		from pg_database
		where oid >= 16384 and datname not in ('early_help_template', 'early_help_town') \gexec
		select format('drop role %I', rolname) from pg_roles where oid >= 16384 \gexec
	END
}

# ---------------------------------------------------------------------------
# One test
# ---------------------------------------------------------------------------

# run_tap SUITE NAME COMMAND...: one program that writes TAP; false if it fails.
run_tap() {
	local suite=$1 name=$2 file=$log/$1-$2.log status=0 result
	shift 2
	limited "$@" >"$file" 2>&1 </dev/null || status=$?
	result=$(perl tools/read-tap "$suite/$name" "$file" "$status" 2>"$file.trouble")
	trouble <"$file.trouble"
	count "$suite" "$name" "${result:-0 1 0}"
	case $result in
		*' 0 '*) return 0 ;;
	esac
	return 1
}

run_pgtap() {
	local template=early_help_template
	! grep -q fixture.psql "test/pgtap/$1.sql" || template=early_help_town
	fresh_database "$1" "$template" || return 1
	run_tap pgtap "$1" psql --no-psqlrc --quiet --tuples-only --no-align --pset=pager=off \
		--set=ON_ERROR_STOP=1 --set=ON_ERROR_ROLLBACK=0 --set=VERBOSITY=verbose --file="test/pgtap/$1.sql" || true
}

# run_race NAME: a libpq program that writes TAP.
run_race() {
	local program=$work/race/$1 libdir
	libdir=$("$PG_CONFIG" --libdir)
	mkdir -p "$work/race"
	gcc -O2 -Wall -Wextra -Werror -I"$("$PG_CONFIG" --includedir)" -o "$program" \
		"test/race/$1.c" -L"$libdir" -Wl,-rpath,"$libdir" -lpq -lpthread -lm 2>&1 || return 1
	fresh_database "$1" || return 1
	run_tap race "$1" "$program" || true
}

# run_perl SUITE NAME FILE WORD...: with clusters of its own. PostgreSQL's own
# modules for such tests want to know the folders.
run_perl() {
	local suite=$1 name=$2 pgxs
	shift 2
	pgxs=$(cd "$(dirname "$("$private_pg_config" --pgxs)")/.." && pwd)
	# The tests put their sockets where TMPDIR says.
	TMPDIR=$(cat "$work/cluster/tap.socket")
	export TMPDIR PERL5LIB="$pgxs/test/perl:$work/tree/test/t" PG_REGRESS=$pgxs/test/regress/pg_regress
	export TESTDIR=$work/t/$name TESTDATADIR=$work/t/$name/tmp_check TESTLOGDIR=$log/t/$name
	export top_builddir=$TESTDIR
	unset PGHOST PGUSER PGDATABASE
	mkdir -p "$TESTDIR" "$TESTLOGDIR"
	if ! run_tap "$suite" "$name" perl "$@"; then
		tail -n 20 "$TESTDIR"/tmp_check/log/regress_log_* "$TESTLOGDIR"/regress_log_* 2>/dev/null | trouble
	fi
	cp "$TESTDIR"/tmp_check/log/* "$TESTLOGDIR"/ 2>/dev/null || true
	rm -rf "$TESTDIR"
}

# run_build COMPILER: gcc has had its turn when the extension was built; clang, if there is one.
run_build() {
	local clang copy=$work/clang
	[ "$1" = clang ] || return 0
	clang=$(sed -n 's/^CLANG[ \t]*=[ \t]*//p' "$(dirname "$("$private_pg_config" --pgxs)")/../Makefile.global")
	command -v "${clang:=clang}" >/dev/null || {
		count build clang '0 0 1'
		return 0
	}
	mkdir "$copy"
	cp -R Makefile early_help*.control extension tools "$copy/"
	find "$copy" -name '*.o' -delete
	if make -s -C "$copy" -j2 WERROR=1 CC="$clang" PG_CONFIG="$private_pg_config" >"$log/build-clang.log" 2>&1; then
		count build clang '1 0 0'
	else
		count build clang '0 1 0'
		{
			say "build: $clang warns:"
			tail -n 60 "$log/build-clang.log"
		} | trouble
	fi
	rm -rf "$copy"
}

# Reads what pg_regress printed, in its form before and since PostgreSQL 16.
count_regress() {
	awk '
	/^ok [0-9]+ |^(test|    ) .* \.\.\. ok / { p++; next }
	/^not ok [0-9]+ |\.\.\. FAILED/ { f++; next }
	END { print p + 0, f + 0, 0 }' "$1"
}

# show_regress SUITE STATUS FOLDER: what pg_regress left in FOLDER is kept in
# the log's folder, the results to compare or take over as expected too.
show_regress() {
	local suite=$1 status=$2 diffs=$3/regression.diffs
	cp -R "$3/results" "$log/$suite.results" 2>/dev/null || true
	count "$suite" all "$(count_regress "$log/$suite.log")"
	[ "$status" -ne 0 ] || return 0
	if [ -s "$diffs" ]; then
		cp "$diffs" "$log/$suite.diffs"
		{
			say "$suite: the differences, kept in $log/$suite.diffs; what came out is in $log/$suite.results:"
			head -n 300 "$diffs"
		} | trouble
	fi
	set -- $(total "$work/result/$suite.all")
	if [ "$2" -eq 0 ]; then
		count "$suite" all '0 1 0'
		tail -n 30 "$log/$suite.log" | trouble
	fi
}

run_regress() {
	local status=0
	limited make -s installcheck PG_CONFIG="$private_pg_config" REGRESS="$(tests_of regress | paste -sd " ")" >"$log/regress.log" 2>&1 || status=$?
	show_regress regress "$status" .
}

run_isolation() {
	local out=$work/isolation status=0
	rm -rf "$out"
	mkdir "$out"
	fresh_database specs && psql -Xq -d specs -f test/isolation/setup.sql || return 1
	limited "$(dirname "$("$private_pg_config" --pgxs)")/../test/isolation/pg_isolation_regress" \
		--inputdir=test/isolation --outputdir="$out" --bindir="$(dirname "$private_pg_config")" \
		--use-existing --dbname=specs \
		$(tests_of isolation) >"$log/isolation.log" 2>&1 || status=$?
	show_regress isolation "$status" "$out"
}

run_unit() {
	case $1 in
		tap | kpi) run_perl "$1" "$2" "test/t/$2.pl" ;;
		drivers | drivers_more) run_perl "$1" "$2" test/drivers/read.pl $(tests_of "$1") ;;
		graphql) run_perl "$1" "$2" test/drivers/graphql.pl $(tests_of "$1") ;;
		build) run_build "$2" ;;
		*) "run_$1" "$2" && empty_server ;;
	esac
}

# ---------------------------------------------------------------------------
# All of them, in two lanes
# ---------------------------------------------------------------------------

# take: prints the next line of the queue, and takes it from there.
take() (
	flock 8
	read -r unit <"$work/queue" || exit 1
	sed -i 1d "$work/queue"
	say "$unit"
) 8>"$work/queue.lock"

lane() {
	local unit start
	PGHOST=$(cat "$work/cluster/lane$1.socket")
	export PGHOST PGUSER=postgres PGDATABASE=postgres
	while unit=$(take); do
		set -- $unit
		start=$SECONDS
		(run_unit "$1" "$2") 2>"$log/$1-$2.error" || {
			say "$1 $2 cannot be run:"
			cat "$log/$1-$2.error"
			count "$1" "$2" '0 1 0'
		} | trouble
		[ -s "$work/result/$1.$2" ] || {
			say "$1 $2: ran no test"
			count "$1" "$2" '0 1 0'
		} | trouble
		say "$1 $2: $(in_words $(total "$work/result/$1.$2")) ($((SECONDS - start)) s)"
	done
}

# run_lanes: the units that are in the file queue.  Each lane is a process group, so that
# an interruption reaches all that it started: end_lanes.
lanes=()
run_lanes() {
	local number
	cp "$work/queue" "$work/units"
	set -m
	for number in 1 2; do
		lane "$number" </dev/null 9>&- &
		lanes+=($!)
	done
	wait || true
	set +m
	while read -r suite name; do
		[ -s "$work/result/$suite.$name" ] || {
			say "$suite $name: did not end"
			count "$suite" "$name" '0 1 0'
		} | trouble
	done <"$work/units"
	no_server_crashed
	for suite in $(cut -d ' ' -f 1 "$work/units" | uniq); do
		say "$suite: $(in_words $(total "$work/result/$suite".*))"
	done
}

end_lanes() {
	local group
	for group in "${lanes[@]}"; do
		kill -TERM -- "-$group" 2>/dev/null || true
	done
	for group in "${lanes[@]}"; do
		wait "$group" 2>/dev/null || true
	done
}

# Whatever a test thought of it, no server may crash or find its memory broken. With
# assertions (make check-assert) it looks at more.
no_server_crashed() {
	local broken
	broken=$(grep -rhaE --include='*.log' --include='regress_log_*' \
		'^TRAP: |terminated by signal (4|6|7|8|11)|problem in (alloc set|slab|[Gg]eneration|[Bb]ump)|(reference|refcount) leak: |resource was not closed' \
		"$log" | sort | uniq -c | head -n 20 || true)
	[ -n "$broken" ] || return 0
	{
		say "a server crashed or found its memory broken:"
		say "$broken"
	} | trouble
	count build servers '0 1 0'
}
