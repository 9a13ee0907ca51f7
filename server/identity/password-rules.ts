import { ReeveError } from '#server/fail.ts';

const minLength = 12;

/** Stems that most of the published lists of leaked long passwords are built from. */
const commonStems = [
  'password',
  'passwort',
  'passw0rd',
  'p@ssw0rd',
  'p@ssword',
  'qwerty',
  'qwertz',
  'azerty',
  'asdfgh',
  'zxcvbn',
  'letmein',
  'welcome',
  'iloveyou',
  'admin',
  'administrator',
  'changeme',
  'sunshine',
  'princess',
  'football',
  'baseball',
  'superman',
  'batman',
  'dragon',
  'monkey',
  'master',
  'shadow',
  'michael',
  'jordan',
  'trustno1',
  'starwars',
  'whatever',
  'computer',
  'internet',
  'samsung',
  'google',
  'facebook',
  'charlie',
  'jennifer',
  'hello',
  'secret',
  'summer',
  'winter',
  'spring',
  'autumn',
  'default',
  'login',
  'test',
  'guest',
  'root',
  'user',
  'abc',
  'xyz',
  'qaz',
  'wsx',
  'edc',
  '1q2w3e4r5t6y',
  '1qaz2wsx3edc',
  'qwertyuiop',
  'asdfghjkl',
  'zxcvbnm',
  'openai',
  'chatgpt',
  'codex',
  'reeve',
  'correcthorsebatterystaple',
];

/** `aaaa`, `123456`, `fedcba`: each character repeats or neighbours the one before. */
const isRun = (text: string): boolean =>
  [...text].every((_, index) => {
    if (index === 0) return true;
    return Math.abs(text.charCodeAt(index) - text.charCodeAt(index - 1)) <= 1;
  });

const isRepetition = (text: string): boolean =>
  [1, 2, 3, 4, 5, 6].some((size) => {
    const unit = text.slice(0, size);
    return unit.repeat(Math.ceil(text.length / size)).slice(0, text.length) === text;
  });

/** What is left when stems, runs of digits and punctuation are taken out: the part somebody would really have to guess. */
function unpredictablePart(text: string, alsoCommon: readonly string[]): string {
  const stems = [...commonStems, ...alsoCommon].sort((one, other) => other.length - one.length);
  const withoutStems = stems.reduce((rest, stem) => rest.replaceAll(stem, ''), text);
  return withoutStems
    .replace(/\d+/g, (digits) => (isRun(digits) || /^(19|20)\d\d$/.test(digits) ? '' : digits))
    .replace(/[^\p{L}\p{N}]/gu, '');
}

/** The account's own words; parts of up to three characters would forbid too much. */
const wordsOf = (...texts: string[]): string[] =>
  texts.flatMap((text) => text.toLowerCase().split(/[^\p{L}\p{N}]+/u)).filter((word) => word.length > 3);

export function isWeakPassword(password: string, account: { email: string; name: string }): boolean {
  const length = [...password].length;
  if (length < minLength) return true;
  const lower = password.toLowerCase();
  if (isRepetition(lower) || isRun(lower) || new Set(lower).size < 5) return true;
  return unpredictablePart(lower, wordsOf(account.email, account.name)).length < 4;
}

/** Throws `weak-password`. */
export function refuseWeakPassword(password: string, account: { email: string; name: string }): void {
  if (isWeakPassword(password, account)) throw new ReeveError('weak-password');
}
