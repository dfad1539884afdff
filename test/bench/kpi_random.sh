#!/bin/bash
# Every view of figures against the same computed live, after every one of many random writes (a check, no race):
# test/t/kpi_random.pl with more writes and more families than make check has, and other seeds.
#
#   SEEDS='41 42'   one run each (41)
#   WRITES=5000     random writes a run
#   FAMILIES=500    families at the beginning
set -euo pipefail
cd "$(dirname "$0")/../.."

pgxs=$(cd "$(dirname "$(pg_config --pgxs)")/.." && pwd)
folder=$(mktemp -d /tmp/kpi_random.XXXXXX)
trap 'rm -rf "$folder"' EXIT
export TMPDIR=$folder TESTDIR=$folder TESTDATADIR=$folder/tmp_check TESTLOGDIR=$folder/log top_builddir=$folder
export PERL5LIB=$pgxs/test/perl:$PWD/test/t PG_REGRESS=$pgxs/test/regress/pg_regress
unset PGHOST PGUSER PGDATABASE
status=0
writes=${WRITES:-5000} families=${FAMILIES:-500}
[ -z "${QUICK-}" ] || writes=${WRITES:-300} families=${FAMILIES:-50}
for seed in ${SEEDS:-41}; do
	EARLY_HELP_SEED=$seed EARLY_HELP_WRITES=$writes EARLY_HELP_FAMILIES=$families \
		perl test/t/kpi_random.pl || status=1
	rm -rf "${folder:?}"/*
done
exit $status
