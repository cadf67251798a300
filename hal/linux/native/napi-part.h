/* What every part says to JavaScript: its calls, numbers, texts and the names of the kernel's errors. */
#pragma once
#include <node_api.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef struct {
  const char *name;
  napi_callback call;
} part_call;

static inline napi_value export_calls(napi_env env, napi_value exports, const part_call *calls, size_t count) {
  for (size_t i = 0; i < count; i++) {
    napi_value function;
    napi_create_function(env, calls[i].name, NAPI_AUTO_LENGTH, calls[i].call, NULL, &function);
    napi_set_named_property(env, exports, calls[i].name, function);
  }
  return exports;
}

static inline napi_value number(napi_env env, int32_t value) {
  napi_value result;
  napi_create_int32(env, value, &result);
  return result;
}

static inline napi_value text(napi_env env, const char *value) {
  napi_value result;
  napi_create_string_utf8(env, value, NAPI_AUTO_LENGTH, &result);
  return result;
}

/* The name of an error number, such as ENODEV. */
static inline napi_value error_text(napi_env env, int error) {
  const char *name = strerrorname_np(error);
  return text(env, name == NULL ? "EUNKNOWN" : name);
}

/* errorName(number) */
static inline napi_value error_name(napi_env env, napi_callback_info info) {
  size_t count = 1;
  napi_value given[1];
  int32_t error;
  napi_get_cb_info(env, info, &count, given, NULL, NULL);
  napi_get_value_int32(env, given[0], &error);
  return error_text(env, error);
}
