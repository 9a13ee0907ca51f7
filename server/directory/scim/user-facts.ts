import { z } from 'zod';
import { refusal } from './refuse.ts';
import type { Attributes } from './schemas.ts';

/** What Reeve itself needs of a user, read out of what was sent. */
export interface UserFacts {
  userName: string;
  externalId: string | null;
  name: string;
  email: string;
}

const longestName = 200;
const Email = z.email().max(254);
const Sent = z.object({
  userName: z.string().trim().min(1).max(1000),
  externalId: z.string().max(1000).optional(),
  displayName: z.string().optional(),
  name: z.object({ formatted: z.string(), givenName: z.string(), familyName: z.string() }).partial().optional(),
  emails: z.array(z.object({ value: z.string(), type: z.string(), primary: z.boolean() }).partial()).optional(),
});
type Sent = z.infer<typeof Sent>;

/** The primary address, else the one at work, else the first; else the user name, when it is an address. */
function emailOf({ emails = [], userName }: Sent): string {
  const chosen =
    emails.find(({ primary }) => primary) ?? emails.find(({ type }) => type?.toLowerCase() === 'work') ?? emails[0];
  const email = Email.safeParse((chosen?.value ?? userName).trim().toLowerCase());
  if (email.success) return email.data;
  throw refusal(
    'invalidValue',
    chosen
      ? `“${chosen.value ?? ''}” is not an e-mail address.`
      : `A user needs an e-mail address, in “emails” or as the userName; “${userName}” is none.`,
  );
}

function nameOf({ displayName, name, userName }: Sent): string {
  const parts = [name?.givenName, name?.familyName].filter((part) => part?.trim()).join(' ');
  const chosen = [displayName, name?.formatted, parts, userName].find((text) => text?.trim()) ?? userName;
  return chosen.trim().slice(0, longestName);
}

/** @throws ReeveError bad-input (invalidValue) */
export function userFacts(attributes: Attributes): UserFacts {
  const read = Sent.safeParse(attributes);
  if (!read.success) {
    const [issue] = read.error.issues;
    throw refusal('invalidValue', `${issue?.path.join('.')}: ${issue?.message}.`);
  }
  const { userName, externalId = null } = read.data;
  return { userName, externalId, name: nameOf(read.data), email: emailOf(read.data) };
}
