/** The choice of what a group gets; the empty value follows the newest. */
export const versionOptions = (versions: readonly number[]) => [
  { value: '', label: 'Always the newest' },
  ...versions.map((number) => ({ value: String(number), label: `Version ${number}, fixed` })),
];

export const versionOfOption = (value: string | null): number | null => (value ? Number(value) : null);
