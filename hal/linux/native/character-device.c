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
#include <sys/ioctl.h>
#include <uv.h>

#include "napi-part.h"
#include "poll-watch.h"

static napi_value device_control(napi_env env, napi_callback_info info) {
  size_t count = 3, octets;
  napi_value given[3];
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
  return number(env, error);
}

static napi_value device_watch(napi_env env, napi_callback_info info) {
  size_t count = 2;
  napi_value given[2];
  int32_t descriptor;
  napi_get_cb_info(env, info, &count, given, NULL, NULL);
  napi_get_value_int32(env, given[0], &descriptor);
  return poll_watch_open(env, descriptor, BORROWED, UV_READABLE, "character-device", given[1]);
}

NAPI_MODULE_INIT() {
  const part_call calls[] = {
      {"control", device_control}, {"watch", device_watch}, {"unwatch", poll_watch_close_call}, {"errorName", error_name}};
  return export_calls(env, exports, calls, sizeof calls / sizeof *calls);
}
