/** What is announced in /ServiceProviderConfig and held to. */
export const limits = {
  bulkOperations: 1000,
  bodyBytes: 1024 * 1024,
  results: 500,
  /** Requests of one key in a minute: many times what an identity provider sends, less than a loop that went wrong. */
  requestsEachMinute: 30_000,
} as const;
