/** One in each line, or with commas; what each means is for the server to say. */
export const readAddresses = (text: string): string[] =>
  text
    .split(/[\s,;]+/)
    .map((address) => address.trim())
    .filter((address) => address !== '');
