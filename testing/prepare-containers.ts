/** Makes ready once, beside other tests, what each test in containers would make anew. Tests say loudly where it could not be had. */
import process from 'node:process';
import { prepareContainerEngine } from './container-engine.ts';

await prepareContainerEngine().catch((error: Error) => {
  process.stderr.write(`No container engine: ${error.message}\n`);
});
