/*
 * A browser's socket and the loop it lives in, without a word of the libraries that they are made of:
 * what server.c does for the files that know the clients.
 */
#ifndef CB_SOCKET_H
#define CB_SOCKET_H

#include <stdbool.h>
#include <stddef.h>

struct lws;
struct relay;

struct relay *socket_relay(const struct lws *wsi);
/*
 * These return 0, or -1 if the socket is of no more use. Before text there is room for a header
 * (FRAME_HEADROOM). What the kernel has no room for is kept, and then the socket is full.
 */
int socket_send(struct lws *wsi, char *text, size_t n);
int socket_ping(struct lws *wsi);
bool socket_is_full(struct lws *wsi);
/* client_writable is to be called when there is room. */
void socket_want_room(struct lws *wsi);
/* What the close frame says, if the callback that runs closes the socket. */
void socket_say_why(struct lws *wsi, int code, char *reason, size_t n);
/* Closes the socket, but outside of its callbacks. */
void socket_kill_soon(struct lws *wsi);

/* clients_let_in is to be called in a moment. */
void loop_want_turn(struct relay *relay);
/* crowds_tell is to be called in each turn of the loop until nobody has yet to be told. */
void loop_want_round(struct relay *relay);

#endif
