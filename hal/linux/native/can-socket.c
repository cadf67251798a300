/*
 * A raw CAN socket for Node, through N-API. It gives what the contract of CanPort asks for: the kernel's error numbers, many
 * frames a call, whether a frame is FD, which frames are this socket's own, and how many the kernel has dropped.
 *
 * open(interface, fd, receiveOctets, onReadable, namespace)  a handle, or the name of the error
 * receive(handle, messages)                                  how many messages there are now, or minus an error number
 * send(handle, frame, offset, octets)                        0 or an error number
 * close(handle)
 * errorName(number)
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

#include "napi-part.h"
#include "poll-watch.h"

enum { FRAME_MAX = CANFD_MTU, MESSAGE = FRAME_MAX + 8, BATCH = 64, PATH = 256 };

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
  napi_value given[5];
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
  if (s < 0) return error_text(env, -s);
  return poll_watch_open(env, s, OWNED, UV_READABLE | UV_PRIORITIZED, "can-socket", given[3]);
}

static napi_value can_receive(napi_env env, napi_callback_info info) {
  size_t count = 2, octets;
  napi_value given[2];
  uint8_t *messages;
  napi_get_cb_info(env, info, &count, given, NULL, NULL);
  int s = poll_watch_of(env, given[0])->descriptor;
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
  int got = recvmmsg(s, headers, batch, MSG_DONTWAIT, NULL);
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
  int s = poll_watch_of(env, given[0])->descriptor;
  napi_get_typedarray_info(env, given[1], NULL, &length, (void **)&frame, NULL, NULL);
  napi_get_value_uint32(env, given[2], &offset);
  napi_get_value_uint32(env, given[3], &octets);
  if ((size_t)offset + octets > length) return number(env, EINVAL);
  return number(env, send(s, frame + offset, octets, MSG_DONTWAIT) < 0 ? errno : 0);
}

NAPI_MODULE_INIT() {
  const part_call calls[] = {
      {"open", can_open}, {"receive", can_receive}, {"send", can_send}, {"close", poll_watch_close_call}, {"errorName", error_name}};
  return export_calls(env, exports, calls, sizeof calls / sizeof *calls);
}
