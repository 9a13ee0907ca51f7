import { record } from '#server/audit/index.ts';
import { isReeveError, ReeveError } from '#server/fail.ts';
import { actorOf, callerOf, type RequestContext, signedIn } from '#server/http/request-context.ts';
import { routes } from '#server/http/routes.ts';
import { createMailer } from '#server/mail/create-mailer.ts';
import type { Services } from '#server/services.ts';
import { addPasskey, startPasskey } from './add-passkey.ts';
import { codeLimits } from './code-limits.ts';
import { describePasskey, readSecondFactors } from './describe-factors.ts';
import { lockFactors } from './factor-queries.ts';
import { renamePasskey } from './passkey-queries.ts';
import { finishSignIn, pendingPasskeyOptions } from './pending-sign-in.ts';
import { renewRecoveryCodes } from './recovery-codes.ts';
import { passkeysImpossibleBecause } from './relying-party.ts';
import { type FactorRef, removeFactor } from './remove-factor.ts';
import { resetMember } from './reset-member.ts';
import { changeRule, previewRule, readRule } from './rule.ts';
import { signInWithPasskey } from './sign-in-with-passkey.ts';
import { stepUp, stepUpOptions } from './step-up.ts';
import { tellMember } from './tell-member.ts';
import { confirmTotp, startTotp } from './totp.ts';
import { anyPasskeyOptions } from './verify-passkey.ts';

const acting = (context: RequestContext) => ({ actor: actorOf(context), member: signedIn(context) });

/** RFC 6585 §4: says when to come back. */
async function tellingWhenToRetry<Answer>(context: RequestContext, work: () => Promise<Answer>): Promise<Answer> {
  try {
    return await work();
  } catch (error) {
    if (isReeveError(error) && typeof error.details.retryAfterSeconds === 'number')
      context.responseHeaders.set('retry-after', String(error.details.retryAfterSeconds));
    throw error;
  }
}

async function renewOwnCodes({ db, clock }: Services, context: RequestContext): Promise<string[]> {
  const { actor, member } = acting(context);
  const { memberId, workspaceId, secondFactor } = member;
  if (!secondFactor.isEnrolled)
    throw new ReeveError('not-found', {}, { message: 'Add a passkey or an authenticator app first.' });
  return db.transaction().execute(async (tx) => {
    const at = clock();
    await lockFactors(tx, memberId);
    const codes = await renewRecoveryCodes(tx, { workspaceId, memberId, at });
    await record(tx, actor, 'recovery-codes.renewed', {
      at,
      subject: { kind: 'member', id: memberId, label: member.name },
    });
    return codes;
  });
}

async function renameOwnPasskey(
  { db, clock }: Services,
  context: RequestContext,
  { id, name }: { id: string; name: string },
) {
  const { actor, member } = acting(context);
  return db.transaction().execute(async (tx) => {
    const row = await renamePasskey(tx, { id, name, memberId: member.memberId });
    if (!row) throw new ReeveError('not-found');
    await record(tx, actor, 'passkey.renamed', { at: clock(), subject: { kind: 'passkey', id, label: name } });
    return describePasskey(row);
  });
}

/** Before anybody is signed in, and in the session that is there. */
function showingRoutes(services: Services) {
  const { secondFactor } = routes;
  const showing = { ...services, limits: codeLimits(services.db), mailer: createMailer(services) };
  return {
    signInPasskeyOptions: secondFactor.signInPasskeyOptions.handler(({ context }) =>
      tellingWhenToRetry(context, async () => {
        await showing.limits.admitChallenge(context.ip);
        return { options: await anyPasskeyOptions(services) };
      }),
    ),
    signInWithPasskey: secondFactor.signInWithPasskey.handler(async ({ input, context }) => {
      await signInWithPasskey(services, context, input.answer);
      return { state: 'signed-in' as const };
    }),
    pendingPasskeyOptions: secondFactor.pendingPasskeyOptions.handler(({ context }) =>
      tellingWhenToRetry(context, async () => {
        await showing.limits.admitChallenge(context.ip);
        return { options: await pendingPasskeyOptions(services, context) };
      }),
    ),
    finishSignIn: secondFactor.finishSignIn.handler(({ input, context }) =>
      tellingWhenToRetry(context, async () => ({
        state: 'signed-in' as const,
        ...(await finishSignIn(showing, context, input)),
      })),
    ),
    stepUpOptions: secondFactor.stepUpOptions.handler(({ context }) => stepUpOptions(services, context)),
    stepUp: secondFactor.stepUp.handler(({ input, context }) =>
      tellingWhenToRetry(context, () => stepUp(showing, context, input)),
    ),
  };
}

function ownFactorRoutes(services: Services) {
  const { secondFactor } = routes;
  const mailer = createMailer(services);
  const remove = async (context: RequestContext, factor: FactorRef) => {
    const name = await removeFactor(services, acting(context), factor);
    await tellMember(mailer, signedIn(context), { what: 'factor-removed', name });
    return {};
  };
  return {
    read: secondFactor.read.handler(async ({ context }) => {
      const { workspaceId, memberId } = signedIn(context);
      const factors = await readSecondFactors(services.db, workspaceId, memberId);
      return { ...factors, passkeysImpossibleBecause: passkeysImpossibleBecause(services.origin) };
    }),
    startTotp: secondFactor.startTotp.handler(({ context }) => startTotp(services, signedIn(context))),
    confirmTotp: secondFactor.confirmTotp.handler(async ({ input, context }) => {
      const recoveryCodes = await confirmTotp(services, acting(context), input.code);
      await tellMember(mailer, signedIn(context), { what: 'factor-added', name: 'Authenticator app' });
      return { recoveryCodes };
    }),
    removeTotp: secondFactor.removeTotp.handler(({ context }) => remove(context, { method: 'totp' })),
    startPasskey: secondFactor.startPasskey.handler(async ({ context }) => ({
      options: await startPasskey(services, signedIn(context)),
    })),
    addPasskey: secondFactor.addPasskey.handler(async ({ input, context }) => {
      const added = await addPasskey(services, acting(context), input);
      await tellMember(mailer, signedIn(context), { what: 'factor-added', name: input.name });
      return added;
    }),
    renamePasskey: secondFactor.renamePasskey.handler(({ input, context }) =>
      renameOwnPasskey(services, context, input),
    ),
    removePasskey: secondFactor.removePasskey.handler(({ input, context }) =>
      remove(context, { method: 'passkey', id: input.id }),
    ),
    renewRecoveryCodes: secondFactor.renewRecoveryCodes.handler(async ({ context }) => ({
      recoveryCodes: await renewOwnCodes(services, context),
    })),
  };
}

export function secondFactorRoutes(services: Services) {
  const { secondFactor } = routes;
  const mailer = createMailer(services);
  return {
    ...showingRoutes(services),
    ...ownFactorRoutes(services),
    resetMember: secondFactor.resetMember.handler(({ input, context }) =>
      resetMember({ ...services, mailer }, { actor: actorOf(context), by: signedIn(context) }, input.id),
    ),
    rule: secondFactor.rule.handler(({ context }) => readRule(services.db, callerOf(context).workspaceId)),
    previewRule: secondFactor.previewRule.handler(({ input, context }) =>
      previewRule(services.db, callerOf(context), { rule: input, caller: context.member }),
    ),
    updateRule: secondFactor.updateRule.handler(({ input, context }) => changeRule(services, callerOf(context), input)),
  };
}
