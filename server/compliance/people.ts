import type { z } from 'zod';
import type { CompliancePerson } from '#contract/compliance-people.ts';
import type { Database } from '#server/db/open-database.ts';
import { ReeveError } from '#server/fail.ts';
import { findPerson, type PersonFacts, searchFormer, searchMembers } from './people-queries.ts';

type Person = z.infer<typeof CompliancePerson>;

export const labelOf = ({ name, email, memberId }: PersonFacts): string =>
  name === null || name === email ? (email ?? memberId) : `${name} <${email}>`;

export const asPerson = (facts: PersonFacts): Person => ({
  memberId: facts.memberId,
  label: labelOf(facts),
  isMember: facts.isMember,
});

/** @throws ReeveError not-found */
export async function requirePerson(db: Database, workspaceId: string, memberId: string): Promise<PersonFacts> {
  const person = await findPerson(db, workspaceId, memberId);
  if (!person)
    throw new ReeveError('not-found', { memberId }, { message: 'Nobody of this id is known in this workspace.' });
  return person;
}

/** Members by name or address; people who left by the address of what they did, once three letters are given. */
export async function findPeople(db: Database, workspaceId: string, search: string): Promise<Person[]> {
  const members = await searchMembers(db, workspaceId, search);
  const former = search.length >= 3 ? await searchFormer(db, workspaceId, search) : [];
  return [
    ...members.map(({ id, name, email }) => asPerson({ memberId: id, name, email, isMember: true })),
    ...former.map(({ member_id, member_label }) =>
      asPerson({ memberId: member_id, name: null, email: member_label, isMember: false }),
    ),
  ];
}
