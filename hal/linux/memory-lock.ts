/** Keeps the code of a process in memory: a page of it that must be fetched from a disk is a heartbeat that comes late. */
import { loadNativePart } from "./native-part.ts";

/** Locked, or why not: the name of the kernel's error, such as ENOMEM, or a sentence on the part in C. */
export type MemoryLock = { readonly locked: true } | { readonly locked: false; readonly reason: string };

/**
 * Locks program and libraries, as far as they are used. What is allocated cannot be locked (native/memory-lock.c): against swapping it
 * helps to have no swap, or `MemorySwapMax=0` of systemd. Wants CAP_IPC_LOCK, or an RLIMIT_MEMLOCK of some 200 MB.
 */
export function lockCode(): MemoryLock {
  try {
    const outcome = loadNativePart<{ lock(): 0 | string }>("memory-lock", "that").lock();
    return outcome === 0 ? { locked: true } : { locked: false, reason: outcome };
  } catch (error) {
    // It is missing, or of another machine: a card does without.
    return { locked: false, reason: error instanceof Error ? error.message : String(error) };
  }
}
