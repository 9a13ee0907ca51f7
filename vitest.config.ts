import { defineConfig } from 'vitest/config';

const excluded = ['**/node_modules/**', '**/dist/**', 'data/**'];

/** As the program itself is run: by Node, which strips the types and keeps what it compiled. A fifth less work than through Vite. */
const asNodeRuns = { viteModuleRunner: false, nodeLoader: false };

export default defineConfig({
  test: {
    pool: 'forks',
    // The machines that run this have two cores, and an embedded database takes most of a gigabyte.
    maxWorkers: 2,
    // Waits for a condition end when it holds; the limit is for hopeless ones only, on a machine that is busy too.
    expect: { poll: { timeout: 30_000, interval: 50 } },
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          // Each file starts the embedded database anew, and uses a small part of it.
          execArgv: ['--wasm-lazy-compilation'],
          include: ['**/*.test.ts'],
          exclude: [...excluded, '**/*.cli.test.ts', 'console/**'],
          testTimeout: 30_000,
          hookTimeout: 60_000,
          experimental: asNodeRuns,
        },
      },
      {
        extends: true,
        test: {
          // Its modules are built by Vite: JSX, styles.
          name: 'console',
          include: ['console/**/*.test.ts', 'console/**/*.test.tsx'],
          exclude: excluded,
          testTimeout: 30_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'cli',
          experimental: asNodeRuns,
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
          experimental: asNodeRuns,
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
          experimental: asNodeRuns,
          include: ['**/*.e2e.ts'],
          exclude: excluded,
          testTimeout: 180_000,
          hookTimeout: 180_000,
        },
      },
    ],
  },
});
