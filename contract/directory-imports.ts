import { z } from 'zod';
import { endpoint } from './endpoint.ts';
import { Invitation, tag } from './people.ts';

export const mostImported = 5_000;

export const ImportColumn = z.enum(['email', 'name', 'roles', 'groups']);
export type ImportColumn = z.infer<typeof ImportColumn>;

export const ImportProblem = z.object({
  code: z.enum([
    'already-member',
    'wrong-address',
    'wrong-name',
    'duplicate-line',
    'unknown-group',
    'group-refused',
    'unknown-role',
    'role-refused',
    'too-many-values',
  ]),
  column: ImportColumn,
  message: z.string(),
});

export const ImportLine = z.object({
  line: z.number().int().describe('Line of the file where the row begins, from 1.'),
  email: z.string(),
  name: z.string(),
  roles: z.array(z.string()).describe('Names, as far as they are known.'),
  groups: z.array(z.string()),
  problems: z.array(ImportProblem).describe('None: this person will be invited.'),
});
export type ImportLine = z.infer<typeof ImportLine>;

export const ImportOptions = z.object({
  text: z.string().max(1_500_000).describe('The CSV file. A first line with column names may say their order.'),
  unknownGroups: z.enum(['create', 'refuse']).default('refuse'),
});

export const ImportPreview = z.object({
  hasHeader: z.boolean(),
  columns: z.array(ImportColumn.nullable()).describe('What each column was understood as; null: left out.'),
  lines: z.array(ImportLine),
  invited: z.number().int().describe('Lines without a problem.'),
  newGroups: z.array(z.string()).describe('Groups that will be created.'),
});
export type ImportPreview = z.infer<typeof ImportPreview>;

export const imports = {
  preview: endpoint({
    method: 'POST',
    path: '/member-imports/preview',
    summary: 'What inviting the people of a CSV file would do, line by line',
    tag,
    allow: 'members.write',
    audit: { none: 'changes nothing' },
  })
    .input(ImportOptions)
    .output(ImportPreview),
  run: endpoint({
    method: 'POST',
    path: '/member-imports',
    summary: 'Invite the people of a CSV file: all that were previewed, or nobody',
    tag,
    allow: 'members.write',
    audit: 'members.imported',
    // It gives roles.
    stepUp: true,
  })
    .input(
      ImportOptions.extend({
        skipProblems: z.boolean().default(false).describe('Leave out the lines that have a problem.'),
        expected: z.number().int().describe('How many the preview said; anything else refuses the whole list.'),
      }),
    )
    .output(z.object({ invitations: z.array(Invitation), newGroups: z.array(z.string()) })),
  mail: endpoint({
    method: 'POST',
    path: '/member-imports/mail',
    summary: 'Mail invitation links that whoever asks holds',
    tag,
    allow: 'members.write',
    audit: { none: 'sends what was recorded when the people were invited' },
  })
    .input(
      z.object({
        links: z
          .array(z.object({ memberId: z.string(), link: z.url() }))
          .min(1)
          .max(50),
      }),
    )
    .output(z.object({ mailed: z.array(z.string()).describe('Ids of the members whose mail went out.') })),
};
