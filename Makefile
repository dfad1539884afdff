# early_help: PGXS build.
#
#   make                  build for the PostgreSQL that pg_config names
#   make install          put it there
#   make installcheck     run the pg_regress suite against a running server
#   make WERROR=1         the same with -Wall -Wextra -Werror
#   make check            install what is missing, build, run every suite
#   make check-quick      build what changed, run the short suites on servers that stay up (TESTS='errors rules_*')
#   make check-quick-stop end those servers
#   make check-long       what is made up at random, with fresh seeds and more of it, for hours (LONG=times as much)
#   make check-assert     the same on a PostgreSQL with assertions, built here from Debian's source
#   make fuzz             made-up calls of the C functions on it, many (FUZZ_CALLS, FUZZ_SEED, FUZZ_VALGRIND)
#   make sqlsmith         random queries by roles that may do little (SQLSMITH_STATEMENTS)
#   make bench            install what is missing, build, compare speeds
#   make demo             install what is missing, build, show it at work
#   make demo-stop        end the demo
#   make docs             make the pages of docs/ that come from the library
#   make drivers          read the figures by SQLAlchemy, LibreOffice, GDAL, PostGraphile
#   make lint             what linters say of C, SQL, shell and Perl: tools/lint.d/sql and its like alone
#   make mutate           take the rules away one by one: which test misses each?
#   PG_CONFIG=/path/to/pg_config chooses another PostgreSQL.

HARNESS := bench check check-assert check-long check-quick check-quick-stop demo demo-stop docs drivers fuzz lint mutate sqlsmith
ifneq ($(filter $(HARNESS),$(MAKECMDGOALS)),)

# These work before there is a compiler or a PostgreSQL, so PGXS stays out;
# other goals on the same command line get a make of their own.
.NOTPARALLEL:
.PHONY: $(MAKECMDGOALS)

bench:
	@test/bench/run

check:
	@test/check

check-long:
	@test/check-long

check-quick:
	@test/check-quick

check-quick-stop:
	@test/check-quick stop

# Assertions cost time: a test may take an hour.
check-assert:
	@built=$$(tools/assert-postgres) && PG_CONFIG=$$built TEST_SECONDS=$${TEST_SECONDS:-3600} test/check

fuzz:
	@built=$$(tools/assert-postgres) && PG_CONFIG=$$built SUITES=tap TESTS=fuzz_functions \
		FUZZ_CALLS=$${FUZZ_CALLS:-200000} TEST_SECONDS=$${TEST_SECONDS:-86400} test/check

demo:
	@test/demo/start

demo-stop:
	@test/demo/stop

docs:
	@tools/docs

drivers:
	@SUITES='drivers_more graphql' test/check

lint:
	@status=0; for part in tools/lint.d/*; do $$part || status=1; done; exit $$status

mutate:
	@tools/with-server test/mutate '$(PATTERN)'

sqlsmith:
	@SUITES=tap TESTS=sqlsmith SQLSMITH_STATEMENTS=$${SQLSMITH_STATEMENTS:-100000} TEST_SECONDS=$${TEST_SECONDS:-86400} test/check

$(filter-out $(HARNESS),$(MAKECMDGOALS)):
	@$(MAKE) --no-print-directory $@

else

EXTENSION = early_help early_help_sample
# The version stands in the control files only, and is the same in both.
EXTVERSION := $(shell sed -n "s/^default_version *= *'\(.*\)'.*/\1/p" early_help.control)
ifneq ($(EXTVERSION),$(shell sed -n "s/^default_version *= *'\(.*\)'.*/\1/p" early_help_sample.control))
$(error early_help_sample.control has another default_version than early_help.control)
endif

