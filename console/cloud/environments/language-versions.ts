import type { EnvironmentSettings } from '#contract/environments.ts';

type Language = keyof EnvironmentSettings['languageVersions'];

/** Versions that the vendor’s universal image has (its README of March 2026). Another image may have others. */
export const languageChoices: Record<Language, { label: string; versions: string[] }> = {
  python: { label: 'Python', versions: ['3.14.0', '3.13', '3.12', '3.11.12', '3.10'] },
  node: { label: 'Node.js', versions: ['24', '22', '20', '18'] },
  rust: {
    label: 'Rust',
    versions: ['1.92.0', '1.91.1', '1.90.0', '1.89.0', '1.88.0', '1.87.0', '1.86.0', '1.85.1', '1.84.1', '1.83.0'],
  },
  go: { label: 'Go', versions: ['1.25.1', '1.24.3', '1.23.8', '1.22.12'] },
  swift: { label: 'Swift', versions: ['6.2', '6.1', '5.10'] },
  ruby: { label: 'Ruby', versions: ['3.4.4', '3.3.8', '3.2.3'] },
  php: { label: 'PHP', versions: ['8.5', '8.4', '8.3', '8.2'] },
  java: { label: 'Java', versions: ['25', '24', '23', '22', '21', '17', '11'] },
};
