import { type JWTPayload, jwtVerify } from 'jose';
import {
  type App,
  covers,
  type Installation,
  installationsOf,
  type Permissions,
  permits,
  type Repository,
  randomName,
  type Token,
  type World,
} from './world.ts';

/** Who calls: an app by its own key, an installation or a person by a token. */

export class Refusal extends Error {
  readonly status: number;
  readonly more: Record<string, unknown>;
  constructor(status: number, message: string, more: Record<string, unknown> = {}) {
    super(message);
    this.status = status;
    this.more = more;
  }
}

export function readBasic(header: string | undefined): { username: string; password: string } | null {
  const [, encoded] = /^Basic (.+)$/i.exec(header ?? '') ?? [];
  if (encoded === undefined) return null;
  const [username = '', password = ''] = Buffer.from(encoded, 'base64').toString('utf8').split(/:(.*)/s);
  return { username, password };
}

/** Of the API: `Bearer` or `token`; Basic with the token as the password. */
export function readBearer(header: string | undefined): string | null {
  const [, bearer] = /^(?:Bearer|token) (.+)$/i.exec(header ?? '') ?? [];
  return bearer ?? readBasic(header)?.password ?? null;
}

export function findToken(world: World, value: string): Token | null {
  const token = world.tokens.get(value);
  return token && token.expiresAt > world.now() ? token : null;
}

/** GitHub lets an app's clock be a little ahead, and takes no more than ten minutes. */
const longestMs = 600_000;
const leewayMs = 60_000;

function refuseTimes({ exp, iat }: JWTPayload, now: number): void {
  if (typeof exp !== 'number')
    throw new Refusal(
      401,
      `'Expiration time' claim ('exp') must be a numeric value representing the future time at which the assertion expires`,
    );
  if (exp * 1000 > now + longestMs + leewayMs)
    throw new Refusal(401, `'Expiration time' claim ('exp') is too far in the future`);
  if (typeof iat !== 'number' || iat * 1000 > now + leewayMs)
    throw new Refusal(
      401,
      `'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued`,
    );
}

/** The app that signed, checked with its public key. @throws Refusal 401 */
export async function requireApp(world: World, header: string | undefined): Promise<App> {
  const undecoded = new Refusal(401, 'A JSON web token could not be decoded');
  const jwt = readBearer(header);
  const [, body] = jwt?.split('.') ?? [];
  if (!jwt || body === undefined) throw undecoded;
  let issuer: unknown;
  try {
    issuer = (JSON.parse(Buffer.from(body, 'base64url').toString('utf8')) as JWTPayload).iss;
  } catch {
    throw undecoded;
  }
  const app = [...world.apps.values()].find(({ id, clientId }) => String(id) === String(issuer) || clientId === issuer);
  if (!app) throw new Refusal(404, 'Integration not found');
  const { payload } = await jwtVerify(jwt, app.publicKey, { algorithms: ['RS256'], currentDate: world.now() }).catch(
    () => {
      throw undecoded;
    },
  );
  refuseTimes(payload, world.now().getTime());
  return app;
}

const hourMs = 3_600_000;

interface Wanted {
  repositories?: string[];
  repository_ids?: number[];
  permissions?: Permissions;
}

function chosenRepositories(world: World, installation: Installation, wanted: Wanted): Repository[] | null {
  const { repositories: names, repository_ids: ids } = wanted;
  if (!names && !ids) return null;
  const inside = [...world.repositories.values()].filter((one) => covers(installation, one));
  const found = [
    ...(names ?? []).map((name) => inside.find((one) => one.name.toLowerCase() === name.toLowerCase())),
    ...(ids ?? []).map((id) => inside.find((one) => one.id === id)),
  ];
  if (found.length === 0 || found.some((one) => one === undefined))
    throw new Refusal(
      422,
      'There is at least one repository that does not exist or is not accessible to the parent installation.',
    );
  return found.filter((one) => one !== undefined);
}

/** A token for what was asked, never for more than the installation has. @throws Refusal */
export function mintToken(world: World, installation: Installation, wanted: Wanted) {
  if (installation.suspended) throw new Refusal(403, 'This installation has been suspended');
  const given = { metadata: 'read' as const, ...installation.permissions };
  const permissions: Permissions = wanted.permissions ? { metadata: 'read', ...wanted.permissions } : given;
  const missing = Object.entries(permissions).find(([name, level]) => !permits(given, name, level));
  if (missing) throw new Refusal(422, 'The permissions requested are not granted to this installation.');
  const chosen = chosenRepositories(world, installation, wanted);
  const value = `ghs_${installation.app.id}_${randomName(150)}`;
  const expiresAt = new Date(world.now().getTime() + hourMs);
  const repositories = chosen && new Set(chosen.map(({ id }) => id));
  world.tokens.set(value, { kind: 'installation', installation, repositories, permissions, expiresAt });
  return { value, expiresAt, permissions, chosen };
}

export function requireInstallation(world: World, app: App, id: number): Installation {
  const found = installationsOf(world, app).find((one) => one.id === id);
  if (!found) throw new Refusal(404, 'Not Found');
  return found;
}
