/*
 * Keeps the code of a process in memory, for Node, through N-API.
 *
 * lock()  0, or the name of the error
 *
 * What the engine allocates is left alone: it gives pages back with madvise(2), which the kernel refuses where they are locked, and
 * ends the process then. So mlockall(2) is not for it.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <node_api.h>
#include <stdio.h>
#include <sys/mman.h>

#include "napi-part.h"

enum { LINE = 4400 };

/* Mappings of files: a program and its libraries. Pages are locked when they are first used. */
static int lock_files(void) {
  FILE *maps = fopen("/proc/self/maps", "re");
  if (maps == NULL) return errno;
  int error = 0;
  char line[LINE];
  while (error == 0 && fgets(line, sizeof line, maps) != NULL) {
    unsigned long begin, end, inode;
    char path[2];
    if (sscanf(line, "%lx-%lx %*4s %*x %*s %lu %1s", &begin, &end, &inode, path) != 4 || inode == 0 || *path != '/') continue;
    if (mlock2((void *)begin, end - begin, MLOCK_ONFAULT) < 0) error = errno;
  }
  fclose(maps);
  return error;
}

static napi_value lock(napi_env env, napi_callback_info info) {
  (void)info;
  int error = lock_files();
  return error == 0 ? number(env, 0) : error_text(env, error);
}

NAPI_MODULE_INIT() {
  const part_call calls[] = {{"lock", lock}};
  return export_calls(env, exports, calls, sizeof calls / sizeof *calls);
}
