import type { Random } from './random.ts';

const givenNames = [
  'Amara',
  'Bjarne',
  'Carla',
  'Dmitri',
  'Elif',
  'Farid',
  'Greta',
  'Hiro',
  'Ines',
  'Jonas',
  'Keiko',
  'Lamine',
  'Mira',
  'Noah',
  'Oluchi',
  'Pavel',
  'Quinn',
  'Rosa',
  'Sanjay',
  'Tove',
  'Ugo',
  'Vera',
  'Wanjiru',
  'Xenia',
  'Yusuf',
  'Zofia',
  'Anton',
  'Bea',
  'Ciro',
  'Dalia',
] as const;
const familyNames = [
  'Abel',
  'Brandt',
  'Costa',
  'Dahl',
  'Eriksen',
  'Fujita',
  'Garcia',
  'Haddad',
  'Ivanova',
  'Jensen',
  'Kamau',
  'Lindqvist',
  'Moreau',
  'Novak',
  'Okafor',
  'Petrov',
  'Quist',
  'Rossi',
  'Sato',
  'Tanaka',
  'Umar',
  'Vogel',
  'Weiss',
  'Yilmaz',
  'Zhang',
  'Almeida',
  'Berg',
  'Chen',
] as const;

/** Groups of the example with how many people each has and the week of the rollout in which it begins. */
export const exampleGroups = [
  { name: 'Platform engineering', size: 18, startsInWeek: 0, intensity: 1.5 },
  { name: 'Payments', size: 16, startsInWeek: 1, intensity: 1.2 },
  { name: 'Mobile', size: 14, startsInWeek: 2, intensity: 1.1 },
  { name: 'Data science', size: 14, startsInWeek: 3, intensity: 1.3 },
  { name: 'Web', size: 16, startsInWeek: 4, intensity: 1 },
  { name: 'Quality', size: 10, startsInWeek: 6, intensity: 0.7 },
  { name: 'Site reliability', size: 10, startsInWeek: 2, intensity: 0.9 },
  { name: 'Security', size: 6, startsInWeek: 0, intensity: 0.6 },
  { name: 'Contractors', size: 9, startsInWeek: 7, intensity: 0.8 },
  { name: 'Trainees', size: 5, startsInWeek: 9, intensity: 1.4 },
] as const;
export type ExampleGroup = (typeof exampleGroups)[number];

export interface ExamplePerson {
  name: string;
  email: string;
  group: ExampleGroup;
  /** Turns on an ordinary working day. */
  turnsPerDay: number;
  usesIde: boolean;
  /** First day of work with Codex, counted from the start of the example. */
  startsOnDay: number;
}

/** 118 people, none of whom exists, each with habits of their own. */
export function examplePeople(random: Random): ExamplePerson[] {
  const taken = new Set<string>();
  const newName = (): string => {
    for (;;) {
      const name = `${random.pick(givenNames)} ${random.pick(familyNames)}`;
      if (taken.has(name)) continue;
      taken.add(name);
      return name;
    }
  };
  return exampleGroups.flatMap((group) =>
    Array.from({ length: group.size }, (): ExamplePerson => {
      const name = newName();
      // Most people try it now and then; few work with it all day.
      const habit = 0.3 + 6 * random.next() ** 2.5;
      return {
        name,
        email: `${name.toLowerCase().replaceAll(' ', '.')}@example.com`,
        group,
        turnsPerDay: habit * group.intensity,
        usesIde: random.chance(0.35),
        startsOnDay: group.startsInWeek * 7 + random.below(18),
      };
    }),
  );
}
