import { z } from 'zod';

/** Of a bundle, so that whoever subscribes can read it. */
export const bundleLimits = { files: 300, fileBytes: 256 * 1024, totalBytes: 2 * 1024 * 1024 } as const;

/** One file of a bundle; paths are relative to the repository, for example `.codex/config.toml`. */
export const BundleFile = z.object({
  path: z.string().min(1).max(300),
  content: z.string().max(bundleLimits.fileBytes * 2),
  encoding: z.enum(['utf8', 'base64']).default('utf8'),
  executable: z.boolean().default(false).describe('Mode 755 in place of 644.'),
});
export type BundleFile = z.infer<typeof BundleFile>;

/** What `reeve team-config check` and the editor say about a file: where, what, and how to put it right. */
export const TeamConfigFinding = z.object({
  code: z.string().describe('Stable, for example `unknown-key`; documented in docs/generated/team-config.md.'),
  severity: z.enum(['error', 'warning', 'note']),
  file: z.string().describe('Relative to what was checked, with `/`.'),
  line: z.number().int().min(1),
  column: z.number().int().min(1).describe('In UTF-16 code units, from 1.'),
  endLine: z.number().int().min(1),
  endColumn: z.number().int().min(1),
  message: z.string(),
  fix: z.string().nullable().describe('What to do about it.'),
});
export type TeamConfigFinding = z.infer<typeof TeamConfigFinding>;

/** A skill as the client would list it. */
export const SkillPreview = z.object({
  path: z.string().describe('Of its SKILL.md.'),
  name: z.string().nullable(),
  description: z.string().nullable(),
  loads: z.boolean(),
  problems: z.array(z.string()),
  body: z.string().describe('Markdown below the front matter.'),
  files: z.array(z.object({ path: z.string(), bytes: z.number().int(), executable: z.boolean() })),
  listCharacters: z.number().int().describe('What it takes of the list of skills that every session starts with.'),
});
export type SkillPreview = z.infer<typeof SkillPreview>;

export const TeamConfigCheck = z.object({
  findings: z.array(TeamConfigFinding),
  skills: z.array(SkillPreview),
});
export type TeamConfigCheck = z.infer<typeof TeamConfigCheck>;
