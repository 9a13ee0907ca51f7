import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { looksOf, otherLook, seriesLooks } from './series-looks.ts';

const tokens = readFileSync(join(import.meta.dirname, '../../tokens.css'), 'utf8');

/** WCAG 2.2, “relative luminance”. */
function luminance(hex: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
const contrast = (one: string, other: string): number => {
  const [light = 0, dark = 0] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (light + 0.05) / (dark + 0.05);
};

test.each(['light', 'dark'])('every series stands out from the ground and reads as text in the %s theme', (scheme) => {
  const block = tokens.split(`[data-mantine-color-scheme="${scheme}"]`)[1]?.split('}')[0] ?? '';
  const value = (name: string) => new RegExp(`${name}: (#[0-9a-f]{6})`).exec(block)?.[1] ?? '#808080';
  const pale = [...seriesLooks, otherLook]
    .map(({ color }) => color.slice('var('.length, -1))
    .flatMap((name) => ['--ground', '--raised'].map((ground) => ({ name, ground })))
    .filter(({ name, ground }) => contrast(value(name), value(ground)) < 4.5);
  expect(pale).toEqual([]);
});

test('a name keeps its look among others, and two in one chart never look alike', () => {
  const names = [
    'gpt-5.4',
    'gpt-5.4-mini',
    'corp-model',
    'local-llama',
    'Engineering',
    'Contractors',
    'Design',
    'Sales',
  ];
  const looks = looksOf(names);
  expect(new Set(looks.values()).size).toBe(8);
  expect(looksOf([...names].reverse())).toEqual(looks);
  expect(looksOf(['corp-model']).get('corp-model')).toEqual(looksOf(['corp-model', 'gpt-5.4']).get('corp-model'));
});
