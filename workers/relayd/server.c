/* The loop and the ports: the only file that includes libwebsockets and the libev that it runs on. */
#include "workers/relayd/server.h"

#include "lib/log.h"
#include "workers/relayd/client.h"
#include "workers/relayd/socket.h"

#include <errno.h>
#include <ev.h>
#include <fcntl.h>
#include <libwebsockets.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

_Static_assert(FRAME_HEADROOM >= LWS_PRE, "frames leave room for libwebsockets' header");

enum {
	RECEIVE_BYTES = 512,          /* per socket, kept as long as it is open */
	SEND_BYTES = 4 * 1024 * 1024, /* a frame goes to the kernel in one piece */
	KERNEL_SEND_BYTES = 128 * 1024,
	METRICS_BYTES = 16384,
	FILES_MAX = 65536,
	HANDSHAKES_MAX = 256, /* more than this at once wait their turn to be accepted */
	GOODBYE_MS = 1000,
};

struct server {
	struct relay *relay;
	struct ev_loop *loop;
	struct lws_context *lws;
	struct lws_vhost *inner;
	struct lws *redis; /* Redis's subscription in our loop */
	uint64_t connection;
	lws_sorted_usec_list_t tick, turn;
	struct ev_idle round; /* active while somebody has yet to be told */
};

static volatile sig_atomic_t stopping;

void relay_stop(void)
{
	stopping = 1;
}

struct relay *socket_relay(const struct lws *wsi)
{
	return lws_context_user(lws_get_context(wsi));
}

/* ---- Redis's socket in the loop ---- */

/* hiredis and libwebsockets both close what they hold, so the loop watches a duplicate. */
static void watch_redis(struct relay *relay)
{
	struct server *server = relay->server;
	uint64_t connection;
	int fd = feed_socket(relay->feed, &connection);
	lws_sock_file_fd_type watched;

	if (connection == server->connection)
		return;
	server->connection = connection;
	if (server->redis)
		lws_set_timeout(server->redis, PENDING_TIMEOUT_USER_OK, LWS_TO_KILL_ASYNC);
	server->redis = NULL;
	if (fd < 0)
		return;
	watched.filefd = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	if (watched.filefd >= 0)
		server->redis = lws_adopt_descriptor_vhost(server->inner, LWS_ADOPT_RAW_FILE_DESC,
							   watched, "inner", NULL);
	if (!server->redis)
		log_error("redis unwatched error=%s", strerror(errno));
}

static void on_redis(struct relay *relay)
{
	feed_read(relay->feed);
	watch_redis(relay);
}

/* ---- sockets and the loop, for those who know the clients ---- */

int socket_send(struct lws *wsi, char *text, size_t n)
{
	return lws_write(wsi, (unsigned char *)text, n, LWS_WRITE_TEXT) < (int)n ? -1 : 0;
}

int socket_ping(struct lws *wsi)
{
	/* Of a pong without a payload libwebsockets says nothing. */
	unsigned char text[LWS_PRE + 1] = { [LWS_PRE] = '?' };

	return lws_write(wsi, text + LWS_PRE, 1, LWS_WRITE_PING) < 0 ? -1 : 0;
}

bool socket_is_full(struct lws *wsi)
{
	return lws_partial_buffered(wsi);
}

void socket_want_room(struct lws *wsi)
{
	lws_callback_on_writable(wsi);
}

void socket_say_why(struct lws *wsi, int code, char *reason, size_t n)
{
	lws_close_reason(wsi, (enum lws_close_status)code, (unsigned char *)reason, n);
}

void socket_kill_soon(struct lws *wsi)
{
	lws_set_timeout(wsi, PENDING_TIMEOUT_USER_OK, LWS_TO_KILL_ASYNC);
}

static void on_turn(lws_sorted_usec_list_t *turn)
{
	struct relay *relay = lws_container_of(turn, struct server, turn)->relay;
	bool more = clients_let_in(relay);

	watch_redis(relay);
	if (more)
		loop_want_turn(relay);
}

void loop_want_turn(struct relay *relay)
{
	struct server *server = relay->server;

	lws_sul_schedule(server->lws, 0, &server->turn, on_turn, TURN_MS * LWS_US_PER_MS);
}

static void on_round(struct ev_loop *loop, struct ev_idle *round, int events)
{
	struct server *server = round->data;

	(void)events;
	if (!crowds_tell(server->relay))
		ev_idle_stop(loop, round);
}

