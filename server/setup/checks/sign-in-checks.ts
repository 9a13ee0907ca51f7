import { secondFactorGap } from '#server/identity/index.ts';
import { counted } from '../counted.ts';
import { type Check, namesOf, ok, problem, warning } from './check.ts';
import { countSignIn } from './queries.ts';

/** Ways in that work at this moment, for people and for their clients. */
const methods: Check = {
  id: 'sign-in-methods',
  title: 'People can sign in',
  area: 'sign-in',
  path: '/single-sign-on',
  async look({ services, workspaceId, facts, now }) {
    const { signIn, settings } = await facts();
    const counts = await countSignIn(services.db, workspaceId);
    const expired = signIn.endingCertificates.filter(({ endsAt }) => endsAt <= now);
    const ways = [
      ...(signIn.enabledConnections > 0 ? ['single sign-on'] : []),
      ...(counts.with_password > 0 && !signIn.isSignOnRequired ? ['password or passkey'] : []),
    ];
    const found: [string, string | number][] = [
      [
        'Single sign-on',
        signIn.enabledConnections === 0 ? 'no connection' : signIn.isSignOnRequired ? 'required' : 'on',
      ],
      ['Members with a password', counts.with_password],
      ['Codex by browser', settings.codexLocalEnabled ? 'works' : 'off: Codex Local is off'],
      ['Codex by device code', settings.codexLocalEnabled && settings.deviceCodeEnabled ? 'works' : 'off'],
      ['Owners who may pass single sign-on', counts.break_glass],
    ];
    if (expired.length > 0)
      return problem(
        `The certificate with which ${namesOf(expired.map(({ connection }) => connection))} signs has ended: nobody signs in with it.`,
        'Enter the next certificate of the identity provider.',
        found,
      );
    if (ways.length === 0)
      return problem(
        signIn.isSignOnRequired
          ? 'Nobody can sign in: single sign-on is required and no connection is enabled.'
          : 'Nobody can sign in: no active member has a password and no connection is enabled.',
        'Let an owner in with: reeve owner-link. Then enable a connection.',
        found,
      );
    if (signIn.isSignOnRequired && counts.break_glass === 0)
      return warning(
        `Works: ${ways.join(', ')}. When the identity provider is away, nobody gets in.`,
        'Let one owner sign in past single sign-on, for emergencies.',
        found,
      );
    return ok(`Works: ${ways.join(', ')}.`, found);
  },
};

const secondFactor: Check = {
  id: 'second-factor',
  title: 'Second factors are there as required',
  area: 'sign-in',
  path: '/settings',
  async look({ services, workspaceId, now }) {
    const { rule, asked, withoutFactor, names } = await secondFactorGap(services.db, workspaceId);
    if (rule.audience === 'off')
      return warning(
        'No second factor is asked of anybody: a stolen password is enough to get in.',
        'Ask for a second factor, at least of administrators.',
      );
    const facts: [string, string | number | null][] = [
      ['Asked of', rule.audience === 'admins' ? 'everybody who may do more than use Codex' : 'everybody'],
      ['Asked', asked],
      ['Without', withoutFactor],
      ['In force from', rule.graceUntil],
    ];
    if (withoutFactor === 0) return ok(`All ${counted(asked, 'member')} who are asked have one.`, facts);
    const isGrace = rule.graceUntil !== null && new Date(rule.graceUntil) > now;
    const missing = `${withoutFactor} of ${counted(asked, 'member')} who are asked have none: ${namesOf(names)}.`;
    return isGrace
      ? warning(`${missing} Until ${rule.graceUntil?.slice(0, 10)} they get in without.`, 'Remind them.', facts)
      : warning(`${missing} They set one up before they get any further.`, 'Remind them.', facts);
  },
};

const singleSignOn: Check = {
  id: 'single-sign-on',
  title: 'Single sign-on reaches everybody it is required of',
  area: 'sign-in',
  path: '/single-sign-on',
  async look({ services, workspaceId, facts }) {
    const { signIn } = await facts();
    const counts = await countSignIn(services.db, workspaceId);
    if (!signIn.isSignOnRequired)
      return ok(
        signIn.enabledConnections === 0
          ? 'Single sign-on is not set up and not required.'
          : 'Single sign-on works and is not required.',
      );
    const found: [string, number][] = [
      ['Active members', counts.active],
      ['Whose domain leads to no connection', counts.without_connection],
    ];
    return counts.without_connection === 0
      ? ok(`The e-mail domain of every active member leads to an enabled connection.`, found)
      : problem(
          `The e-mail domain of ${counted(counts.without_connection, 'active member leads', 'active members lead')} to no enabled connection, so they cannot sign in.`,
          'Prove their domain and connect it, or change their address.',
          found,
        );
  },
};

export const signInChecks: readonly Check[] = [methods, secondFactor, singleSignOn];
