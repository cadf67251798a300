/*
 * What Node has no calls for and character devices need: ioctl, and to be told when a descriptor can be read.
 *
 * control(descriptor, request, argument)   0 or an error number; the argument is read and written in place
 * watch(descriptor, onReadable)            a handle, or the name of the error
 * unwatch(handle)                          the descriptor stays open
 * errorName(number)
 */
#define _GNU_SOURCE
#include <errno.h>
#include <node_api.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <uv.h>

typedef struct {
  uv_poll_t poll;
  napi_env env;
  napi_ref on_readable;
  napi_async_context context;
  int closing;
} device_watch;

static napi_value text(napi_env env, const char *value) {
  napi_value result;
  napi_create_string_utf8(env, value, NAPI_AUTO_LENGTH, &result);
  return result;
}

static napi_value device_control(napi_env env, napi_callback_info info) {
  size_t count = 3, octets;
  napi_value given[3], result;
  int32_t descriptor;
  uint32_t request;
  void *argument;
  napi_get_cb_info(env, info, &count, given, NULL, NULL);
  napi_get_value_int32(env, given[0], &descriptor);
  napi_get_value_uint32(env, given[1], &request);
  napi_get_typedarray_info(env, given[2], NULL, &octets, &argument, NULL, NULL);
  /* The request says how long its argument is: the kernel must not write beyond what there is. */
  int error = octets < _IOC_SIZE(request) ? EINVAL : 0;
  if (error == 0 && ioctl(descriptor, (unsigned long)request, argument) < 0) error = errno;
  napi_create_int32(env, error, &result);
  return result;
}

static void readable(uv_poll_t *poll, int status, int events) {
  (void)status;
  (void)events;
  device_watch *watch = poll->data;
  if (watch->closing) return;
  napi_handle_scope scope;
  napi_value callback, global, result, error;
  napi_open_handle_scope(watch->env, &scope);
  napi_get_reference_value(watch->env, watch->on_readable, &callback);
  napi_get_global(watch->env, &global);
  /* What a listener throws ends its thread, as it would from any other event. */
  if (napi_make_callback(watch->env, watch->context, global, callback, 0, NULL, &result) == napi_pending_exception &&
      napi_get_and_clear_last_exception(watch->env, &error) == napi_ok)
    napi_fatal_exception(watch->env, error);
  napi_close_handle_scope(watch->env, scope);
}

static void freed(uv_handle_t *handle) { free(handle->data); }

static void shut(device_watch *watch) {
  if (watch->closing) return;
  watch->closing = 1;
  uv_poll_stop(&watch->poll);
  napi_delete_reference(watch->env, watch->on_readable);
  napi_async_destroy(watch->env, watch->context);
  uv_close((uv_handle_t *)&watch->poll, freed);
}

static void ended(void *data) { shut(data); }

static napi_value device_watch_start(napi_env env, napi_callback_info info) {
  size_t count = 2;
  napi_value given[2], name, handle;
  int32_t descriptor;
  uv_loop_t *loop;
  napi_get_cb_info(env, info, &count, given, NULL, NULL);
  napi_get_value_int32(env, given[0], &descriptor);
  device_watch *watch = calloc(1, sizeof *watch);
  if (watch == NULL || napi_get_uv_event_loop(env, &loop) != napi_ok) {
    free(watch);
    return text(env, "ENOMEM");
  }
  int failed = uv_poll_init(loop, &watch->poll, descriptor);
  if (failed != 0) {
    free(watch);
    return text(env, uv_err_name(failed));
  }
  watch->env = env;
  watch->poll.data = watch;
  napi_create_reference(env, given[1], 1, &watch->on_readable);
  name = text(env, "character-device");
  napi_async_init(env, given[1], name, &watch->context);
  napi_add_env_cleanup_hook(env, ended, watch);
  napi_create_external(env, watch, NULL, NULL, &handle);
  uv_poll_start(&watch->poll, UV_READABLE, readable);
  return handle;
}

static napi_value device_unwatch(napi_env env, napi_callback_info info) {
  size_t count = 1;
  napi_value given[1];
  void *watch = NULL;
  napi_get_cb_info(env, info, &count, given, NULL, NULL);
  napi_get_value_external(env, given[0], &watch);
  napi_remove_env_cleanup_hook(env, ended, watch);
  shut(watch);
  return NULL;
}

static napi_value error_name(napi_env env, napi_callback_info info) {
  size_t count = 1;
  napi_value given[1];
  int32_t error;
  napi_get_cb_info(env, info, &count, given, NULL, NULL);
  napi_get_value_int32(env, given[0], &error);
  const char *name = strerrorname_np(error);
  return text(env, name == NULL ? "EUNKNOWN" : name);
}

NAPI_MODULE_INIT() {
  const struct {
    const char *name;
    napi_callback call;
  } calls[] = {
      {"control", device_control}, {"watch", device_watch_start}, {"unwatch", device_unwatch}, {"errorName", error_name}};
  for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
    napi_value function;
    napi_create_function(env, calls[i].name, NAPI_AUTO_LENGTH, calls[i].call, NULL, &function);
    napi_set_named_property(env, exports, calls[i].name, function);
  }
  return exports;
}
