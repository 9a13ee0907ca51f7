/** A runner that starts one container, says so, and waits to be killed. Its argument is JSON: `options` of the driver, `spec` of the container. */
import { openDockerDriver } from '#runner/drivers/docker/docker-driver.ts';

const { options, spec } = JSON.parse(process.argv[2] ?? '{}');
const container = await openDockerDriver(options).start(spec);
container.stdout.resume();
process.stdout.write('started\n');
setInterval(() => undefined, 60_000);
