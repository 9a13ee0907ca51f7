/** The vendor's log types, with the sentence of the console. Whose `waitsFor` is set has no files yet. */
export const complianceLogTypes = {
  CODEX_LOG: { of: 'workspace', sentence: 'Prompts, answers, tool calls and access tokens of Codex.' },
  AUDIT_LOG: { of: 'workspace', sentence: 'Every change of settings, people, roles, policies and keys.' },
  AUTH_LOG: { of: 'workspace', sentence: 'Sign-ins, sign-outs, refusals, tokens and second factors.' },
  CODEX_SECURITY_LOG: { of: 'workspace', sentence: 'Security scans and their findings.', waitsFor: 'security scans' },
  CONVERSATION_MESSAGE: { of: 'workspace', sentence: 'Chat messages.', waitsFor: 'a chat product' },
  CUSTOM_AGENTS_LOG: { of: 'workspace', sentence: 'Runs of custom agents.', waitsFor: 'custom agents' },
  CHATGPT_PLUGIN_SPREADSHEET: { of: 'workspace', sentence: 'The spreadsheet plugin.', waitsFor: 'a chat product' },
  APP_LOG: { of: 'organization', sentence: 'Calls of connected apps.', waitsFor: 'connected apps' },
  APP_AUTH_LOG: { of: 'organization', sentence: 'Links with connected apps.', waitsFor: 'connected apps' },
  COSTS: { of: 'organization', sentence: 'What model calls cost, by hour, person, client and model.' },
} as const satisfies Record<string, { of: 'workspace' | 'organization'; sentence: string; waitsFor?: string }>;

export type ComplianceLogType = keyof typeof complianceLogTypes;
export const complianceLogTypeNames = Object.keys(complianceLogTypes) as [ComplianceLogType, ...ComplianceLogType[]];

export const isComplianceLogType = (name: string): name is ComplianceLogType => Object.hasOwn(complianceLogTypes, name);
