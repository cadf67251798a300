/*
 * Tells a thread of Node, from its event loop, as long as a descriptor can be read.
 *
 * libuv closes a watch in a later turn of the loop. A thread that ends unloads a part that no other thread has loaded, and makes
 * that turn before it only for a cleanup hook that is waited for. Were it any other, libuv would call what is no longer there.
 */
#pragma once
#include <node_api.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>
#include <uv.h>

#include "napi-part.h"

/* Whether the descriptor is closed with its watch. */
enum poll_descriptor { BORROWED, OWNED };

typedef struct {
  uv_poll_t poll;
  napi_env env;
  napi_ref on_readable;
  napi_async_context context;
  napi_async_cleanup_hook_handle hook;
  int descriptor;
  enum poll_descriptor belongs;
  bool closing;
} poll_watch;

static void poll_watch_readable(uv_poll_t *poll, int status, int events) {
  (void)status;
  (void)events;
  poll_watch *watch = poll->data;
  if (watch->closing) return;
  napi_env env = watch->env;
  napi_handle_scope scope;
  napi_value callback, global, result, error;
  napi_open_handle_scope(env, &scope);
  napi_get_reference_value(env, watch->on_readable, &callback);
  napi_get_global(env, &global);
  /* What a listener throws ends its thread, as it would from any other event. */
  if (napi_make_callback(env, watch->context, global, callback, 0, NULL, &result) == napi_pending_exception &&
      napi_get_and_clear_last_exception(env, &error) == napi_ok)
    napi_fatal_exception(env, error);
  napi_close_handle_scope(env, scope);
}

static void poll_watch_freed(uv_handle_t *poll) {
  poll_watch *watch = poll->data;
  napi_remove_async_cleanup_hook(watch->hook);
  free(watch);
}

/* To be called once: the handle is none after it. */
static void poll_watch_close(poll_watch *watch) {
  if (watch->closing) return;
  watch->closing = true;
  uv_poll_stop(&watch->poll);
  if (watch->belongs == OWNED) close(watch->descriptor);
  napi_delete_reference(watch->env, watch->on_readable);
  napi_async_destroy(watch->env, watch->context);
  uv_close((uv_handle_t *)&watch->poll, poll_watch_freed);
}

/* The environment ends, with the watch open or not yet freed. */
static void poll_watch_ended(napi_async_cleanup_hook_handle hook, void *watch) {
  (void)hook;
  poll_watch_close(watch);
}

/*
 * @param events   of libuv. With UV_PRIORITIZED a descriptor with an error goes on being watched; without, its error is told once.
 * @param name     of what is watched, for async_hooks
 * @returns        a handle, or the name of the error
 */
static napi_value poll_watch_open(napi_env env, int descriptor, enum poll_descriptor belongs, int events, const char *name,
                                  napi_value on_readable) {
  uv_loop_t *loop;
  napi_value handle;
  napi_get_uv_event_loop(env, &loop);
  poll_watch *watch = calloc(1, sizeof *watch);
  int error = watch == NULL ? UV_ENOMEM : uv_poll_init(loop, &watch->poll, descriptor);
  if (error != 0) {
    if (belongs == OWNED) close(descriptor);
    free(watch);
    return text(env, uv_err_name(error));
  }
  watch->env = env;
  watch->descriptor = descriptor;
  watch->belongs = belongs;
  watch->poll.data = watch;
  napi_create_reference(env, on_readable, 1, &watch->on_readable);
  napi_async_init(env, on_readable, text(env, name), &watch->context);
  napi_add_async_cleanup_hook(env, poll_watch_ended, watch, &watch->hook);
  napi_create_external(env, watch, NULL, NULL, &handle);
  uv_poll_start(&watch->poll, events, poll_watch_readable);
  return handle;
}

/* The watch of a handle. */
static poll_watch *poll_watch_of(napi_env env, napi_value handle) {
  void *watch = NULL;
  napi_get_value_external(env, handle, &watch);
  return watch;
}

/* A call with a handle alone: closes it. */
static napi_value poll_watch_close_call(napi_env env, napi_callback_info info) {
  size_t count = 1;
  napi_value given[1];
  napi_get_cb_info(env, info, &count, given, NULL, NULL);
  poll_watch_close(poll_watch_of(env, given[0]));
  return NULL;
}
