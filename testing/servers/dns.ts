/** The DNS as a test says it is: TXT records by name. */
export interface TestDns {
  txt: Map<string, string[]>;
  resolveTxt: (name: string) => Promise<string[][]>;
  /** While set, every question fails with this code, as when no server answers. */
  failWith(code: string | null): void;
}

const dnsError = (code: string, name: string): Error => Object.assign(new Error(`queryTxt ${code} ${name}`), { code });

export function createTestDns(): TestDns {
  const txt = new Map<string, string[]>();
  let failure: string | null = null;
  return {
    txt,
    failWith: (code) => {
      failure = code;
    },
    async resolveTxt(name) {
      if (failure !== null) throw dnsError(failure, name);
      const records = txt.get(name);
      if (records === undefined) throw dnsError('ENOTFOUND', name);
      return records.map((record) => [record]);
    },
  };
}