void loop_want_round(struct relay *relay)
{
	ev_idle_start(relay->server->loop, &relay->server->round);
}

static void on_tick(lws_sorted_usec_list_t *tick)
{
	struct server *server = lws_container_of(tick, struct server, tick);
	struct relay *relay = server->relay;
	int64_t now = clock_mono_ms();

	lws_sul_schedule(server->lws, 0, tick, on_tick, FEED_TICK_MS * LWS_US_PER_MS);
	feed_tick(relay->feed);
	watch_redis(relay);
	clients_check(relay, now);
}

/* ---- libwebsockets ---- */

/* A stalled peer must show here and not after megabytes in the kernel. */
static void bound_kernel(struct lws *wsi)
{
	int bytes = KERNEL_SEND_BYTES;

	setsockopt(lws_get_socket_fd(wsi), SOL_SOCKET, SO_SNDBUF, &bytes, sizeof(bytes));
}

static int ws_callback(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in,
		       size_t n)
{
	switch (reason) {
	case LWS_CALLBACK_ESTABLISHED:
		client_open(socket_relay(wsi), user, wsi);
		bound_kernel(wsi);
		return 0;
	case LWS_CALLBACK_RECEIVE: {
		struct relay *relay = socket_relay(wsi);
		struct piece piece = {
			.p = in,
			.n = n,
			.binary = lws_frame_is_binary(wsi),
			.last = lws_is_final_fragment(wsi) && !lws_remaining_packet_payload(wsi),
		};
		int result = client_receive(relay, user, &piece);
		watch_redis(relay);
		return result;
	}
	case LWS_CALLBACK_RECEIVE_PONG:
		((struct client *)user)->heard_ms = clock_mono_ms();
		return 0;
	case LWS_CALLBACK_SERVER_WRITEABLE:
		return client_writable(socket_relay(wsi), user);
	case LWS_CALLBACK_CLOSED:
		client_closed(socket_relay(wsi), user);
		return 0;
	default:
		return 0;
	}
}

/* Without the subprotocol's name there is no WebSocket here. */
static int plain_callback(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in,
			  size_t n)
{
	if (reason == LWS_CALLBACK_FILTER_PROTOCOL_CONNECTION)
		return 1;
	return lws_callback_http_dummy(wsi, reason, user, in, n);
}

static int send_metrics(struct lws *wsi)
{
	struct relay *relay = socket_relay(wsi);
	struct buf *body = buf_new(NULL);
	unsigned char page[LWS_PRE + METRICS_BYTES];
	unsigned char *start = page + LWS_PRE, *p = start, *end = page + sizeof(page);

	relay->metrics.awaiting_turn = (int64_t)relay->waits[FOR_TURN].n;
	relay->metrics.full = (int64_t)relay->waits[FOR_SOCKET].n;
	metrics_print(&relay->metrics, body);
	int failed = lws_add_http_common_headers(wsi, HTTP_STATUS_OK, "text/plain; version=0.0.4",
						 body->n, &p, end) ||
		     lws_finalize_http_header(wsi, &p, end) || body->n > (size_t)(end - p);
	if (!failed) {
		memcpy(p, body->p, body->n);
		p += body->n;
		failed = lws_write(wsi, start, (size_t)(p - start), LWS_WRITE_HTTP_FINAL) < 0 ||
			 lws_http_transaction_completed(wsi);
	}
	talloc_free(body);
	return failed ? -1 : 0;
}

static int inner_callback(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in,
			  size_t n)
{
	switch (reason) {
	case LWS_CALLBACK_RAW_RX_FILE:
		if (wsi != socket_relay(wsi)->server->redis)
			return -1;
		on_redis(socket_relay(wsi));
		return 0;
	case LWS_CALLBACK_RAW_CLOSE_FILE:
		if (wsi == socket_relay(wsi)->server->redis)
			socket_relay(wsi)->server->redis = NULL;
		return 0;
	case LWS_CALLBACK_HTTP:
		if (in && strcmp(in, "/metrics") == 0)
			return send_metrics(wsi);
		return lws_callback_http_dummy(wsi, reason, user, in, n);
	default:
		return plain_callback(wsi, reason, user, in, n);
	}
}

static const struct lws_protocols ws_protocols[] = {
	{ .name = "none", .callback = plain_callback },
	{ .name = "cordboard.v1",
	  .callback = ws_callback,
	  .per_session_data_size = sizeof(struct client),
	  .rx_buffer_size = RECEIVE_BYTES,
	  .tx_packet_size = SEND_BYTES },
	{ 0 },
};

