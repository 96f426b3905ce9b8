# How an instance is laid out: ports, secrets, configuration, services. Sourced by up.

SIMULATE_PORTS=80

# ---- ports ---------------------------------------------------------------------------------------

claims_of_others() {
	local file pid
	for file in "$REGISTRY"/*.claim; do
		[ -e "$file" ] && [ "$file" != "$REGISTRY/$ID.claim" ] || continue
		pid=$(sed -n 's/^pid=//p' "$file")
		[ -n "$pid" ] && [ -e "/proc/$pid" ] && sed -n 's/^[a-z_]*=\([0-9]*\)$/\1/p' "$file" | tail -n +2
	done
}

declare -A TAKEN=()
taken_load() {
	local port
	for port in $(claims_of_others; ss -Htuln | awk '{ sub(/.*:/, "", $5); print $5 }'); do
		TAKEN[$port]=1
	done
}

block_free() {
	local port
	for ((port = $1; port < $1 + $2; port++)); do
		[ -z "${TAKEN[$port]:-}" ] || return 1
	done
}

# next_block FROM SIZE: the first free run of ports, below the kernel's ephemeral range.
next_block() {
	local port limit
	read -r limit _ < /proc/sys/net/ipv4/ip_local_port_range
	for ((port = $1; port + $2 <= limit; port += $2)); do
		if block_free "$port" "$2"; then
			FOUND=$port
			return
		fi
	done
	fail "no free ports between $1 and $limit" "choose another --port"
}

# A block is remembered from the last time unless somebody else has taken it meanwhile.
port_pick() {
	local name=$1 size=$2 from=$3
	if [ -n "${PORT[$name]:-}" ] && block_free "${PORT[$name]}" "$size"; then
		FOUND=${PORT[$name]}
	else
		next_block "$from" "$size"
	fi
	PORT[$name]=$FOUND
	local i
	for ((i = 0; i < size; i++)); do TAKEN[$((FOUND + i))]=1; done
}

ports_choose() {
	local want=$1 name
	ports_load || declare -gA PORT=()
	exec 6> "$REGISTRY/ports.lock"
	flock 6
	taken_load
	[ -n "$want" ] && [ "$want" != "${PORT[http]:-}" ] && PORT=()
	PORT[http]=${want:-${PORT[http]:-8080}}
	block_free "${PORT[http]}" 1 || fail "port ${PORT[http]} is in use" \
		"stop what uses it (ss -ltnp 'sport = :${PORT[http]}') or choose another with --port"
	TAKEN[${PORT[http]}]=1
	for name in sip_udp ami asterisk_http postgres redis relay relay_metrics amid_metrics trunk; do
		port_pick $name 1 $((PORT[http] + 1))
	done
	# Eight signalling ports, then eight media ports a phone; the callers' block ends with the trunk's.
	port_pick simulate_agents $SIMULATE_PORTS $((PORT[http] + 1))
	port_pick simulate_callers $SIMULATE_PORTS $((PORT[http] + 1))
	port_pick rtp_start 200 10000
	PORT[rtp_end]=$((PORT[rtp_start] + 199))
	for name in "${PORTS[@]}"; do echo "$name=${PORT[$name]}"; done > "$HOME_DIR/ports"
	claim $$
	flock -u 6
}

# What another instance must not choose, while the process lives.
claim() {
	{
		echo "pid=$1"
		cat "$HOME_DIR/ports"
		seq -f 'x=%.0f' "${PORT[simulate_agents]}" $((PORT[simulate_agents] + SIMULATE_PORTS - 1))
		seq -f 'x=%.0f' "${PORT[simulate_callers]}" $((PORT[simulate_callers] + SIMULATE_PORTS - 1))
		seq -f 'x=%.0f' "${PORT[rtp_start]}" "${PORT[rtp_end]}"
	} > "$REGISTRY/$ID.claim"
}

# ---- secrets -------------------------------------------------------------------------------------

# secret_make NAME OWNER: random once, readable by its owner only.
secret_make() {
	local file=$HOME_DIR/secrets/$1
	[ -s "$file" ] || (umask 277 && openssl rand -hex 24 > "$file")
	chown "$2" "$file"
}

# pgpass ROLE OWNER: the same as libpq's password file, so that no password is in a command line.
pgpass_make() {
	local file=$HOME_DIR/secrets/pgpass-$1
	secret_make "db-$1" root
	rm -f "$file"
	(umask 277 && echo "*:*:*:cordboard_$1:$(secret "db-$1")" > "$file")
	chown "$2" "$file"
}

secrets_make() {
	local role
	install -d -m 755 "$HOME_DIR/secrets"
	secret_make ami-worker cordboard
	secret_make ami-system cordboard
	secret_make redis cordboard
	secret_make jwt cordboard
	pgpass_make owner root
	for role in api worker report jobs; do pgpass_make $role cordboard; done
	secret_make db-asterisk root
}

# certificate_make [1]: for loopback, readable for nginx, kept for as long as the instance is to have TLS.
certificate_make() {
	local file=$HOME_DIR/secrets/tls
	[ -n "${1:-}" ] || rm -f "$file-certificate" "$file-key"
	[ -n "${1:-}" ] && [ ! -e "$file-certificate" ] || return 0
	run "$HOME_DIR/log/certificate.log" "making a certificate" openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 \
		-nodes -days 3650 -subj /CN=Cordboard -addext subjectAltName=IP:127.0.0.1,DNS:localhost -keyout "$file-key" -out "$file-certificate"
	chown www-data "$file-key"
	chmod 400 "$file-key"
	chmod 444 "$file-certificate"
}

# ---- configuration -------------------------------------------------------------------------------

# render TEMPLATE FILE: @NAME@ becomes VALUE[NAME]; a name without value stops everything.
declare -A VALUE=()
render() {
	local text name
	text=$(cat "$1")
	for name in $(grep -o '@[A-Z][A-Z0-9_]*@' "$1" | sort -u | tr -d @); do
		[ -n "${VALUE[$name]+set}" ] || fail "$1 uses @$name@, which nobody sets"
		text=${text//@$name@/"${VALUE[$name]}"}
	done
	printf '%s\n' "$text" > "$2"
}

values_set() {
	local root port name
	root=$(asterisk_root)
	VALUE=(
		[NODE]=node1 [DEFAULT_TENANT]=demo [SIP_REALM]=cordboard
		[ASTERISK_MODULES]=/$(cd "$root" && echo usr/lib/*/asterisk/modules)
		[RUN]=$RUN [APP]=$RUN/app [STATIC]=$RUN/app/share/cordboard/static
		[PUBLIC_URL]=$(url)
		[DB_ASTERISK_PASSWORD]=$(secret db-asterisk)
		[AMI_WORKER_PASSWORD]=$(secret ami-worker) [AMI_SYSTEM_PASSWORD]=$(secret ami-system)
		[REDIS_PASSWORD_SHA256]=$(printf %s "$(secret redis)" | sha256sum | cut -d' ' -f1)
	)
	for name in sip_udp ami asterisk_http postgres redis relay relay_metrics amid_metrics trunk; do
		VALUE[${name^^}_PORT]=${PORT[$name]}
	done
	VALUE[RTP_START]=${PORT[rtp_start]} VALUE[RTP_END]=${PORT[rtp_end]}
}

