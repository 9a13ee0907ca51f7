import { PassThrough, type Readable } from 'node:stream';

const headBytes = 8;

/**
 * The engine's one stream as two. Its frames are a head of eight bytes (which stream, three zeros, length) and the bytes; see "Stream
 * format" of the attach call in the engine's API. Reads on only when both readers keep up, so that whoever writes without end waits
 * instead of filling the runner's memory: both must be read, or neither goes on.
 */
export function splitOutput(stream: Readable): { stdout: Readable; stderr: Readable } {
  const outputs = { stdout: new PassThrough(), stderr: new PassThrough() };
  let head = Buffer.alloc(0);
  let left = 0;
  let into: PassThrough = outputs.stdout;
  const full = new Set<PassThrough>();
  const write = (bytes: Buffer) => {
    const to = into;
    if (to.destroyed || to.write(bytes) || full.has(to)) return;
    full.add(to);
    stream.pause();
    to.once('drain', () => {
      full.delete(to);
      if (full.size === 0) stream.resume();
    });
  };
  const takeHead = (bytes: Buffer): Buffer => {
    const missing = headBytes - head.length;
    head = Buffer.concat([head, bytes.subarray(0, missing)]);
    if (head.length === headBytes) {
      into = head[0] === 2 ? outputs.stderr : outputs.stdout;
      left = head.readUInt32BE(4);
      head = Buffer.alloc(0);
    }
    return bytes.subarray(missing);
  };
  stream.on('data', (chunk: Buffer) => {
    let bytes = chunk;
    while (bytes.length > 0) {
      if (left === 0) {
        bytes = takeHead(bytes);
        continue;
      }
      const part = bytes.subarray(0, left);
      left -= part.length;
      bytes = bytes.subarray(part.length);
      write(part);
    }
  });
  const end = () => {
    outputs.stdout.end();
    outputs.stderr.end();
  };
  stream.once('end', end).once('close', end).once('error', end);
  // A reader that gives up must not hold the other one.
  for (const output of Object.values(outputs)) {
    output.once('close', () => {
      full.delete(output);
      if (full.size === 0) stream.resume();
    });
  }
  return outputs;
}