# C: one file an idea, in the folder of its wing.
SOURCES := $(sort $(wildcard extension/src/*.c extension/src/*/*.c))
OWN_HEADERS := $(sort $(wildcard extension/src/*/*.h))
# The library's file carries the version: one that is installed later leaves it
# to the databases that were not updated yet.
MODULE_big = early_help-$(EXTVERSION)
OBJS = $(SOURCES:.c=.o) build/sql/partnership_ddl.o
PG_CPPFLAGS = -I$(CURDIR)/extension/src
# A session that has loaded two versions calls each one's own functions.
SHLIB_LINK = -Wl,-Bsymbolic

# SQL: extension/order.mk says which files and in which order, whether written
# by hand or made below (build/).
include extension/order.mk
PARTS := $(patsubst extension/build/%,build/sql/%,$(INSTALL:%=extension/%))
CODES := $(sort $(wildcard extension/codes/*.tsv))
SAMPLE := $(SAMPLE:%=extension/%)
AUDIT := $(AUDIT:%=extension/install/audit/%)
RECORDS := $(patsubst extension/partnership/build/%,build/sql/%,$(RECORDS:%=extension/partnership/%))
FIGURES := $(patsubst extension/partnership/build/%,build/sql/%,$(FIGURES:%=extension/partnership/%))
FORGOTTEN := $(filter-out extension/upgrade/% $(PARTS) $(AUDIT) $(SAMPLE) $(RECORDS) $(FIGURES),$(shell find extension -name '*.sql'))
ifneq ($(FORGOTTEN),)
$(error extension/order.mk does not name $(FORGOTTEN))
endif

SCRIPT = early_help--$(EXTVERSION).sql
SAMPLE_SCRIPT = early_help_sample--$(EXTVERSION).sql
# A database of any released version goes to this one at a stroke, since the libraries of
# those between need not be there: extension/upgrade/A--B.sql is what B takes beyond its
# functions, one after the other; extension/upgrade/steps/A--B.sql what a partnership takes.
DELTAS := $(shell ls extension/upgrade 2>/dev/null | sed -n '/--.*[.]sql$$/p' | sort -V)
deltas_since = $(addprefix extension/upgrade/,$(shell printf '%s\n' $(DELTAS) | sed -n '/^$(1)--/,$$p'))
BEFORE := $(foreach delta,$(DELTAS),$(firstword $(subst --, ,$(delta))))
STEPS := $(shell ls extension/upgrade/steps/*.sql 2>/dev/null | sort -V)
DATA_built = $(SCRIPT) $(SAMPLE_SCRIPT) $(BEFORE:%=early_help--%--$(EXTVERSION).sql) $(BEFORE:%=early_help_sample--%--$(EXTVERSION).sql)

# Every test of the pg_regress suite finds the extension already created.
REGRESS = $(sort $(basename $(notdir $(wildcard sql/*.sql))))
REGRESS_OPTS = --encoding=UTF8 --no-locale --load-extension=btree_gist --load-extension=early_help

EXTRA_CLEAN = build/sql early_help*--*.sql

# No LLVM bitcode beside the library: it would need the very clang that the
# server was built with, and these functions gain nothing from inlining.
override with_llvm = no

PG_CONFIG ?= pg_config
ifdef WERROR
# The server's own headers are not ours to mend.
PG_CPPFLAGS += -isystem $(shell $(PG_CONFIG) --includedir-server)
PG_CFLAGS += -Wall -Wextra -Werror
# clang is handed the flags that the server was built with by gcc.
ifneq ($(findstring clang,$(CC)),)
PG_CFLAGS += -Wno-unknown-warning-option -Wno-ignored-optimization-argument -Wno-ignored-attributes
endif
endif

PGXS := $(shell $(PG_CONFIG) --pgxs)
ifeq ($(wildcard $(PGXS)),)
$(error $(PG_CONFIG) names no PGXS: install postgresql-server-dev-N or set PG_CONFIG)
endif
include $(PGXS)

$(OBJS): $(OWN_HEADERS) Makefile

TYPE := extension/install/types/one_byte_types.tsv extension/install/types/one_byte_type.sql.in
build/sql/need_level.sql build/sql/eha_domain.sql: build/sql/%.sql: $(TYPE) tools/one-byte-type-to-sql extension/order.mk
	@mkdir -p $(@D)
	tools/one-byte-type-to-sql $* $(TYPE) >$@.new && mv $@.new $@

build/sql/code_rows.sql: $(CODES) tools/codes-to-sql extension/codes
	@mkdir -p $(@D)
	tools/codes-to-sql $(CODES) >$@.new && mv $@.new $@

build/sql/audit_queries.sql: $(AUDIT) tools/audit-to-sql extension/order.mk
	@mkdir -p $(@D)
	tools/audit-to-sql $(AUDIT) >$@.new && mv $@.new $@

build/sql/execute_list.sql: extension/execute.tsv tools/execute-to-sql
	@mkdir -p $(@D)
	tools/execute-to-sql $< >$@.new && mv $@.new $@

build/sql/upgrade_steps.sql: $(STEPS) tools/steps-to-sql extension/order.mk
	@mkdir -p $(@D)
	tools/steps-to-sql $(STEPS) >$@.new && mv $@.new $@

early_help--%--$(EXTVERSION).sql: $(DELTAS:%=extension/upgrade/%) $(SCRIPT) tools/update-script
	tools/update-script early_help $(SCRIPT) $(call deltas_since,$*) >$@.new && mv $@.new $@

early_help_sample--%--$(EXTVERSION).sql: $(SAMPLE_SCRIPT) tools/update-script
	tools/update-script early_help_sample $(SAMPLE_SCRIPT) >$@.new && mv $@.new $@

build/sql/triggers.sql: extension/triggers.tsv tools/triggers-to-sql
	@mkdir -p $(@D)
	tools/triggers-to-sql $< >$@.new && mv $@.new $@

# What is counted, how it is shown and what it means: extension/partnership/*.tsv.
TABLES := extension/partnership

build/sql/metric_rows.sql: $(TABLES)/measures.tsv tools/measures-to-sql tools/tsv.awk
	@mkdir -p $(@D)
	tools/measures-to-sql rows $< >$@.new && mv $@.new $@

build/sql/measures.sql: $(TABLES)/measures.tsv tools/measures-to-sql tools/tsv.awk
	@mkdir -p $(@D)
	tools/measures-to-sql cubes $< >$@.new && mv $@.new $@

build/sql/explain_figure.sql: $(TABLES)/measures.tsv $(TABLES)/figures/explain_figure.sql.in tools/measures-to-sql tools/tsv.awk
	@mkdir -p $(@D)
	tools/measures-to-sql explain $(TABLES)/measures.tsv $(TABLES)/figures/explain_figure.sql.in >$@.new && mv $@.new $@

PUBLISHED := $(TABLES)/dimensions.tsv $(TABLES)/published_counts.tsv $(TABLES)/published.tsv
build/sql/published.sql: $(PUBLISHED) tools/published-to-sql tools/tsv.awk
	@mkdir -p $(@D)
	tools/published-to-sql $(PUBLISHED) >$@.new && mv $@.new $@

MEANINGS := $(TABLES)/columns.tsv $(TABLES)/dimensions.tsv
build/sql/column_meanings.sql: $(MEANINGS) tools/columns-to-sql tools/tsv.awk
	@mkdir -p $(@D)
	tools/columns-to-sql $(MEANINGS) >$@.new && mv $@.new $@

build/sql/partnership_ddl.c: $(RECORDS) $(FIGURES) tools/ddl-to-c extension/order.mk
	@mkdir -p $(@D)
	echo '#include "partnership/partnership_ddl.h"' >$@.new
	tools/ddl-to-c records_ddl $(RECORDS) >>$@.new
	tools/ddl-to-c kpi_ddl $(FIGURES) >>$@.new
	mv $@.new $@

$(SCRIPT): $(PARTS) early_help.control Makefile extension/order.mk tools/install-script
	tools/install-script early_help $(EXTVERSION) $(PARTS) >$@.new && mv $@.new $@

$(SAMPLE_SCRIPT): $(SAMPLE) early_help_sample.control Makefile extension/order.mk tools/install-script
	tools/install-script early_help_sample $(EXTVERSION) $(SAMPLE) >$@.new && mv $@.new $@

endif
