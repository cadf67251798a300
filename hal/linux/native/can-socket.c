/*
 * A raw CAN socket for Node, through N-API. It gives what the contract of CanPort asks for: the kernel's error numbers, many
 * frames a call, whether a frame is FD, which frames are this socket's own, and how many the kernel has dropped.
 *
 * open(interface, fd, receiveOctets, onReadable, namespace)  a handle, or the name of the error
 * receive(handle, messages)                                  how many messages there are now, or minus an error number
 * send(handle, frame, offset, octets)                        0 or an error number
 * close(handle)
 *
 * A namespace is the path of a network namespace; empty: the thread's own. A socket stays in the one that it was opened in.
 *
 * A message has MESSAGE octets: struct can_frame or struct canfd_frame, then at FRAME_MAX the octets of that structure (16 or 72),
 * a flag that is 1 for an own frame that is on the bus, two unused, and the kernel's count of dropped frames (four octets, in host
 * order).
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/can.h>
#include <linux/can/error.h>
#include <linux/can/raw.h>
#include <net/if.h>
#include <node_api.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>
#include <uv.h>

enum { FRAME_MAX = CANFD_MTU, MESSAGE = FRAME_MAX + 8, BATCH = 64, PATH = 256 };

typedef struct {
  uv_poll_t poll;
  napi_env env;
  napi_ref on_readable;
  napi_async_context context;
  int socket;
  int closing;
} can_socket;

static napi_value number(napi_env env, int32_t value) {
  napi_value result;
  napi_create_int32(env, value, &result);
  return result;
}

static napi_value text(napi_env env, const char *value) {
  napi_value result;
  napi_create_string_utf8(env, value, NAPI_AUTO_LENGTH, &result);
  return result;
}

static void readable(uv_poll_t *poll, int status, int events) {
  (void)status;
  (void)events;
  can_socket *can = poll->data;
  if (can->closing) return;
  napi_handle_scope scope;
  napi_value callback, global, result, error;
  napi_open_handle_scope(can->env, &scope);
  napi_get_reference_value(can->env, can->on_readable, &callback);
  napi_get_global(can->env, &global);
  /* What a listener throws ends its thread, as it would from any other event. */
  if (napi_make_callback(can->env, can->context, global, callback, 0, NULL, &result) == napi_pending_exception &&
      napi_get_and_clear_last_exception(can->env, &error) == napi_ok)
    napi_fatal_exception(can->env, error);
  napi_close_handle_scope(can->env, scope);
}

static void freed(uv_handle_t *handle) { free(handle->data); }

static void shut(napi_env env, can_socket *can) {
  if (can->closing) return;
  can->closing = 1;
  uv_poll_stop(&can->poll);
  close(can->socket);
  napi_delete_reference(env, can->on_readable);
  napi_async_destroy(env, can->context);
  uv_close((uv_handle_t *)&can->poll, freed);
}

/* The handle's memory is libuv's until it has closed; the environment may end before the port is closed. */
static void ended(void *data) { shut(((can_socket *)data)->env, data); }

static int opened(const char *interface, int fd, int receive_octets) {
  int s = socket(PF_CAN, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, CAN_RAW);
  if (s < 0) return -errno;
  int on = 1;
  can_err_mask_t errors = CAN_ERR_MASK;
  /* Data frames with an identifier of eleven bits, and nothing else. */
  struct can_filter filter = {0, CAN_EFF_FLAG | CAN_RTR_FLAG};
  struct sockaddr_can address = {.can_family = AF_CAN};
  address.can_ifindex = if_nametoindex(interface);
  int failed = address.can_ifindex == 0 ||
               setsockopt(s, SOL_CAN_RAW, CAN_RAW_FILTER, &filter, sizeof filter) < 0 ||
               setsockopt(s, SOL_CAN_RAW, CAN_RAW_ERR_FILTER, &errors, sizeof errors) < 0 ||
               setsockopt(s, SOL_CAN_RAW, CAN_RAW_RECV_OWN_MSGS, &on, sizeof on) < 0 ||
               (fd && setsockopt(s, SOL_CAN_RAW, CAN_RAW_FD_FRAMES, &on, sizeof on) < 0) ||
               setsockopt(s, SOL_SOCKET, SO_RXQ_OVFL, &on, sizeof on) < 0 ||
               bind(s, (struct sockaddr *)&address, sizeof address) < 0;
  if (failed) {
    int error = errno;
    close(s);
    return -error;
  }
  /* Beyond net.core.rmem_max where that is allowed, up to it where not. */
  if (setsockopt(s, SOL_SOCKET, SO_RCVBUFFORCE, &receive_octets, sizeof receive_octets) < 0)
    setsockopt(s, SOL_SOCKET, SO_RCVBUF, &receive_octets, sizeof receive_octets);
  return s;
}

/* The thread goes into the namespace and comes back; one that cannot come back must not go on elsewhere. */
static int opened_in(const char *namespace, const char *interface, int fd, int receive_octets) {
  if (*namespace == 0) return opened(interface, fd, receive_octets);
  int own = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
  int other = open(namespace, O_RDONLY | O_CLOEXEC);
  int result = -errno;
  if (own >= 0 && other >= 0) {
    if (setns(other, CLONE_NEWNET) < 0) {
      result = -errno;
    } else {
      result = opened(interface, fd, receive_octets);
      if (setns(own, CLONE_NEWNET) < 0) abort();
    }
  }
  if (own >= 0) close(own);
  if (other >= 0) close(other);
  return result;
}

