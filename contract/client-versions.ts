const pattern = /^(\d+)\.(\d+)\.(\d+)/;

/** Whether `version` is at least `wanted`. Text that is not a version counts as older than everything. */
export function isAtLeast(version: string, wanted: string): boolean {
  const left = pattern.exec(version);
  const right = pattern.exec(wanted);
  if (!left || !right) return false;
  for (const part of [1, 2, 3]) {
    const difference = Number(left[part]) - Number(right[part]);
    if (difference !== 0) return difference > 0;
  }
  return true;
}

/** Whether the gateway refuses a client under a minimum. A version that is not known is below every minimum. */
export const isBelowMinimum = (version: string | null, minimum: string | null): boolean =>
  minimum !== null && (version === null || !isAtLeast(version, minimum));
