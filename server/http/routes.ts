import { implement } from '@orpc/server';
import type { EndpointMeta } from '#contract/endpoint.ts';
import { contract } from '#contract/index.ts';
import { can } from '#contract/permissions.ts';
import { watchRecords } from '#server/audit/index.ts';
import { ReeveError } from '#server/fail.ts';
import { asPublicError, refuseUnstorableText } from './api-errors.ts';
import { type RequestContext, signedIn } from './request-context.ts';

function checkAccess({ allow }: EndpointMeta, context: RequestContext): void {
  if (allow === 'anyone') return;
  const member = signedIn(context);
  if (allow !== 'member' && !can(member.permissions, allow))
    throw new ReeveError('not-permitted', { permission: allow });
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
      if (typeof meta.audit === 'string' && !recorded.has(meta.audit))
        context.log.error({ path, event: meta.audit }, 'a mutation left no audit event');
      return result;
    } catch (error) {
      throw asPublicError(error, context);
    }
  });
