/** What one look found. `next` says what to do, and stands with everything that is not fine. */
export type Finding = { found: string } & (
  | { outcome: 'ok' }
  | { outcome: 'warning' | 'problem' | 'unknown'; next: string | null }
);

export interface Check {
  name: string;
  look(): Promise<Finding>;
}

export const fine = (found: string): Finding => ({ outcome: 'ok', found });
export const warning = (found: string, next: string): Finding => ({ outcome: 'warning', found, next });
export const problem = (found: string, next: string): Finding => ({ outcome: 'problem', found, next });
