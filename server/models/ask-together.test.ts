import { expect, it } from 'vitest';
import { askTogether } from './ask-together.ts';

it('asks once for all who wait, and never answers with what was asked before', async () => {
  const asked: { key: string; answer: (value: string) => void; fail: (error: Error) => void }[] = [];
  const ask = askTogether((key) => {
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    asked.push({ key, answer: resolve, fail: reject });
    return promise;
  });
  const first = ask('a');
  const [second, third, other] = [ask('a'), ask('a'), ask('b')];
  expect(asked.map(({ key }) => key)).toEqual(['a', 'b']);
  asked[0]?.answer('old');
  expect(await first).toBe('old');
  await expect.poll(() => asked.length).toBe(3);
  const fourth = ask('a');
  asked[2]?.fail(new Error('down'));
  await expect(second).rejects.toThrow('down');
  await expect(third).rejects.toThrow('down');
  await expect.poll(() => asked.length).toBe(4);
  asked[3]?.answer('new');
  expect(await fourth).toBe('new');
  asked[1]?.answer('b');
  expect(await other).toBe('b');
  const fifth = ask('a');
  asked[4]?.answer('newest');
  expect(await fifth).toBe('newest');
});
