import { defineConfig } from 'vitest/config';
import { LongestFirst } from './testing/longest-first.ts';
import { testsThatShare } from './testing/which-share-a-process.ts';

const excluded = ['**/node_modules/**', '**/dist/**', 'data/**'];
const sharing = testsThatShare();
const unit = {
  // Each process starts the embedded database anew, and uses a small part of it.
  execArgv: ['--wasm-lazy-compilation'],
  testTimeout: 30_000,
  hookTimeout: 60_000,
};

export default defineConfig({
  test: {
    pool: 'forks',
    // The machines that run this have two cores, and an embedded database takes most of a gigabyte.
    maxWorkers: 2,
    sequence: { sequencer: LongestFirst },
    // Waits for a condition end when it holds; the limit is for hopeless ones only, on a machine that is busy too.
    expect: { poll: { timeout: 30_000, interval: 50 } },
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          ...unit,
          include: ['**/*.test.ts', '**/*.test.tsx'],
          exclude: [...excluded, '**/*.cli.test.ts', ...sharing],
        },
      },
      {
        extends: true,
        test: {
          name: 'unit-sharing',
          ...unit,
          include: sharing,
          exclude: excluded,
          isolate: false,
        },
      },
      {
        extends: true,
        test: {
          name: 'cli',
          include: ['**/*.cli.test.ts'],
          exclude: excluded,
          testTimeout: 120_000,
          hookTimeout: 180_000,
        },
      },
      {
        extends: true,
        test: {
          // The promises that older clients keep too; run once for each of them.
          name: 'drift',
          include: ['**/*.drift.cli.test.ts'],
          exclude: excluded,
          testTimeout: 120_000,
          hookTimeout: 180_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'e2e',
          include: ['**/*.e2e.ts'],
          exclude: excluded,
          testTimeout: 180_000,
          hookTimeout: 180_000,
        },
      },
    ],
  },
});
