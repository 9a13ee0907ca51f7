type Escape = '\\' | '`';

/** Builders differ in which comments within an instruction they leave out: indented ones too, those at the edge, none. */
const withoutComments: readonly ((text: string) => string)[] = [
  (text) => text.replace(/^[ \t]*#.*\r?\n?/gm, ''),
  (text) => text.replace(/^#.*\r?\n?/gm, ''),
  (text) => text,
];

const joined = (text: string, character: Escape): string =>
  text.replace(character === '\\' ? /\\[ \t]*\r?\n\s*/g : /`[ \t]*\r?\n\s*/g, '');

/** The other one has to be chosen, in a comment: https://docs.docker.com/reference/dockerfile/#escape. */
const escapesOf = (text: string): readonly Escape[] => (/#\s*escape\s*=/i.test(text) ? ['\\', '`'] : ['\\']);

const add = /^[\s\u0085]*(?:ONBUILD\s+)*ADD(?=\s|$)/im;

/**
 * Whether a recipe has an ADD, however a builder reads it. There are no files beside a recipe, so it could only be of an address, which the
 * engine asks with the network of the runner's machine: its own services, or what a cloud tells its machines.
 */
export const hasAdd = (containerfile: string): boolean =>
  escapesOf(containerfile).some((character) =>
    withoutComments.some((strip) => add.test(joined(strip(containerfile), character))),
  );

export const noAdd =
  'A recipe has no ADD: no files come with it, and an address would be asked by the runner’s machine itself. Fetch it in the set-up script, where the internet access of the environment holds.';
