import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createOwnerLink } from '#server/directory/index.ts';
import type { Person } from '#testing/organisation.ts';
import { openOwnApiSession } from '#testing/own-api-session.ts';
import { openSsoOrganisation, type SsoOrganisation } from '#testing/sso-organisation.ts';

let sso: SsoOrganisation;
let owner: Person;
let bob: Person;

beforeAll(async () => {
  sso = await openSsoOrganisation();
  ({ owner } = sso.organisation);
  bob = await sso.organisation.addMember({ name: 'Bob Wallace' });
});
afterAll(() => sso.close());

const settings = (isRequired: boolean, breakGlassOwnerIds: string[] = [owner.memberId]) =>
  owner.api.sso.updateSettings({ isRequired, breakGlassOwnerIds });
const stateOf = async ({ api }: Pick<Person, 'api'>) => (await api.identity.session({})).state;
const signInWithPassword = ({ email, password }: Person) =>
  openOwnApiSession(sso.organisation).api.identity.signIn({ email, password });

describe('before it is required', () => {
  test('the sign-in page learns the connection from the domain alone', async () => {
    const { api } = openOwnApiSession(sso.organisation);
    const known = await api.sso.signInOptions({ email: bob.email });
    expect(known).toEqual({ connection: { id: sso.connection.id, name: 'Example IdP' }, isPasswordOffered: true });
    expect(await api.sso.signInOptions({ email: 'nobody-at-all@EXAMPLE.com' })).toEqual(known);
    expect(await api.sso.signInOptions({ email: 'x@elsewhere.example' })).toEqual({
      connection: null,
      isPasswordOffered: true,
    });
  });

  test('a preview says who would be locked out and whose sessions end', async () => {
    const { api } = owner;
    const people = [{ email: 'contractor@elsewhere.example', name: 'Con' }];
    await api.directory.members.invite({ people, roleIds: [], groupIds: [] });
    const members = await api.directory.members.list({ search: 'contractor' });
    await sso.reeve.services.db
      .updateTable('members')
      .set({ status: 'active' })
      .where('id', '=', members.items[0]?.id ?? '')
      .execute();
    const preview = await api.sso.previewSettings({ isRequired: true, breakGlassOwnerIds: [owner.memberId] });
    expect(preview).toMatchObject({
      lockedOut: [{ email: 'contractor@elsewhere.example' }],
      lockedOutCount: 1,
      endingSessions: 1,
    });
  });

  test.each<[string, () => string[], RegExp]>([
    ['nobody', () => [], /at least one owner/],
    ['somebody who is no owner', () => [bob.memberId], /Bob Wallace is not an active owner/],
    ['somebody who is not there', () => ['mem_gone'], /not a member any more/],
  ])('break-glass needs an owner with a password, not %s', async (_who, ids, message) => {
    const issues = [{ message: expect.stringMatching(message) }];
    await expect(settings(true, ids())).rejects.toMatchObject({ code: 'bad-input', data: { issues } });
    expect(await owner.api.sso.settings({})).toEqual({ isRequired: false, breakGlassOwnerIds: [] });
  });

  test('an owner who never had a password cannot break the glass', async () => {
    const eve = await sso.signOn('eve');
    const session = await eve.api.identity.session({});
    const id = session.state === 'signed-in' ? session.member.id : '';
    await owner.api.directory.members.setRoles({ id, roleIds: ['owner'] });
    const issues = [{ message: expect.stringContaining('has no password') }];
    await expect(settings(true, [id])).rejects.toMatchObject({ code: 'bad-input', data: { issues } });
    await owner.api.directory.members.setRoles({ id, roleIds: [] });
  });
});

