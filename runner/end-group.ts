/** Ends a program that was started `detached`, and everything that it started in its process group. */
export function endGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // They have ended.
  }
}
