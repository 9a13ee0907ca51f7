import { implement } from '@orpc/server';
import type { Allow, EndpointMeta } from '#contract/endpoint.ts';
import { contract } from '#contract/index.ts';
import { can, type Permission } from '#contract/permissions.ts';
import { watchRecords } from '#server/audit/index.ts';
import { ReeveError } from '#server/fail.ts';
import { asPublicError, refuseUnstorableText } from './api-errors.ts';
import { checkSecondFactor } from './check-second-factor.ts';
import { checkKeyAccess } from './key-calls.ts';
import { type RequestContext, type SignedInMember, signedIn } from './request-context.ts';

/** The rule of every endpoint, for a member: what the contract says, and what they hold. */
export const mayMemberCall = (allow: Allow, held: ReadonlySet<Permission>): boolean =>
  allow === 'anyone' || allow === 'member' || can(held, allow);

function checkMemberAccess(meta: EndpointMeta & { allow: Exclude<Allow, 'anyone'> }, member: SignedInMember): void {
  if (!mayMemberCall(meta.allow, member.permissions)) throw new ReeveError('not-permitted', { permission: meta.allow });
  checkSecondFactor(meta, member);
}

function isRecorded({ audit, orAudit }: EndpointMeta, recorded: ReadonlySet<string>): boolean {
  if (typeof audit !== 'string') return true;
  return recorded.has(audit) || (orAudit !== undefined && recorded.has(orAudit));
}

function checkAccess(meta: EndpointMeta, context: RequestContext): void {
  const { allow } = meta;
  if (context.key) checkKeyAccess(allow, context.key);
  else if (allow !== 'anyone') checkMemberAccess({ ...meta, allow }, signedIn(context));
}

/**
 * The contract, ready to be implemented: `routes.policies.create.handler(({ input, context }) => …)`. Access is checked here, once,
 * from the contract's `allow`; a mutation that answers without recording its event is a bug and is logged as one.
 */
export const routes = implement(contract)
  .$context<RequestContext>()
  .use(async ({ context, path, procedure, next }, input) => {
    const meta = procedure['~orpc'].meta as EndpointMeta;
    try {
      checkAccess(meta, context);
      refuseUnstorableText(input);
      const { result, recorded } = await watchRecords(async () => next());
      // Its work is committed by now, so the caller gets the answer; tests fail on any logged error.
      if (!isRecorded(meta, recorded)) context.log.error({ path, event: meta.audit }, 'a mutation left no audit event');
      return result;
    } catch (error) {
      throw asPublicError(error, context);
    }
  });