describe('while it is required', () => {
  beforeAll(async () => {
    await settings(true);
  });

  test('sessions that started otherwise have ended, but for the one that asked', async () => {
    expect(await stateOf(bob)).toBe('signed-out');
    expect(await stateOf(owner)).toBe('signed-in');
    const [entry] = (await owner.api.audit.list({ event: 'sso.settings-updated' })).items;
    expect(entry?.payload).toMatchObject({ after: { isRequired: true }, endedSessions: 1 });
  });

  test('a password is refused to whoever knows it, with the connection; to others it is wrong as ever', async () => {
    await expect(signInWithPassword(bob)).rejects.toMatchObject({
      code: 'sso-required',
      status: 403,
      data: { connection: { id: sso.connection.id, name: 'Example IdP' } },
    });
    await expect(signInWithPassword({ ...bob, password: 'a wrong password' })).rejects.toMatchObject({
      code: 'wrong-credentials',
    });
    const [entry] = (await owner.api.audit.list({ event: 'session.refused' })).items.filter(
      ({ payload }) => payload.because === 'sso-required',
    );
    expect(entry?.subject).toMatchObject({ id: bob.memberId });
  });

  test('an invitation is not accepted with a password, and single sign-on lets the person in', async () => {
    const people = [{ email: 'ines@example.com', name: 'Ines' }];
    const { invitations } = await owner.api.directory.members.invite({ people, roleIds: [], groupIds: [] });
    const token = new URL(invitations[0]?.link ?? '').hash.slice(1);
    const { api } = openOwnApiSession(sso.organisation);
    const accepting = api.directory.links.acceptInvitation({ token, name: 'Ines', password: 'Ines keeps 7 otters' });
    await expect(accepting).rejects.toMatchObject({ code: 'sso-required' });
    expect(await stateOf(await sso.signOn('ines'))).toBe('signed-in');
  });

  test('a break-glass owner gets in with the password, and everybody can read that in the log', async () => {
    expect(await signInWithPassword(owner)).toMatchObject({ state: 'signed-in' });
    const [entry] = (await owner.api.audit.list({ event: 'session.break-glass' })).items;
    expect(entry).toMatchObject({ actor: { id: owner.memberId }, payload: { because: 'password' } });
  });

  test('the sign-in page is told that passwords do not work', async () => {
    const { api } = openOwnApiSession(sso.organisation);
    expect(await api.sso.signInOptions({ email: bob.email })).toMatchObject({ isPasswordOffered: false });
  });

  test('the last connection cannot go', async () => {
    const { id } = sso.connection;
    const message = expect.stringContaining('only connection that is on');
    await expect(owner.api.sso.connections.disable({ id })).rejects.toMatchObject({ code: 'conflict', message });
    await expect(owner.api.sso.connections.remove({ id })).rejects.toMatchObject({ code: 'conflict', message });
  });

  test('the last break-glass owner stays one', async () => {
    const eve = await sso.signOn('eve');
    const session = await eve.api.identity.session({});
    const id = session.state === 'signed-in' ? session.member.id : '';
    await owner.api.directory.members.setRoles({ id, roleIds: ['owner'] });
    const { memberId } = owner;
    const last = { code: 'last-owner', message: expect.stringContaining('last owner who may still use a password') };
    await expect(eve.api.directory.members.suspend({ id: memberId })).rejects.toMatchObject(last);
    await expect(eve.api.directory.members.remove({ id: memberId })).rejects.toMatchObject(last);
    await expect(eve.api.directory.members.setRoles({ id: memberId, roleIds: [] })).rejects.toMatchObject(last);
    await owner.api.directory.members.setRoles({ id, roleIds: [] });
  });

  test('whoever runs the server gets an owner in who stays able to get in', async () => {
    const { url } = await createOwnerLink(sso.reeve.services, { madeBy: 'reeve owner-link' });
    const session = openOwnApiSession(sso.organisation);
    const person = { name: 'Rescue', email: 'rescue@example.com', password: 'Rescue keeps 7 otters' };
    await session.api.directory.links.acceptOwner({ token: new URL(url).hash.slice(1), ...person });
    expect(await stateOf(session)).toBe('signed-in');
    expect((await owner.api.sso.settings({})).breakGlassOwnerIds).toHaveLength(2);
    const again = () => openOwnApiSession(sso.organisation).api.identity.signIn(person);
    expect(await again()).toMatchObject({ state: 'signed-in' });
    const { items } = await owner.api.directory.members.list({ search: person.email });
    await owner.api.directory.members.setRoles({ id: items[0]?.id ?? '', roleIds: ['admin'] });
    await expect(again()).rejects.toMatchObject({ code: 'sso-required' });
    expect((await owner.api.sso.settings({})).breakGlassOwnerIds).toEqual([owner.memberId]);
  });
});

test('when it is no longer required passwords work again', async () => {
  await settings(false, []);
  expect(await signInWithPassword(bob)).toMatchObject({ state: 'signed-in' });
  expect(await owner.api.sso.settings({})).toEqual({ isRequired: false, breakGlassOwnerIds: [] });
});

test('it cannot be required while no connection is on', async () => {
  await owner.api.sso.connections.disable({ id: sso.connection.id });
  await expect(settings(true)).rejects.toMatchObject({ code: 'conflict' });
});
