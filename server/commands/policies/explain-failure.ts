import { refusalIn } from '#server/http/own-api-caller.ts';
import { exitCodes, Refused } from '#server/refused.ts';

const listIn = (data: unknown, key: string): string[] => {
  const found = typeof data === 'object' && data !== null ? Reflect.get(data, key) : undefined;
  return Array.isArray(found) ? found.filter((item) => typeof item === 'string') : [];
};

const isKeyRefused = (code: string) => code.startsWith('key-') || code === 'scope-missing' || code === 'not-signed-in';

function nextStep(code: string, data: unknown): string {
  if (code === 'scope-missing') {
    const scopes = listIn(data, 'anyOf');
    return `Make a key in the console under Keys with the scope ${scopes.join(' or ')}.`;
  }
  if (code === 'conflict') return 'Run `reeve policies plan` again: somebody published or assigned something since.';
  if (code === 'not-found') return 'Check what you asked for, and that this Reeve is as new as this program.';
  if (code === 'policy-set-refused')
    return listIn(data, 'problems')
      .map((problem) => `\n  ${problem}`)
      .join('');
  if (code === 'bad-input') return JSON.stringify(Reflect.get(Object(data), 'issues') ?? data);
  return '';
}

/** What Reeve refused, and what to do, in words. What was not expected stays as it is. */
export function explainFailure(error: unknown): unknown {
  const refusal = refusalIn(error);
  if (refusal === null) return error;
  const { code, status, message, data } = refusal;
  const exitCode = isKeyRefused(code) ? exitCodes.notPermitted : exitCodes.failed;
  const words = [`Reeve refused (${code}, ${status}):`, message, nextStep(code, data)].filter((part) => part !== '');
  return new Refused(words.join(' '), { cause: error, exitCode });
}
