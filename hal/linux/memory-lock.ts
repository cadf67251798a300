/** Keeps the code of a process in memory: a page of it that must be fetched from a disk is a heartbeat that comes late. */
import { loadNativePart } from "./native-part.ts";

/** Locked, or why not: the name of the kernel's error, such as ENOMEM. */
export type MemoryLock = { readonly locked: true } | { readonly locked: false; readonly reason: string };

/**
 * Locks program and libraries, as far as they are used. What is allocated cannot be locked (native/memory-lock.c): against swapping it
 * helps to have no swap, or `MemorySwapMax=0` of systemd. Wants CAP_IPC_LOCK, or an RLIMIT_MEMLOCK of some 200 MB.
 * Throws as `loadNativePart`.
 */
export function lockCode(): MemoryLock {
  const { lock } = loadNativePart<{ lock(): 0 | string }>("memory-lock", "A process whose code stays in memory");
  const outcome = lock();
  return outcome === 0 ? { locked: true } : { locked: false, reason: outcome };
}
