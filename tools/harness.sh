# shellcheck shell=bash disable=SC2034 # sourced: what it sets is for others
# What `make check` and `make demo` share.  Sourced by bash; $tree is the
# project's folder.
#
# Both work on a private PostgreSQL: a copy of the installed one under
# build/, into which the extension is installed, so that nothing is written
# outside the tree and no other server is touched.

say() {
	printf '%s\n' "$*"
}

fail() {
	printf 'error: %s\n' "$*" >&2
	exit 1
}

# The caller's environment must not choose the server, the language or make's
# own goals.
clean_environment() {
	local name
	case $tree in
		*[[:space:]]*) fail "make cannot work where the path has a space: $tree" ;;
	esac
	for name in ${!PG@}; do
		[ "$name" = PG_CONFIG ] || unset "$name"
	done
	unset MAKEFLAGS MAKELEVEL MFLAGS MAKEOVERRIDES CDPATH
	export LC_ALL=C TZ=UTC
	umask 022
}

# PostgreSQL refuses to run as root.  Sets server_user, and as_server to the
# words before a command that runs it as that user: none unless we are root.
choose_server_user() {
	as_server=()
	server_user=$(id -un)
	[ "$(id -u)" -eq 0 ] || return 0

	server_user=postgres
	if [ -n "${SUDO_USER-}" ] && [ "$SUDO_USER" != root ]; then
		server_user=$SUDO_USER
	fi
	id -u "$server_user" >/dev/null 2>&1 || fail "there is no user $server_user to run PostgreSQL as"
	as_server=(setpriv "--reuid=$server_user" "--regid=$(id -g "$server_user")" --init-groups)

	# A tree under a closed folder, /root for one, is out of that user's
	# reach.  The server may then pass closed folders, and nothing else: by
	# a capability that only reads, or where a container withholds it, by
	# the wider one.  Root alone can reach such a server's socket.
	local able
	for able in none dac_read_search dac_override; do
		local words=("${as_server[@]}")
		if [ "$able" != none ]; then
			words+=(--securebits=+no_setuid_fixup "--inh-caps=-all,+$able" "--ambient-caps=-all,+$able")
		fi
		if "${words[@]}" test -r "$tree/Makefile" 2>/dev/null; then
			as_server=("${words[@]}")
			return 0
		fi
	done
	fail "user $server_user cannot reach $tree: move the tree to a folder that others may enter"
}

# A fresh folder in build/ that belongs to the server's user.
make_server_folder() {
	mkdir -p "$1"
	[ ${#as_server[@]} -eq 0 ] || chown "$server_user:" "$1"
	# Who comes by sudo may come without it the next time.
	[ "$server_user" != "${SUDO_USER-}" ] || chown "$server_user:" "$tree/build" "$tree"/build/*.lock
}

# copy_sources FOLDER: the tree without what an earlier build left, so that no
# object file of another PostgreSQL gets in.
copy_sources() {
	local part
	mkdir -p "$1"
	for part in "$tree"/*; do
		case ${part##*/} in
			build | results | tmp_check | early_help*--*.sql | *.so | regression.*) ;;
			*) cp -R "$part" "$1/" ;;
		esac
	done
	find "$1" \( -name '*.o' -o -name '*.bc' \) -delete
	[ ${#as_server[@]} -eq 0 ] || chown -R "$server_user:" "$1"
}

# update_sources FOLDER: the same for a folder that is kept: files that have not
# changed are left alone, so that make builds only what must be built anew.
update_sources() {
	local list=$1.files file gone
	mkdir -p "$1"
	touch "$list"
	(
		cd "$tree" || exit
		find . -mindepth 1 \( -name .git -o -path ./build -o -path ./results -o -path ./tmp_check -o -path './regression.*' \
			-o -name '*.o' -o -name '*.bc' -o -name '*.so' -o -path './early_help*--*.sql' \) -prune \
			-o -type f -printf '%m  %P\n' >"$list.modes"
		sed 's/^[0-7]*  //' "$list.modes" | xargs -d '\n' sha256sum | sort - "$list.modes"
	) >"$list.new"
	comm -13 "$list" "$list.new" | sed 's/^[^ ]*  //' | sort -u >"$list.changed"
	(cd "$tree" && xargs -r -d '\n' cp --parents --preserve=mode --remove-destination -t "$1" <"$list.changed")
	# Who is gone was linked or joined: that is made again.
	gone=$(comm -23 <(sed 's/^[^ ]*  //' "$list" | sort -u) <(sed 's/^[^ ]*  //' "$list.new" | sort -u))
	for file in $gone; do
		rm -rf "${1:?}/$file" "$1"/*.so "$1"/early_help*--*.sql "$1/build"
	done
	[ ${#as_server[@]} -eq 0 ] || chown -R "$server_user:" "$1"
	mv "$list.new" "$list"
}

# private_postgres PG_CONFIG FOLDER: a PostgreSQL of our own below FOLDER.
# PostgreSQL finds its files from the place of its programs, so the programs
# are copied and the rest is linked.  An early_help installed in the original
# stays out.
private_postgres() {
	local from=$1 to=$2 bindir pkglibdir sharedir headers
	bindir=$("$from" --bindir)
	pkglibdir=$("$from" --pkglibdir)
	sharedir=$("$from" --sharedir)
	headers=$("$from" --includedir-server)

	mkdir -p "$to$bindir" "$to$pkglibdir" "$to$sharedir/extension" "$to$(dirname "$headers")"
	cp -pL "$bindir"/* "$to$bindir/"
	link_all "$pkglibdir" "$to$pkglibdir"
	link_all "$sharedir" "$to$sharedir"
	link_all "$sharedir/extension" "$to$sharedir/extension"
	ln -s "$headers" "$to$headers"

	bindir=$to$bindir
	[ "$("$bindir/pg_config" --pkglibdir)" = "$to$pkglibdir" ] ||
		fail "this PostgreSQL cannot be moved: $bindir/pg_config still names $("$bindir/pg_config" --pkglibdir)"
	use_postgres "$bindir"
}

# use_postgres BINDIR: sets private_pg_config, and its programs come first.
use_postgres() {
	private_pg_config=$1/pg_config
	PATH=$1:$PATH
	export PATH
}

link_all() {
	local entry
	for entry in "$1"/*; do
		case ${entry##*/} in
			early_help*) ;;
			*) [ -e "$2/${entry##*/}" ] || ln -s "$entry" "$2/" ;;
		esac
	done
}