static const struct lws_protocols inner_protocols[] = {
	{ .name = "inner", .callback = inner_callback },
	{ 0 },
};

/* The relay pings by itself: libwebsockets would wake up for each socket apart. */
static const lws_retry_bo_t no_pings = {
	.secs_since_valid_ping = UINT16_MAX / 2,
	.secs_since_valid_hangup = UINT16_MAX,
};

static void log_line(int level, const char *line)
{
	log_at(level == LLL_ERR ? LOG_LEVEL_ERROR : LOG_LEVEL_WARN, "lws %.*s",
	       (int)strcspn(line, "\n"), line);
}

/* As many sockets as the system lets us have; returns their number. */
static unsigned raise_file_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
		return 0;
	limit.rlim_cur = limit.rlim_max < FILES_MAX ? limit.rlim_max : FILES_MAX;
	setrlimit(RLIMIT_NOFILE, &limit);
	return (unsigned)limit.rlim_cur;
}

static struct lws_vhost *listen_on(struct server *server, const char *name, int port,
				   const struct lws_protocols *protocols)
{
	struct lws_context_creation_info info = {
		.vhost_name = name,
		.iface = "127.0.0.1",
		.port = port,
		.protocols = protocols,
		.retry_and_idle_policy = &no_pings,
		.options =
			LWS_SERVER_OPTION_DISABLE_IPV6 | LWS_SERVER_OPTION_FAIL_UPON_UNABLE_TO_BIND,
	};

	return lws_create_vhost(server->lws, &info);
}

static int relay_destroy(struct relay *relay)
{
	struct server *server = relay->server;

	if (server->lws)
		lws_context_destroy(server->lws);
	ev_idle_stop(server->loop, &server->round);
	ev_loop_destroy(server->loop);
	return 0;
}

int relay_open(const void *ctx, const struct relay_options *options, struct relay **out)
{
	struct relay *relay = mem_new(ctx, struct relay);
	struct server *server = mem_new(relay, struct server);
	/* epoll: with poll, each turn of the loop would look at every socket. */
	void *loop = server->loop = mem_check(ev_loop_new(EVBACKEND_EPOLL));
	struct lws_context_creation_info info = {
		.options = LWS_SERVER_OPTION_EXPLICIT_VHOSTS | LWS_SERVER_OPTION_LIBEV,
		.foreign_loops = &loop,
		.user = relay,
		.server_string = "cordboard",
		.max_http_header_pool = HANDSHAKES_MAX,
		.fd_limit_per_thread = raise_file_limit(),
		.timeout_secs = TICKET_WAIT_MS / 1000,
	};

	lws_set_log_level(LLL_ERR | LLL_WARN, log_line);
	server->relay = relay;
	relay->server = server;
	clients_init(relay);
	relay->renew_ms = options->renew_ms;
	relay->pace.a_second = options->joins_a_second;
	ev_idle_init(&server->round, on_round);
	ev_set_priority(&server->round, EV_MAXPRI); /* once a turn, whatever else is to be done */
	server->round.data = server;
	relay->feed = feed_new(relay, options->redis, &relay->metrics,
			       &(struct feed_watcher){ relay, crowd_changed, client_revoked });
	relay->sessions = sessions_start(relay, options->database);
	server->lws = lws_create_context(&info);
	talloc_set_destructor(relay, relay_destroy);
	if (!server->lws) {
		talloc_free(relay);
		return -ELIBACC;
	}
	server->inner = listen_on(server, "inner", options->metrics_port, inner_protocols);
	if (!server->inner || !listen_on(server, "ws", options->port, ws_protocols)) {
		talloc_free(relay);
		return -EADDRINUSE;
	}
	*out = relay;
	return 0;
}

static void say_goodbye(struct relay *relay)
{
	int64_t deadline = clock_mono_ms() + GOODBYE_MS;

	clients_dismiss(relay);
	while (relay->clients && clock_mono_ms() < deadline)
		ev_run(relay->server->loop, EVRUN_ONCE);
}

void relay_run(struct relay *relay)
{
	on_tick(&relay->server->tick);
	/* libwebsockets looks at its timers after something has happened. */
	lws_cancel_service(relay->server->lws);
	while (!stopping)
		ev_run(relay->server->loop, EVRUN_ONCE);
	say_goodbye(relay);
}
