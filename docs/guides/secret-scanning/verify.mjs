// Reads lines that may be tokens of Reeve and prints those whose checksum is right. Needs Node 22 and nothing else, no network either.
//   node verify.mjs < candidates.txt
import { createInterface } from 'node:readline';
import { crc32 } from 'node:zlib';

const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const token = /(?:at|rk|rr|rt|sk-reeve)-([0-9A-Za-z]{43})([0-9A-Za-z]{6})/;

function checksumOf(random) {
  let text = '';
  for (let rest = crc32(random); rest > 0; rest = Math.floor(rest / 62)) text = digits[rest % 62] + text;
  return text.padStart(6, '0');
}

for await (const line of createInterface({ input: process.stdin })) {
  const [found, random, checksum] = token.exec(line) ?? [];
  if (found && checksumOf(random) === checksum) console.log(found);
}
