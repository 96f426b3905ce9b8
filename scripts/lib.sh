# What the commands of this folder share. Sourced by bash, never run.
set -euo pipefail

SRC=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
ASTERISK_ROOT=${CORDBOARD_ASTERISK_ROOT:-/var/lib/cordboard/asterisk-root}
REGISTRY=/run/cordboard
PG_BIN=/usr/lib/postgresql/15/bin

if [ -t 2 ]; then
	BOLD=$'\e[1m' DIM=$'\e[2m' RED=$'\e[31m' GREEN=$'\e[32m' PLAIN=$'\e[0m'
else
	BOLD= DIM= RED= GREEN= PLAIN=
fi

say() { printf '%s\n' "$*" >&2; }
step() { printf '%s•%s %s\n' "$BOLD" "$PLAIN" "$*" >&2; }
ok() { printf '  %s✓%s %s\n' "$GREEN" "$PLAIN" "$*" >&2; }
# fail WHAT [WHAT-TO-DO]
fail() {
	printf '%s✗ %s%s\n' "$RED" "$1" "$PLAIN" >&2
	[ -z "${2:-}" ] || printf '  %s\n' "$2" >&2
	exit 1
}

need_root() { [ "$(id -u)" = 0 ] || fail "this needs root" "run it again with sudo"; }

# run LOG WHAT COMMAND…: quiet when it works; when it does not, the end of its output and an end.
run() {
	local log=$1 what=$2
	shift 2
	mkdir -p "$(dirname "$log")"
	if ! "$@" > "$log" 2>&1 < /dev/null; then
		tail -n 25 "$log" | sed 's/^/    /' >&2
		fail "$what failed" "the whole output is in $log"
	fi
}

# wait_for SECONDS COMMAND…: asks again until it says yes or the time is up.
wait_for() {
	local deadline=$((SECONDS + $1))
	shift
	until "$@" > /dev/null 2>&1; do
		[ $SECONDS -lt $deadline ] || return 1
		read -rt 0.1 <> <(:) || :
	done
}

# ---- one instance: everything below its home directory -------------------------------------------

SERVICES=(postgres redis asterisk trunk amid relayd api api-reports nginx jobs simulate)
PORTS=(http sip_udp ami asterisk_http postgres redis relay relay_metrics amid_metrics trunk
	simulate_agents simulate_callers rtp_start rtp_end)

# Sets HOME_DIR, ID and RUN: the path by which every service sees the home, in a mount namespace of
# the instance. It is short (socket paths) and reachable by service users wherever the home lies.
home_set() {
	HOME_DIR=$(realpath -m -- "$1")
	case $HOME_DIR in
	/ | *[!A-Za-z0-9/._+-]*) fail "the home directory cannot be '$HOME_DIR'" \
		"use a path of letters, digits and . _ + -" ;;
	esac
	ID=$(printf %s "$HOME_DIR" | sha256sum | cut -c1-10)
	RUN=$REGISTRY/$ID
	PIDFILE=$HOME_DIR/supervisor.pid
}

ports_load() {
	[ -r "$HOME_DIR/ports" ] || return 1
	local name value
	declare -gA PORT=()
	while IFS='=' read -r name value; do PORT[$name]=$value; done < "$HOME_DIR/ports"
}

secret() { head -n 1 "$HOME_DIR/secrets/$1"; }

# Where the pages are: in TLS if the instance has been laid out with a certificate of its own.
url() {
	local scheme=http
	[ ! -e "$HOME_DIR/secrets/tls-certificate" ] || scheme=https
	echo "$scheme://${1:-127.0.0.1}:${PORT[http]}"
}

# The instance runs if its supervisor lives; the command line guards against a reused pid.
running() {
	local pid
	pid=$(cat "$PIDFILE" 2> /dev/null) || return 1
	[ -n "$pid" ] && tr '\0' ' ' < "/proc/$pid/cmdline" 2> /dev/null | grep -qF -- " $HOME_DIR "
}

# inside COMMAND…: in the instance's namespaces.
inside() {
	local init
	init=$(cat "/proc/$(cat "$PIDFILE")/task/$(cat "$PIDFILE")/children")
	nsenter --target "${init%% *}" --mount --pid -- "$@"
}

sv_do() { SVDIR=$HOME_DIR/service sv "$@"; }

service_up() { sv_do status "$1" 2> /dev/null | grep -q '^run:'; }

service_log() {
	case $1 in
	asterisk) echo "$HOME_DIR/asterisk/log/messages" ;;
	*) echo "$HOME_DIR/log/$1/current" ;;
	esac
}

psql_super() { inside chpst -u postgres:postgres psql -X -q -v ON_ERROR_STOP=1 -h "$RUN/postgres/run" -p "${PORT[postgres]}" "$@"; }

# ---- is it well? one function a service -----------------------------------------------------------

tcp_open() { (exec 3<> "/dev/tcp/127.0.0.1/$1") 2> /dev/null; }
udp_open() { [ -n "$(ss -Hlun "sport = :$1")" ]; }
http_status() { curl -sk -o /dev/null -m 3 -w '%{http_code}' "$@" || :; }

well_postgres() { "$PG_BIN/pg_isready" -q -h 127.0.0.1 -p "${PORT[postgres]}" -d cordboard; }
well_redis() {
	[ "$(REDISCLI_AUTH=$(secret redis) redis-cli -p "${PORT[redis]}" --user cordboard --no-auth-warning ping 2> /dev/null)" = PONG ]
}
well_asterisk() {
	asterisk_cli 'core waitfullybooted' | grep -q '^Asterisk has fully booted' && tcp_open "${PORT[ami]}" &&
		tcp_open "${PORT[asterisk_http]}" && udp_open "${PORT[sip_udp]}"
}
well_trunk() { service_up trunk && udp_open "${PORT[trunk]}"; }
well_amid() {
	service_up amid && [ "$(REDISCLI_AUTH=$(secret redis) redis-cli -p "${PORT[redis]}" --user cordboard \
		--no-auth-warning exists cb:node1:health 2> /dev/null)" = 1 ]
}
well_relayd() { service_up relayd && tcp_open "${PORT[relay]}"; }
well_api() { service_up api && [ "$(http_status "$(url)/api/pbx/health")" = 200 ]; }
well_api-reports() { service_up api-reports && [ -S "$HOME_DIR/api/reports.sock" ]; }
well_nginx() { service_up nginx && [ "$(http_status "$(url)/")" = 200 ]; }
well_jobs() { service_up jobs && [ "$(psql_super -d cordboard -Atc 'SELECT well FROM health_partitions()' 2> /dev/null)" = t ]; }
well_simulate() { service_up simulate; }

asterisk_cli() {
	timeout 5 nsenter --target "$(cat "$PIDFILE")" --mount -- \
		chroot "$(asterisk_root)" asterisk -C /srv/cordboard/etc/asterisk.conf -rx "$1" 2> /dev/null
}

# A usable Asterisk of the host is preferred to the private root.
asterisk_root() {
	local version
	version=$(asterisk -V 2> /dev/null | sed -n 's/^Asterisk \([0-9]*\)\..*/\1/p') || :
	if [ "${version:-0}" -ge 20 ]; then echo /; else echo "$ASTERISK_ROOT"; fi
}
