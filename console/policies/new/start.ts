/** What a new policy starts from; kept in the tab until it has become a draft. */
export interface Start {
  /** Id of a template, `blank` or `import`; empty before anything was chosen. */
  from: string;
  name: string;
  /** Typed by hand: choosing another template leaves it alone. */
  isOwnName: boolean;
  contents: string;
  defaults: string;
  /** What reading an imported file changed or left out. */
  notes: string[];
}

/** Nothing was chosen yet: the first template will be. */
export const blankStart: Start = { from: '', name: '', isOwnName: false, contents: '', defaults: '', notes: [] };

interface Source {
  from: string;
  name: string;
  contents: string;
  defaults: string;
  notes?: string[];
}

/** The same policy begun from something else. */
export const startFrom = (start: Start, { from, name, contents, defaults, notes = [] }: Source): Start => ({
  from,
  name: start.isOwnName ? start.name : name,
  isOwnName: start.isOwnName,
  contents,
  defaults,
  notes,
});

/** A name for a policy from the name of its file: "platform-team.toml" is "Platform team". */
export function nameOfFile(fileName: string): string {
  const words = fileName
    .replace(/^.*[\\/]/, '')
    .replace(/\.[^.]*$/, '')
    .replaceAll(/[-_.]+/g, ' ')
    .trim();
  const isTelling = words !== '' && !/^(managed )?(requirements|config)$/i.test(words);
  return isTelling ? words.charAt(0).toUpperCase() + words.slice(1) : '';
}
