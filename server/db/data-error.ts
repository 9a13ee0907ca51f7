/**
 * Whether the rows are at fault and not the database: they refer to what is gone, hold what it does not take, or are too large for an
 * index (SQLSTATE classes 22, 23 and 54).
 */
export const isDataError = (error: unknown): boolean =>
  /^(?:22|23|54)/.test(String((error as { code?: unknown } | null)?.code ?? ''));