configure_asterisk() {
	local file gid uid root
	root=$(asterisk_root)
	uid=$(awk -F: '$1 == "asterisk" { print $3 }' "$root/etc/passwd")
	gid=$(awk -F: '$1 == "asterisk" { print $3 }' "$root/etc/group")
	install -d -m 750 -o "$uid" -g "$gid" "$HOME_DIR/asterisk"
	for file in etc lib lib/keys run spool log log/cdr-csv; do
		install -d -m 750 -o "$uid" -g "$gid" "$HOME_DIR/asterisk/$file"
	done
	# The channel event log is read by cordboard-amid: its directory hands its group on to the file.
	chmod 751 "$HOME_DIR/asterisk" "$HOME_DIR/asterisk/log"
	install -d -m 2750 -o "$uid" -g cordboard "$HOME_DIR/asterisk/log/cel-custom"
	for file in "$HOME_DIR"/app/share/cordboard/asterisk/*.conf; do
		render "$file" "$HOME_DIR/asterisk/etc/$(basename "$file")"
	done
	chown root:"$gid" "$HOME_DIR"/asterisk/etc/*
	chmod 640 "$HOME_DIR"/asterisk/etc/*
}

configure_redis() {
	install -d -m 750 -o redis -g cordboard "$HOME_DIR/redis"
	cat > "$HOME_DIR/etc/redis.conf" <<-CONF
		bind 127.0.0.1
		port ${PORT[redis]}
		unixsocket $RUN/redis/redis.sock
		unixsocketperm 770
		dir $RUN/redis
		save ""
		appendonly no
		maxmemory 128mb
		maxmemory-policy noeviction
		user default off
		user cordboard on #${VALUE[REDIS_PASSWORD_SHA256]} ~cb:* &cb:* +@all -@scripting -@admin -@dangerous
	CONF
	chown redis "$HOME_DIR/etc/redis.conf"
	chmod 400 "$HOME_DIR/etc/redis.conf"
}

configure_programs() {
	local db="host=$RUN/postgres/run port=${PORT[postgres]} dbname=cordboard"
	install -d -m 700 -o cordboard -g cordboard "$HOME_DIR/journal"
	install -d -m 750 -o cordboard -g www-data "$HOME_DIR/api" "$HOME_DIR/recordings"
	cat > "$HOME_DIR/etc/cordboard.conf" <<-CONF
		[node]
		name = ${VALUE[NODE]}
		default_tenant = ${VALUE[DEFAULT_TENANT]}
		[database]
		api = $db user=cordboard_api passfile=$RUN/secrets/pgpass-api
		worker = $db user=cordboard_worker passfile=$RUN/secrets/pgpass-worker
		jobs = $db user=cordboard_jobs passfile=$RUN/secrets/pgpass-jobs
		[redis]
		address = $RUN/redis/redis.sock
		user = cordboard
		password_file = $RUN/secrets/redis
		[ami]
		port = ${PORT[ami]}
		password_file = $RUN/secrets/ami-worker
		system_password_file = $RUN/secrets/ami-system
		[amid]
		channel_log = $RUN/asterisk/log/cel-custom/cordboard.csv
		journal_dir = $RUN/journal
		metrics_port = ${PORT[amid_metrics]}
		[web]
		public_url = ${VALUE[PUBLIC_URL]}
		metrics_file = $RUN/api/metrics
		sip_realm = ${VALUE[SIP_REALM]}
		[jwt]
		secret_file = $RUN/secrets/jwt
		[recordings]
		dir = $RUN/recordings
		[relay]
		port = ${PORT[relay]}
		metrics_port = ${PORT[relay_metrics]}
	CONF
}

# One address stands for all who use a development instance: the limits are those of a whole floor.
configure_nginx() {
	install -d -m 700 -o www-data -g www-data "$HOME_DIR/nginx"
	local tls=()
	[ ! -e "$HOME_DIR/secrets/tls-certificate" ] ||
		tls=(CERTIFICATE="$RUN/secrets/tls-certificate" KEY="$RUN/secrets/tls-key" REDIRECT=)
	bash "$HOME_DIR/app/share/cordboard/nginx/render" "ORIGINS=$(url) $(url localhost)" "${tls[@]}" \
		LISTEN="127.0.0.1:${PORT[http]}" USER= PID="$RUN/nginx/nginx.pid" LOG=stderr LOG_GOOD=0 TEMP="$RUN/nginx" \
		STATIC="${VALUE[STATIC]}" RECORDINGS="$RUN/recordings" \
		API="unix:$RUN/api/api.sock" REPORTS="unix:$RUN/api/reports.sock" \
		RELAY="127.0.0.1:${PORT[relay]}" ASTERISK="127.0.0.1:${PORT[asterisk_http]}" \
		RATE=2000r/s BURST=4000 TICKET_RATE=500r/s TICKET_BURST=5000 SOCKETS=6000 UNLIMITED=127.0.0.9 \
		> "$HOME_DIR/etc/nginx.conf"
}

# ---- services ------------------------------------------------------------------------------------

# service NAME COMMAND: a runit service that starts when told to and logs to log/NAME.
service() {
	local dir=$HOME_DIR/service/$1
	mkdir -p "$dir/log" "$dir/control" "$HOME_DIR/log/$1"
	printf '#!/bin/sh\nexec 2>&1\n%s\n' "$2" > "$dir/run"
	printf '#!/bin/sh\nexec svlogd -tt %s\n' "$RUN/log/$1" > "$dir/log/run"
	: > "$dir/down"
	chmod 755 "$dir/run" "$dir/log/run"
}

# A stop that is not TERM: a script in place of the signal.
service_stop_by() {
	printf '#!/bin/sh\nkill -%s "$(cat supervise/pid)"\n' "$2" > "$HOME_DIR/service/$1/control/t"
	chmod 755 "$HOME_DIR/service/$1/control/t"
}

services_write() {
	local program=$RUN/app/libexec/cordboard config="--config $RUN/etc/cordboard.conf"
	local simulate=$RUN/app/share/cordboard/simulate as="exec chpst -u cordboard:cordboard"
	local pool="-U cordboard -G www-data -M 0660 -u cordboard -g cordboard -n -- /usr/bin/multiwatch -r 100"

	service postgres "exec chpst -u postgres:postgres $PG_BIN/postgres -D $RUN/postgres/data"
	service_stop_by postgres INT # fast: open sessions are ended, nothing is lost
	service redis "exec chpst -u redis:cordboard redis-server $RUN/etc/redis.conf --daemonize no"
	service asterisk "export PGCONNECT_TIMEOUT=3 MALLOC_ARENA_MAX=2
exec chroot $(asterisk_root) /usr/sbin/asterisk -C /srv/cordboard/etc/asterisk.conf -U asterisk -G asterisk -fn"
	service trunk "cd $RUN/api
$as sipp -sf $simulate/trunk_uas.xml -i 127.0.0.2 -p ${PORT[trunk]} -mp $((PORT[simulate_callers] + 72)) -rtp_echo -nostdin > /dev/null"
	service amid "$as $program/cordboard-amid $config"
	service relayd "$as $program/cordboard-relayd $config"
	service api "exec spawn-fcgi -s $RUN/api/api.sock $pool -f 4 -- $program/cordboard-api $config"
	service api-reports "exec spawn-fcgi -s $RUN/api/reports.sock $pool -f 1 -- $program/cordboard-api $config --reports"
	# What a timer does elsewhere: now, once a day, and soon again after a failure.
	service jobs "for job in partitions purge; do
	chpst -u cordboard:cordboard $program/cordboard-jobs $config \$job || exec sleep 10
done
exec sleep 86400"
	service nginx "exec chpst -u www-data:www-data nginx -e stderr -p $RUN/nginx -c $RUN/etc/nginx.conf -g 'daemon off;'"
	service_stop_by nginx QUIT
	service simulate "$as env CORDBOARD_URL=${VALUE[PUBLIC_URL]} NODE_EXTRA_CA_CERTS=$RUN/secrets/tls-certificate SIP_PORT=${PORT[sip_udp]} AGENT_PORTS=${PORT[simulate_agents]} CALLER_PORTS=${PORT[simulate_callers]} node $simulate/simulate.mjs"
}
