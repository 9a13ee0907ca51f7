import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { ReeveError } from '#server/fail.ts';
import { ClientLeft, receiveBody } from './receive-body.ts';

const options = {
  maxBytes: 1000,
  encodings: [],
  tooLarge: () => new ReeveError('bad-input'),
  unknownEncoding: () => new ReeveError('bad-input'),
};

test('a client that left before its request is read is not waited for', async () => {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close().closeAllConnections());
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1');
  client.write('POST / HTTP/1.1\r\nHost: reeve\r\nContent-Length: 10\r\n\r\nhalf');
  const [incoming] = (await once(server, 'request')) as [IncomingMessage];
  const closed = new Promise((resolve) => incoming.once('close', resolve).once('error', () => undefined));
  client.destroy();
  await closed;
  await expect(receiveBody(incoming, options)).rejects.toThrow(ClientLeft);
});
