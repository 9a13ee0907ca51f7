interface VersionChange {
  name: string;
  /** Version now; 0: the policy does not exist or was never published. */
  from: number;
  to: number;
}

export function sayVersions({ name, from, to }: VersionChange): string {
  if (to === 0) return `${name}, version ${from} now, was not there yet and applies to nobody any more.`;
  if (from === 0) return `${name} comes back, in version ${to}.`;
  return `${name} goes from version ${from} to the text of version ${to}.`;
}
