import { z } from 'zod';
import { complianceLogTypeNames } from './compliance.ts';
import { endpoint, readsOnly } from './endpoint.ts';
import { pageInput, pageOf } from './paging.ts';

const tag = 'Compliance';
const At = z.iso.datetime();

export const LogFile = z.object({
  id: z.string(),
  type: z.enum(complianceLogTypeNames),
  fileName: z.string(),
  endTime: At.describe('Later than that of every file sealed before.'),
  bytes: z.number().int(),
  sha256: z.string(),
  events: z.number().int(),
  replaces: z.string().nullable().describe('The file whose place it took when the content of a person was erased.'),
});
export type LogFile = z.infer<typeof LogFile>;

export const complianceFiles = {
  listLogFiles: endpoint({
    method: 'GET',
    path: '/compliance/files',
    summary: 'Sealed log files, the newest first',
    tag,
    allow: 'compliance.read',
    audit: readsOnly,
  })
    .input(z.object({ ...pageInput, type: z.enum(complianceLogTypeNames).optional() }))
    .output(pageOf(LogFile)),
  linkLogFile: endpoint({
    method: 'POST',
    path: '/compliance/files/{id}/link',
    summary: 'A link that downloads a log file, for five minutes',
    tag,
    allow: 'compliance.read',
    audit: 'log-file.linked',
  })
    .input(z.object({ id: z.string() }))
    .output(z.object({ url: z.string() })),
};
