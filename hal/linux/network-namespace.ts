/** Network namespaces of the kernel under names, as `ip netns` keeps them: each has interfaces of its own. */

export const namespacesFolder = "/run/netns";

/** What setns(2) wants opened. */
export function namespacePath(name: string): string {
  return `${namespacesFolder}/${name}`;
}
