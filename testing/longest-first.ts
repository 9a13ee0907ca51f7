import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Minutes each; begun last, one of them would run alone at the end. */
const long = [
  'e2e/click-every-page.e2e.ts',
  'e2e/keyboard.e2e.ts',
  'acceptance/kills.cli.test.ts',
  'verify/proof/planted-faults.cli.test.ts',
  'policies/compose-fragments.drift.cli.test.ts',
  'policies/delivered-documents.drift.cli.test.ts',
  'commands/demo.cli.test.ts',
];

const isLong = ({ moduleId }: TestSpecification): boolean => long.some((name) => moduleId.endsWith(name));

/** The order of vitest (what it knows to take long, else the largest files), behind those that do on any machine. */
export class LongestFirst extends BaseSequencer {
  override async sort(specifications: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(specifications);
    return [...sorted.filter(isLong), ...sorted.filter((one) => !isLong(one))];
  }
}