static napi_value can_open(napi_env env, napi_callback_info info) {
  size_t count = 5;
  napi_value given[5], name, handle;
  char interface[IFNAMSIZ + 1], namespace[PATH];
  size_t length;
  bool fd;
  int32_t receive_octets;
  napi_get_cb_info(env, info, &count, given, NULL, NULL);
  napi_get_value_string_utf8(env, given[0], interface, sizeof interface, &length);
  napi_get_value_bool(env, given[1], &fd);
  napi_get_value_int32(env, given[2], &receive_octets);
  napi_get_value_string_utf8(env, given[4], namespace, sizeof namespace, &length);
  int s = opened_in(namespace, interface, fd, receive_octets);
  if (s < 0) return text(env, strerrorname_np(-s));
  can_socket *can = calloc(1, sizeof *can);
  uv_loop_t *loop;
  if (can == NULL || napi_get_uv_event_loop(env, &loop) != napi_ok || uv_poll_init(loop, &can->poll, s) != 0) {
    close(s);
    free(can);
    return text(env, "ENOMEM");
  }
  can->env = env;
  can->socket = s;
  can->poll.data = can;
  napi_create_reference(env, given[3], 1, &can->on_readable);
  name = text(env, "can-socket");
  napi_async_init(env, given[3], name, &can->context);
  napi_add_env_cleanup_hook(env, ended, can);
  napi_create_external(env, can, NULL, NULL, &handle);
  uv_poll_start(&can->poll, UV_READABLE | UV_PRIORITIZED, readable);
  return handle;
}

static can_socket *handle_of(napi_env env, napi_value value) {
  void *can = NULL;
  napi_get_value_external(env, value, &can);
  return can;
}

static napi_value can_receive(napi_env env, napi_callback_info info) {
  size_t count = 2, octets;
  napi_value given[2];
  uint8_t *messages;
  napi_get_cb_info(env, info, &count, given, NULL, NULL);
  can_socket *can = handle_of(env, given[0]);
  napi_get_typedarray_info(env, given[1], NULL, &octets, (void **)&messages, NULL, NULL);
  struct mmsghdr headers[BATCH];
  struct iovec vectors[BATCH];
  uint8_t controls[BATCH][CMSG_SPACE(sizeof(uint32_t))];
  unsigned batch = octets / MESSAGE < BATCH ? octets / MESSAGE : BATCH;
  memset(headers, 0, sizeof headers);
  for (unsigned i = 0; i < batch; i++) {
    vectors[i] = (struct iovec){messages + i * MESSAGE, FRAME_MAX};
    headers[i].msg_hdr = (struct msghdr){
        .msg_iov = &vectors[i], .msg_iovlen = 1, .msg_control = controls[i], .msg_controllen = sizeof controls[i]};
  }
  int got = recvmmsg(can->socket, headers, batch, MSG_DONTWAIT, NULL);
  if (got < 0) return number(env, errno == EAGAIN || errno == EINTR ? 0 : -errno);
  for (int i = 0; i < got; i++) {
    uint8_t *trailer = messages + i * MESSAGE + FRAME_MAX;
    uint32_t dropped = 0;
    struct msghdr *header = &headers[i].msg_hdr;
    for (struct cmsghdr *c = CMSG_FIRSTHDR(header); c != NULL; c = CMSG_NXTHDR(header, c))
      if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SO_RXQ_OVFL) memcpy(&dropped, CMSG_DATA(c), sizeof dropped);
    trailer[0] = headers[i].msg_len;
    trailer[1] = (header->msg_flags & MSG_CONFIRM) != 0;
    trailer[2] = trailer[3] = 0;
    memcpy(trailer + 4, &dropped, sizeof dropped);
  }
  return number(env, got);
}

static napi_value can_send(napi_env env, napi_callback_info info) {
  size_t count = 4, length;
  napi_value given[4];
  uint8_t *frame;
  uint32_t offset, octets;
  napi_get_cb_info(env, info, &count, given, NULL, NULL);
  can_socket *can = handle_of(env, given[0]);
  napi_get_typedarray_info(env, given[1], NULL, &length, (void **)&frame, NULL, NULL);
  napi_get_value_uint32(env, given[2], &offset);
  napi_get_value_uint32(env, given[3], &octets);
  if ((size_t)offset + octets > length) return number(env, EINVAL);
  return number(env, send(can->socket, frame + offset, octets, MSG_DONTWAIT) < 0 ? errno : 0);
}

static napi_value can_close(napi_env env, napi_callback_info info) {
  size_t count = 1;
  napi_value given[1];
  napi_get_cb_info(env, info, &count, given, NULL, NULL);
  can_socket *can = handle_of(env, given[0]);
  napi_remove_env_cleanup_hook(env, ended, can);
  shut(env, can);
  return NULL;
}

static napi_value error_name(napi_env env, napi_callback_info info) {
  size_t count = 1;
  napi_value given[1];
  int32_t error;
  napi_get_cb_info(env, info, &count, given, NULL, NULL);
  napi_get_value_int32(env, given[0], &error);
  const char *name = strerrorname_np(error);
  return text(env, name == NULL ? "unknown" : name);
}

NAPI_MODULE_INIT() {
  const struct {
    const char *name;
    napi_callback call;
  } calls[] = {{"open", can_open}, {"receive", can_receive}, {"send", can_send}, {"close", can_close}, {"errorName", error_name}};
  for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
    napi_value function;
    napi_create_function(env, calls[i].name, NAPI_AUTO_LENGTH, calls[i].call, NULL, &function);
    napi_set_named_property(env, exports, calls[i].name, function);
  }
  return exports;
}
