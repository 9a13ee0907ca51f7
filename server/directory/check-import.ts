import type { z } from 'zod';
import { GroupName } from '#contract/directory.ts';
import type { ImportLine, ImportProblem } from '#contract/directory-imports.ts';
import { Email, PersonName } from '#contract/identity.ts';
import type { ListedPerson } from './read-people-list.ts';

type Problem = z.infer<typeof ImportProblem>;

/** What is there already, and what whoever imports may do with it. */
export interface KnownDirectory {
  statusOf: (email: string) => 'invited' | 'active' | 'suspended' | 'deprovisioned' | undefined;
  group: (name: string) => { id: string; name: string; refusal: string | null } | undefined;
  role: (name: string) => { id: string; name: string; refusal: string | null } | undefined;
  /** Why groups cannot be created; null when they are to be. */
  newGroupRefusal: string | null;
}

export interface CheckedPerson extends ImportLine {
  roleIds: string[];
  groupIds: string[];
  newGroups: string[];
}

const isWhat = {
  active: 'is a member already',
  invited: 'is invited already',
  suspended: 'is a suspended member',
  deprovisioned: 'was taken out by your identity provider',
};
/** As many as one member may be given at once. */
const mostValues = 20;

function checkPerson(
  { email, name }: ListedPerson,
  { statusOf }: KnownDirectory,
  firstLine: number | undefined,
): Problem[] {
  const problems: Problem[] = [];
  const say = (code: Problem['code'], column: Problem['column'], message: string) =>
    void problems.push({ code, column, message });
  const status = statusOf(email);
  if (!Email.safeParse(email).success)
    say('wrong-address', 'email', email === '' ? 'There is no e-mail address.' : `“${email}” is no e-mail address.`);
  else if (firstLine !== undefined) say('duplicate-line', 'email', `${email} stands in line ${firstLine} already.`);
  else if (status) say('already-member', 'email', `${email} ${isWhat[status]}.`);
  if (name !== '' && !PersonName.safeParse(name).success) say('wrong-name', 'name', 'This name is too long.');
  return problems;
}

function checkRoles({ roles }: ListedPerson, known: KnownDirectory) {
  const problems: Problem[] = [];
  const found = roles.flatMap((name) => {
    const role = known.role(name);
    if (!role) problems.push({ code: 'unknown-role', column: 'roles', message: `There is no role “${name}”.` });
    else if (role.refusal) problems.push({ code: 'role-refused', column: 'roles', message: role.refusal });
    return role ? [role] : [];
  });
  return { problems, found };
}

function checkGroups({ groups }: ListedPerson, known: KnownDirectory) {
  const problems: Problem[] = [];
  const newGroups: string[] = [];
  const found = groups.flatMap((name) => {
    const group = known.group(name);
    if (group?.refusal) problems.push({ code: 'group-refused', column: 'groups', message: group.refusal });
    if (group) return [group];
    const refusal = GroupName.safeParse(name).success ? known.newGroupRefusal : 'The name of a group is too long.';
    if (refusal === null) newGroups.push(name);
    else
      problems.push({
        code: 'unknown-group',
        column: 'groups',
        message: `There is no group “${name}”. ${refusal}`.trim(),
      });
    return [];
  });
  return { problems, found, newGroups };
}

/** Line by line: what would come of it, or everything that stands against it. */
export function checkImport(people: readonly ListedPerson[], known: KnownDirectory): CheckedPerson[] {
  const firstLines = new Map<string, number>();
  return people.map((person) => {
    const firstLine = firstLines.get(person.email);
    if (firstLine === undefined) firstLines.set(person.email, person.line);
    const roles = checkRoles(person, known);
    const groups = checkGroups(person, known);
    const problems = [...checkPerson(person, known, firstLine), ...roles.problems, ...groups.problems];
    for (const column of ['roles', 'groups'] as const)
      if (person[column].length > mostValues)
        problems.push({ code: 'too-many-values', column, message: `At most ${mostValues} ${column} a person.` });
    return {
      line: person.line,
      email: person.email,
      name: person.name,
      roles: roles.found.map((role) => role.name),
      groups: person.groups.map((name) => known.group(name)?.name ?? name),
      problems,
      roleIds: [...new Set(roles.found.map(({ id }) => id))].sort(),
      groupIds: [...new Set(groups.found.map(({ id }) => id))],
      newGroups: groups.newGroups,
    };
  });
}
