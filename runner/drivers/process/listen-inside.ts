/**
 * Started inside a container's network namespace: listens where the container expects its proxy and hands the listening socket to the
 * runner, which is outside and keeps it. Nothing of this stays within.
 */
import { createServer } from 'node:net';

const port = Number(process.argv[2]);
const server = createServer();
server.listen(port, '127.0.0.1', () => process.send?.('listening', server));
// The runner says when it has the socket. Ending earlier would close the last copy of it.
process.on('message', () => process.exit(0));
process.on('disconnect', () => process.exit(1));
