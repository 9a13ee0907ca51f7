import { z } from 'zod';
import { allPermissions } from './permissions.ts';
import { SecondFactorState } from './second-factor.ts';

export const RoleRef = z.object({ id: z.string(), name: z.string() });

const isExample = z.boolean().describe('The example organisation (`--demo`): people and activity are invented.');

export const SessionState = z.discriminatedUnion('state', [
  z.object({
    state: z.literal('signed-in'),
    isExample,
    member: z.object({ id: z.string(), email: z.string(), name: z.string(), roles: z.array(RoleRef) }),
    workspace: z.object({ id: z.string(), name: z.string() }),
    permissions: z.array(z.enum(allPermissions)),
    secondFactor: SecondFactorState,
  }),
  z.object({
    state: z.literal('signed-out'),
    isExample,
    needsSetup: z.boolean().describe('True until the first owner exists.'),
  }),
]);
export type SessionState = z.infer<typeof SessionState>;
