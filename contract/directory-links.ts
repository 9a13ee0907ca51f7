import { z } from 'zod';
import { endpoint, readsOnly } from './endpoint.ts';
import { Email, Password, PersonName, SignedIn } from './identity.ts';
import { LinkPreview, tag } from './people.ts';

const LinkToken = z.string().min(10).max(200).describe('The secret part of a single-use link.');

export const links = {
  preview: endpoint({
    // Not GET: a token in an address ends up in logs and histories.
    method: 'POST',
    path: '/links/preview',
    summary: 'What a set-up or invitation link is for',
    tag,
    allow: 'anyone',
    audit: readsOnly,
  })
    .input(z.object({ token: LinkToken }))
    .output(LinkPreview),
  acceptOwner: endpoint({
    method: 'POST',
    path: '/links/owner',
    summary: 'Create the owner (and the workspace, the first time)',
    tag,
    allow: 'anyone',
    audit: 'owner-link.used',
  })
    .input(
      z.object({
        token: LinkToken,
        workspaceName: z.string().trim().min(1).max(120).optional(),
        name: PersonName,
        email: Email,
        password: Password,
      }),
    )
    .output(SignedIn),
  acceptInvitation: endpoint({
    method: 'POST',
    path: '/links/member',
    summary: 'Join the workspace',
    tag,
    allow: 'anyone',
    audit: 'member.joined',
  })
    .input(z.object({ token: LinkToken, name: PersonName, password: Password }))
    .output(SignedIn),
};