# socket_folder FOLDER [NAME/]: sets socket to a folder for Unix sockets; FOLDER if
# the path of a socket in it is short enough for the system (107 bytes),
# otherwise one in /tmp, which the caller removes.
socket_folder() {
	local bytes
	bytes=$(printf %s "$1/${2-}.s.PGSQL.65535" | wc -c)
	if [ "$bytes" -le 107 ]; then
		socket=$1
		mkdir -p "$socket"
	else
		socket=$(mktemp -d /tmp/early_help.XXXXXX)
	fi
	chmod 700 "$socket"
}

# new_cluster FOLDER: initdb, with the settings of a throw-away server that
# listens on a Unix socket alone.
new_cluster() {
	initdb --pgdata="$1" --username=postgres --auth=trust --encoding=UTF8 --locale=C --no-sync </dev/null &&
		cat >>"$1/postgresql.conf" <<-END
			listen_addresses = ''
			unix_socket_permissions = 0700
			fsync = off
			synchronous_commit = off
			full_page_writes = off
			max_connections = 100
			max_prepared_transactions = 10
			max_locks_per_transaction = 128
			shared_buffers = 64MB
			max_wal_size = 2GB
		END
}

# start_cluster FOLDER SOCKET_FOLDER LOG
start_cluster() {
	pg_ctl --pgdata="$1" --log="$3" --options="-k '$2'" --wait --timeout=60 start </dev/null >/dev/null 9>&-
}

stop_cluster() {
	[ ! -e "$1/postmaster.pid" ] || pg_ctl --pgdata="$1" --mode=immediate --wait --timeout=60 stop >/dev/null 2>&1
}

# servers_below FOLDER: the process ids of the servers that have their data there.
servers_below() {
	local pid_file pid
	[ -d "$1" ] || return 0
	find "$1" -name postmaster.pid | while read -r pid_file; do
		pid=$(head -n 1 "$pid_file")
		[ "$(readlink "/proc/$pid/cwd" 2>/dev/null)" != "$(dirname "$pid_file")" ] || say "$pid"
	done
}

# end_leftovers FOLDER: ends the servers that an earlier run, killed before it
# could clean up, left with their data below this folder.
end_leftovers() {
	local pid
	for pid in $(servers_below "$1"); do
		kill -QUIT "$pid" || true
	done
}

# end_run FOLDER: ends what else such a run started: it has EARLY_HELP_RUN=FOLDER
# in its environment.
end_run() {
	local environ
	for environ in $(grep -lzxF "EARLY_HELP_RUN=$1" /proc/[0-9]*/environ 2>/dev/null || true); do
		kill -KILL "$(basename "$(dirname "$environ")")" 2>/dev/null || true
	done
}
