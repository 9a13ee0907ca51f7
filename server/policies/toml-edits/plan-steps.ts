import { isDeepStrictEqual } from 'node:util';
import { isList, isTable, type PlainValue } from './print-toml.ts';
import { type Place, plainValueAt } from './toml-places.ts';

/** The smallest changes there are: each is made on what the one before left. `value` undefined: the value goes. */
export interface Step {
  path: readonly string[];
  value: PlainValue | undefined;
}

/** Beyond this a value is written anew: whoever changes that much of it wrote it anew as well. */
const mostStepsInside = 50;

const commonLength = (length: number, isSame: (index: number) => boolean): number => {
  let count = 0;
  while (count < length && isSame(count)) count += 1;
  return count;
};

function stepsInTable(place: Place, wanted: { readonly [key: string]: PlainValue }, text: string): Step[] {
  const set = Object.entries(wanted).flatMap(([name, value]) =>
    planSteps(place.children.get(name), [...place.path, name], value, text),
  );
  const gone = [...place.children.keys()].filter((name) => !Object.hasOwn(wanted, name));
  return [...set, ...gone.map((name) => ({ path: [...place.path, name], value: undefined }))];
}

/** Items at the end that stay the same are kept where they are, so that only what was taken out goes. */
function stepsInList(place: Place, wanted: readonly PlainValue[], text: string): Step[] {
  const items = [...place.children.values()];
  const surplus = Math.max(0, items.length - wanted.length);
  const isSame = (item: Place | undefined, value: PlainValue | undefined) =>
    item !== undefined && isDeepStrictEqual(plainValueAt(item, text), value);
  const head = commonLength(wanted.length, (index) => isSame(items[index], wanted[index]));
  const tail =
    surplus === 0
      ? 0
      : commonLength(wanted.length - head, (index) => isSame(items.at(-1 - index), wanted.at(-1 - index)));
  const middle = wanted.slice(head, wanted.length - tail);
  const set = middle.flatMap((value, offset) => {
    const index = head + offset;
    return planSteps(items[index], [...place.path, String(index)], value, text);
  });
  const gone = Array.from({ length: surplus }, (_, offset) => head + middle.length + surplus - 1 - offset);
  return [...set, ...gone.map((index) => ({ path: [...place.path, String(index)], value: undefined }))];
}

/** How to come from what is there to what is wanted, touching as little as possible. None: it is so already. */
export function planSteps(place: Place | undefined, path: readonly string[], wanted: PlainValue, text: string): Step[] {
  const anew = [{ path, value: wanted }];
  if (!place) return anew;
  const current = plainValueAt(place, text);
  if (isDeepStrictEqual(current, wanted)) return [];
  const isListThere = Array.isArray(current);
  const isTableThere = place.written ? place.written.type === 'TOMLInlineTable' : !isListThere;
  let steps: Step[] = anew;
  if (isTableThere && isTable(wanted)) steps = stepsInTable(place, wanted, text);
  const mayHold = !place.isListOfTables || (isList(wanted) && wanted.length > 0 && wanted.every(isTable));
  if (isListThere && isList(wanted) && mayHold) steps = stepsInList(place, wanted, text);
  return steps.length > mostStepsInside ? anew : steps;
}
