import { z } from 'zod';

export interface Person {
  email: string;
  name?: string;
}

/** "Maya Lindqvist <maya@example.com>" or just the address; one person a line, or separated by commas. */
export function parsePeople(typed: string): { people: Person[]; wrong: string[] } {
  const people = new Map<string, Person>();
  const wrong: string[] = [];
  for (const entry of typed.split(/[\n,;]/).map((part) => part.trim())) {
    if (entry === '') continue;
    const named = /^(.*?)\s*<([^<>]+)>$/.exec(entry);
    const email = (named?.[2] ?? entry).trim().toLowerCase();
    const name = (named?.[1] ?? '').replaceAll('"', '').trim();
    if (z.email().safeParse(email).success) people.set(email, { email, ...(name && { name }) });
    else wrong.push(entry);
  }
  return { people: [...people.values()], wrong };
}
