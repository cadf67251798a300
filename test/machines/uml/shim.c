/*
 * User-Mode Linux up to 6.12 hands ptrace a buffer for the extended registers that is smaller than those of processors with AMX, and
 * the host's kernel refuses it. Preloaded into such a kernel this makes the buffer as large as the host wants it.
 */
#define _GNU_SOURCE
#include <elf.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#ifndef NT_X86_XSTATE
#define NT_X86_XSTATE 0x202
#endif

enum { XSAVE_HEADER = 512, LARGEST = 65536 };
/* x87, SSE, AVX, MPX, AVX-512 and PKRU: what the kernel's own buffer has room for. */
static const uint64_t small_components = 0x2ff;

static long set_registers(pid_t process, const struct iovec *given) {
  static uint8_t whole[LARGEST];
  static size_t wanted;
  if (wanted == 0) {
    struct iovec all = {whole, sizeof whole};
    if (syscall(SYS_ptrace, PTRACE_GETREGSET, (long)process, (long)NT_X86_XSTATE, &all) == 0) wanted = all.iov_len;
  }
  if (wanted <= given->iov_len)
    return syscall(SYS_ptrace, PTRACE_SETREGSET, (long)process, (long)NT_X86_XSTATE, given);
  memset(whole + given->iov_len, 0, wanted - given->iov_len);
  memcpy(whole, given->iov_base, given->iov_len);
  *(uint64_t *)(whole + XSAVE_HEADER) &= small_components;
  struct iovec padded = {whole, wanted};
  return syscall(SYS_ptrace, PTRACE_SETREGSET, (long)process, (long)NT_X86_XSTATE, &padded);
}

long ptrace(enum __ptrace_request request, ...) {
  va_list arguments;
  va_start(arguments, request);
  pid_t process = va_arg(arguments, pid_t);
  void *address = va_arg(arguments, void *);
  void *data = va_arg(arguments, void *);
  va_end(arguments);
  if (request == PTRACE_SETREGSET && (long)address == NT_X86_XSTATE) return set_registers(process, data);
  if (request == PTRACE_PEEKTEXT || request == PTRACE_PEEKDATA || request == PTRACE_PEEKUSER) {
    long word;
    long status = syscall(SYS_ptrace, request, (long)process, address, &word);
    return status < 0 ? status : word;
  }
  return syscall(SYS_ptrace, request, (long)process, address, data);
}
