/** The limit: node:https that answers the same bytes to every request and looks at nothing. */
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import process from 'node:process';
import { announce } from './announce.ts';

const [certificateFile = '', keyFile = '', bodyFile = ''] = process.argv.slice(2);
const body = readFileSync(bodyFile);
const headers = { 'content-type': 'application/json', 'content-length': body.length };
const server = createServer(
  { cert: readFileSync(certificateFile), key: readFileSync(keyFile) },
  (request, response) => {
    request.resume();
    response.writeHead(200, headers).end(body);
  },
);
server.listen(0, '127.0.0.1', () => announce({ port: (server.address() as { port: number }).port }));
