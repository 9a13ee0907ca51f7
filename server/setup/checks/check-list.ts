import { accessChecks } from './access-checks.ts';
import { backupCheck } from './backup-check.ts';
import type { Check } from './check.ts';
import { governanceChecks } from './governance-checks.ts';
import { machineChecks } from './machine-checks.ts';
import { peopleChecks } from './people-checks.ts';
import { policyChecks } from './policy-checks.ts';
import { secretsChecks } from './secrets-checks.ts';
import { signInChecks } from './sign-in-checks.ts';
import { tlsChecks } from './tls-checks.ts';
import { upstreamChecks } from './upstream-checks.ts';

/** Every check, in the order in which they are shown. */
export const checkList: readonly Check[] = [
  ...peopleChecks,
  ...signInChecks,
  ...accessChecks,
  ...policyChecks,
  ...governanceChecks,
  ...secretsChecks,
  ...tlsChecks,
  backupCheck,
  ...machineChecks,
  ...upstreamChecks,
];
