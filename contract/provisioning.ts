import { z } from 'zod';
import { endpoint, readsOnly } from './endpoint.ts';

const tag = 'Provisioning';
const At = z.iso.datetime();

/** How the identity provider keeps members and groups here, over SCIM 2.0. Its keys are workspace API keys with the scope `scim`. */
export const provisioning = {
  status: endpoint({
    method: 'GET',
    path: '/provisioning/status',
    summary: 'Where the identity provider calls, and what it did so far',
    tag,
    allow: 'settings.read',
    audit: readsOnly,
  }).output(
    z.object({
      baseUrl: z.string().describe('The SCIM base URL, to be entered at the identity provider.'),
      users: z.object({ active: z.number().int(), deprovisioned: z.number().int() }),
      groups: z.number().int(),
      lastRequestAt: At.nullable().describe('Null: it has not called yet. Kept to half a minute.'),
      lastError: z
        .object({
          at: At,
          status: z.number().int(),
          message: z.string(),
          request: z.string().describe('Method and path.'),
        })
        .nullable()
        .describe('What was last refused, other than looking for somebody who is not here.'),
    }),
  ),
  handOverGroup: endpoint({
    method: 'POST',
    path: '/provisioning/groups/{id}',
    summary: 'Hand a group that people made over to the identity provider, with its roles and policies',
    tag,
    allow: 'sign-in.write',
    audit: 'group.updated',
  })
    .input(z.object({ id: z.string() }))
    .output(z.object({})),
};
