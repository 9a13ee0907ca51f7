/** The fixed names the stock client calls whatever its settings are. Proxy mode maps these and nothing else, port 443 only. */
export const vendorNames = [
  'auth.openai.com',
  'chatgpt.com',
  'chatgpt-staging.com',
  'chat.openai.com',
  'api.openai.com',
] as const;
export type VendorName = (typeof vendorNames)[number];

/** The vendor name in a CONNECT target such as `chatgpt.com:443`; null for every other name, port or spelling. */
export function vendorNameIn(target: string): VendorName | null {
  const host = /^([a-z0-9.-]{1,253}):443$/i.exec(target)?.[1]?.toLowerCase();
  return vendorNames.find((name) => name === host) ?? null;
}
